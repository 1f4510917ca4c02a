//! What `cargo xtask bench codec` measures of a client: the steps of a call on their own.

use super::Call;
use super::outgoing::Outgoing;
use crate::driver::Notes;
use crate::rpc::Reply;
use crate::transport::Outcome;
use crate::wire::{self, AnswerTo};
use crate::{CallError, Error, ErrorKind};

/// A request that is written, and waits for its answer.
#[derive(Debug)]
pub struct Requested(Box<Outgoing>);

impl Requested {
    /// Writes the request of `call`, to which an answer comes under `msg_id` by way of `queue`; gives
    /// its body beside it.
    ///
    /// # Errors
    ///
    /// As awaiting the call.
    pub fn write<R, Runs>(
        call: Call<R, Runs>,
        msg_id: &str,
        queue: &str,
    ) -> Result<(Self, Vec<u8>), Error> {
        let outgoing = call.into_outgoing()?;
        let body = outgoing.encode(Some(AnswerTo { msg_id: &msg_id.into(), queue }))?;
        Ok((Self(outgoing), body))
    }

    /// What the body of a reply says.
    ///
    /// # Errors
    ///
    /// As awaiting the call.
    pub fn answer<R: Reply>(&self, body: &[u8]) -> Result<R::Ok, CallError<R::Err>> {
        let unreadable = |_| Error::new(ErrorKind::Decode, "the body is no reply");
        let reply = wire::Reply::decode(body).map_err(unreadable).map_err(CallError::Rpc)?;
        self.0.read::<R>(Outcome { result: reply.outcome, notes: Notes::default() })
    }
}
