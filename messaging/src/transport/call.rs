//! A request on its way, and the wait for its answer.

use super::correlation::Outcome;
use super::unanswered::Wait;
use super::{Effort, Manner, Transport};
use crate::context::Deadline;
use crate::driver::{Address, Publish};
use crate::wire::{ReplyTo, new_id};
use crate::{Error, ErrorKind};

impl Transport {
    /// Sends a request and waits for its answer until `deadline`; `encode` writes the body.
    ///
    /// # Errors
    ///
    /// Without the method, which only the caller knows.
    pub(crate) async fn call(
        &self,
        address: &Address,
        deadline: &Deadline,
        manner: Manner<'_>,
        encode: impl FnOnce(&ReplyTo) -> Result<Vec<u8>, Error>,
    ) -> Result<Outcome, Error> {
        let Manner { effort, monitor, said } = manner;
        let since = self.runtime().now();
        let _place = self.inner.calls_in_flight.enter(deadline, &**self.runtime()).await?;
        let queue = self.inner.replies.queue(deadline.remaining(), effort.retries).await?;
        let reply_to = ReplyTo { msg_id: new_id(), queue: queue.clone() };
        let body = encode(&reply_to)?;
        let mut pending = self.inner.replies.register(reply_to.msg_id)?;
        let left = deadline.remaining();
        let Effort { mandatory, retries } = effort;
        let (expires, within) = (Some(left), left);
        let message =
            Publish { address, body: &body, notes: said, expires, mandatory, within, retries };
        let unconfirmed = match self.publish(message).await {
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
        let wait = Wait { transport: self, address, deadline, monitor, mandatory, since };
        let (answer, place) = pending.parts();
        match wait.answer(answer, &place).await {
            Ok(answer) => answer,
            Err(unanswered) => Err(match unconfirmed {
                Some(error) => error,
                // By these a server's log tells of the call.
                None => unanswered
                    .error(&wait, &format!("(call {}, reply queue `{queue}`)", pending.msg_id())),
            }),
        }
    }
}
