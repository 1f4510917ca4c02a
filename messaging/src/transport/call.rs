//! A request on its way, and the wait for its answer.

use std::time::Duration;

use super::correlation::Outcome;
use super::{Effort, Transport};
use crate::context::Deadline;
use crate::driver::{Address, Notes, Publish};
use crate::runtime;
use crate::wire::{ReplyTo, new_id};
use crate::{Error, ErrorKind, Stage};

impl Transport {
    /// Sends a request and waits for its answer until `deadline`, and for each sign of life for
    /// `monitor`, if the request asks for them; `encode` writes the body.
    ///
    /// # Errors
    ///
    /// Without the method, which only the caller knows.
    pub(crate) async fn call(
        &self,
        address: &Address,
        deadline: &Deadline,
        effort: Effort,
        monitor: Option<Duration>,
        encode: impl FnOnce(&ReplyTo) -> Result<Vec<u8>, Error>,
    ) -> Result<Outcome, Error> {
        let queue = self.inner.replies.queue(deadline.remaining(), effort.retries).await?;
        let reply_to = ReplyTo { msg_id: new_id(), queue: queue.clone() };
        let body = encode(&reply_to)?;
        let mut pending = self.inner.replies.register(reply_to.msg_id)?;
        let left = deadline.remaining();
        let Effort { mandatory, retries } = effort;
        let (expires, within) = (Some(left), left);
        let message = Publish {
            address,
            body: &body,
            notes: Notes::NONE,
            expires,
            mandatory,
            within,
            retries,
        };
        let unconfirmed = match self.inner.driver.publish(message).await {
            Ok(()) => None,
            // The broker may have it: an answer is waited for, and proves it.
            Err(error) if error.kind() == ErrorKind::NotConfirmed => Some(error),
            Err(error) => {
                if let Some(answer) = pending.answered() {
                    return answer;
                }
                pending.not_delivered();
                return Err(error);
            }
        };
        // What may be large is not kept while the answer is waited for.
        drop(body);
        let clock = &*self.inner.runtime;
        let answering = async {
            match monitor {
                None => Some(pending.answer().await),
                Some(monitor) => pending.monitored(clock, monitor).await,
            }
        };
        let answered = runtime::timeout(clock, deadline.remaining(), answering).await;
        // By these a server's log tells of the call.
        let named = format!("(call {}, reply queue `{queue}`)", pending.msg_id());
        match (answered, unconfirmed) {
            (Some(Some(answer)), _) => answer,
            (_, Some(error)) => Err(error),
            (Some(None), None) => Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "no sign of life came from {address} for {:?}, the time that the call is \
                     monitored {named}; the server died, was cut off, or is one that gives none: \
                     look at it, and call again if the method is idempotent",
                    monitor.unwrap_or_default()
                ),
            )
            .with_stage(Stage::Monitoring)),
            (None, None) => Err(Error::new(
                ErrorKind::Timeout,
                match mandatory {
                    true => format!(
                        "no reply came in time from {address} {named}; a queue has taken the request, so a \
                         server is slow, stuck, or gone with its queue left behind: look at the \
                         queue's consumers, or allow more time with `.timeout(..)`"
                    ),
                    false => format!(
                        "no reply came in time from {address} {named}; the request was not mandatory, so \
                         there may be no server at all: without `.mandatory(false)` that is told"
                    ),
                },
            )),
        }
    }
}
