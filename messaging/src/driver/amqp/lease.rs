//! A channel to publish on, for one message at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use lapin::options::ConfirmSelectOptions;

use super::channel::Channel;
use super::connection::Connection;
use super::declare::first_of;
use super::fault::{self, Fault};
use super::topology::Exchange;
use crate::context::Deadline;
use crate::{Error, ErrorKind};

/// A channel with confirms on. Dropping it closes the channel.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) channel: Channel,
    /// The exchanges that were declared on this channel (wire document, section 5.6).
    declared: BTreeSet<String>,
}

impl Lease {
    pub(super) async fn open(
        connection: &Arc<Connection>,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let failed = |fault: Fault| {
            let fault = connection.explain(fault);
            let (words, hint) = (fault.words(), connection.hint());
            let text = format!("{connection} opens no channel to publish on: {words}{hint}");
            fault.into_error(ErrorKind::Connection, text).with_next_step()
        };
        let channel = connection.channel(deadline).await.map_err(failed)?;
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        connection.bounded(deadline, confirms).await.map_err(failed)?;
        Ok(Self { channel, declared: BTreeSet::new() })
    }

    /// Whether it can be used, and belongs to `connection`.
    pub(super) fn is_on(&self, connection: &Arc<Connection>) -> bool {
        Arc::ptr_eq(&self.channel.connection, connection) && self.channel.alive()
    }

    /// Declares `exchange`, unless that was done on this channel.
    pub(super) async fn declare(
        &mut self,
        exchange: &Exchange,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        if self.declared.contains(exchange.name.as_str()) {
            return Ok(());
        }
        if let Err(error) = exchange.declare(&self.channel, deadline).await {
            // As the peer does it where another service has made it so (wire document, 5.7).
            let not_durable = exchange.not_durable();
            let Some(other) = not_durable.filter(|_| fault::is_about_durable(&error)) else {
                return Err(error);
            };
            *self = Self::open(&self.channel.connection, deadline).await?;
            other
                .declare(&self.channel, deadline)
                .await
                .map_err(|second| first_of(&error, second))?;
            tracing::warn!("{error}; it is used as not durable");
        }
        self.declared.insert(exchange.name.to_string());
        Ok(())
    }

    /// Has `exchange` declared anew before the next message to it.
    pub(super) fn forget(&mut self, exchange: &Exchange) {
        self.declared.remove(exchange.name.as_str());
    }
}
