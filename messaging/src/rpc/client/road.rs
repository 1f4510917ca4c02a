//! The way that a client's requests take: a transport, or none.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::context::Deadline;
use crate::driver::{Address, Notes};
use crate::rpc::local::{LeftOut, Local};
use crate::runtime::Runtime;
use crate::transport::{Contracts, Effort, Gathering, Manner, Outcome, Rules};
use crate::wire::{AnswerTo, Form};
use crate::{Error, Transport};

/// What a client's requests go over.
#[derive(Clone)]
pub(super) enum Road {
    Transport(Transport),
    /// To endpoints that the client itself holds.
    Local(Arc<Local>),
}

impl Road {
    /// Whether what is left out for an older peer is to be told: to one that is no server.
    pub(super) fn wants_left_out(&self) -> bool {
        matches!(self, Self::Local(local) if local.is_scripted())
    }

    pub(super) fn runtime(&self) -> Arc<dyn Runtime> {
        match self {
            Self::Transport(transport) => Arc::clone(transport.runtime()),
            Self::Local(local) => local.runtime(),
        }
    }

    /// How messages are written.
    pub(super) fn form(&self) -> Form {
        match self {
            Self::Transport(transport) => transport.form(),
            Self::Local(_) => Form::Bare,
        }
    }

    pub(super) fn contracts(&self) -> &Contracts {
        match self {
            Self::Transport(transport) => transport.contracts(),
            Self::Local(local) => local.contracts(),
        }
    }

    pub(super) fn control_exchange(&self) -> &str {
        match self {
            Self::Transport(transport) => transport.control_exchange(),
            Self::Local(_) => Local::CONTROL_EXCHANGE,
        }
    }

    pub(super) fn response_timeout(&self) -> Duration {
        match self {
            Self::Transport(transport) => transport.response_timeout(),
            Self::Local(_) => Local::RESPONSE_TIMEOUT,
        }
    }

    /// [`Transport::call`], or the same without one.
    pub(super) async fn call(
        &self,
        address: &Arc<Address>,
        deadline: &Deadline,
        manner: Manner,
        left_out: &LeftOut,
        encode: impl FnOnce(AnswerTo<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Outcome, Error> {
        match self {
            Self::Transport(transport) => transport.call(address, deadline, manner, encode).await,
            // By itself: it is large, and no other call has room for it.
            Self::Local(local) => {
                let local = Arc::clone(local);
                let effort = manner.effort;
                Box::pin(local.call(address, deadline, effort, left_out, encode)).await
            }
        }
    }

    /// [`Transport::gather`], or the same without one.
    pub(super) async fn gather(
        &self,
        address: &Address,
        window: &Deadline,
        effort: Effort,
        rules: Rules,
        left_out: &LeftOut,
        encode: impl FnOnce(AnswerTo<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Gathering, Error> {
        match self {
            Self::Transport(transport) => {
                transport.gather(address, window, effort, rules, encode).await
            }
            Self::Local(local) => {
                Arc::clone(local).gather(address, window, effort, rules, left_out, encode).await
            }
        }
    }

    /// [`Transport::send`], or the same without one.
    pub(super) async fn send(
        &self,
        address: &Address,
        body: Vec<u8>,
        notes: &Notes,
        effort: Effort,
        left_out: &LeftOut,
        within: Duration,
    ) -> Result<(), Error> {
        match self {
            Self::Transport(transport) => {
                transport.send(address, &body, notes, effort, within).await
            }
            Self::Local(local) => {
                Arc::clone(local).send(address, body, effort, left_out, within).await
            }
        }
    }
}

impl From<&Transport> for Road {
    fn from(transport: &Transport) -> Self {
        Self::Transport(transport.clone())
    }
}

impl fmt::Debug for Road {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(transport) => transport.fmt(f),
            Self::Local(local) => local.fmt(f),
        }
    }
}
