//! A channel to publish on, for one message at a time.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use lapin::Channel;
use lapin::options::ConfirmSelectOptions;

use super::connection::Connection;
use super::failure::{self, Fault, bounded};
use super::topology::Exchange;
use crate::context::Deadline;
use crate::runtime::Runtime;
use crate::{Error, ErrorKind};

/// A channel with confirms on. Dropping it closes the channel.
pub(super) struct Lease {
    channel: Channel,
    connection: Arc<Connection>,
    /// The exchanges that were declared on this channel (wire document, section 5.6).
    declared: BTreeSet<String>,
    runtime: Arc<dyn Runtime>,
}

impl Lease {
    pub(super) async fn open(
        connection: Arc<Connection>,
        runtime: &Arc<dyn Runtime>,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let failed = |fault: Fault| {
            let fault = connection.explain(fault);
            let (words, hint) = (fault.words(), connection.hint());
            let text = format!("{connection} opens no channel to publish on: {words}{hint}");
            fault.into_error(ErrorKind::Connection, text)
        };
        let channel = connection.channel(deadline).await.map_err(failed)?;
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        bounded(&**runtime, deadline, confirms).await.map_err(failed)?;
        let runtime = Arc::clone(runtime);
        Ok(Self { channel, connection, declared: BTreeSet::new(), runtime })
    }

    pub(super) fn channel(&self) -> &Channel {
        &self.channel
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether it can be used, and belongs to `connection`.
    pub(super) fn is_on(&self, connection: &Arc<Connection>) -> bool {
        Arc::ptr_eq(&self.connection, connection) && self.channel.status().connected()
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
        exchange.declare(&self.channel, &*self.runtime, deadline).await.map_err(|fault| {
            let hint = self.connection.hint();
            let fault = self.connection.explain(fault);
            failure::declaring(&format!("exchange `{}`{hint}", exchange.name), fault)
        })?;
        self.declared.insert(exchange.name.to_string());
        Ok(())
    }

    /// Has `exchange` declared anew before the next message to it.
    pub(super) fn forget(&mut self, exchange: &Exchange) {
        self.declared.remove(exchange.name.as_str());
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("connection", &self.connection).finish_non_exhaustive()
    }
}
