//! A server that is looked at, and not kept.

use std::sync::{Arc, Weak};

use super::{Handle, RpcServer};
use crate::Target;

/// A server that its user may drop: then it takes no messages.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    target: Target,
    handle: Weak<Handle>,
}

impl Looked {
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    pub(crate) fn takes_messages(&self) -> bool {
        self.handle.upgrade().is_some_and(|handle| RpcServer { handle }.takes_messages())
    }
}

impl RpcServer {
    pub(crate) fn looked_at(&self) -> Looked {
        Looked { target: self.target().clone(), handle: Arc::downgrade(&self.handle) }
    }
}
