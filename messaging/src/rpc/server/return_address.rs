//! Where the answer to a call goes.

use std::sync::Arc;

use crate::driver::Address;
use crate::wire::{Id, ReplyTo, is_reply_queue};

/// Where the answer to a call goes. Cheap to clone, where the call's id is as all of ours and the
/// peer's are.
#[derive(Clone, Debug)]
pub(super) struct ReturnAddress {
    pub(super) msg_id: Id,
    /// Its reply queue.
    pub(super) address: Arc<Address>,
}

impl ReturnAddress {
    /// The name of the reply queue.
    pub(super) fn queue(&self) -> &str {
        match &*self.address {
            Address::Reply { queue } => queue,
            // It is never made of another.
            Address::Topic { .. } | Address::Fanout { .. } => "",
        }
    }

    /// Whether its queue is one that answers are sent to.
    pub(super) fn is_reply_queue(&self) -> bool {
        is_reply_queue(self.queue())
    }

    #[cfg(test)]
    pub(super) fn of(msg_id: &str) -> Self {
        ReplyTo { msg_id: msg_id.into(), queue: "reply_1".to_owned() }.into()
    }
}

impl From<ReplyTo> for ReturnAddress {
    fn from(ReplyTo { msg_id, queue }: ReplyTo) -> Self {
        Self { msg_id, address: Arc::new(Address::Reply { queue }) }
    }
}
