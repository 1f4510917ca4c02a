//! A request on its way, and the wait for its answer.

use std::sync::Arc;

use super::correlation::Outcome;
use super::unanswered::Wait;
use super::{Effort, Manner, Transport};
use crate::context::Deadline;
use crate::driver::{Address, Post};
use crate::wire::{AnswerTo, new_id};
use crate::{Error, ErrorKind};

impl Transport {
    /// Sends a request and waits for its answer until `deadline`; `encode` writes the body.
    ///
    /// # Errors
    ///
    /// Without the method, which only the caller knows.
    pub(crate) async fn call(
        &self,
        address: &Arc<Address>,
        deadline: &Deadline,
        manner: Manner,
        encode: impl FnOnce(AnswerTo<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Outcome, Error> {
        let Manner { effort: Effort { mandatory, retries }, monitor, .. } = manner;
        let since = self.runtime().now();
        let _place = self.inner.calls_in_flight.enter(deadline, &**self.runtime()).await?;
        let queue = self.inner.replies.queue(deadline.remaining(), retries).await?;
        let msg_id = new_id();
        let body = encode(AnswerTo { msg_id: &msg_id, queue })?;
        let mut pending = self.inner.replies.register(msg_id, monitor.is_some())?;
        let posting = {
            let left = deadline.remaining();
            self.post(Post {
                address: Arc::clone(address),
                body: Arc::new(body),
                notes: manner.said,
                expires: Some(left),
                mandatory,
                within: left,
                retries,
                sender: pending.sender(),
            })
        };
        let unconfirmed = match posting.await {
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
        let wait = Wait { transport: self, address, deadline, monitor, mandatory, since };
        let (answer, place) = pending.parts();
        match wait.answer(answer, &place).await {
            Ok(answer) => answer,
            Err(unanswered) => Err(match unconfirmed.or_else(|| place.unconfirmed()) {
                Some(error) => error,
                // By these a server's log tells of the call.
                None => unanswered
                    .error(&wait, &format!("(call {}, reply queue `{queue}`)", pending.msg_id())),
            }),
        }
    }
}
