//! An exchange.

use lapin::ExchangeKind;
use lapin::options::ExchangeDeclareOptions;
use lapin::types::{FieldTable, ShortString};

use super::{refused, short};
use crate::context::Deadline;
use crate::driver::amqp::channel::Channel;
use crate::driver::amqp::failure::Sort;
use crate::driver::amqp::fault::Fault;
use crate::{Error, RabbitOptions};

/// An exchange.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::driver::amqp) struct Exchange {
    pub(in crate::driver::amqp) name: ShortString,
    kind: ExchangeKind,
    pub(super) durable: bool,
    pub(super) auto_delete: bool,
}

impl Exchange {
    /// The exchange of topics: the control exchange, or one that a target names.
    pub(in crate::driver::amqp) fn of_topics(
        name: &str,
        options: &RabbitOptions,
    ) -> Result<Self, Error> {
        Ok(Self {
            name: short(name)?,
            kind: ExchangeKind::Topic,
            durable: options.durable_queues || options.quorum_queue,
            auto_delete: options.auto_delete,
        })
    }

    /// The exchange behind which each server of a topic has a queue of its own. It goes with the
    /// last of them, whatever the options say.
    pub(in crate::driver::amqp) fn of_fanout(
        topic: &str,
        options: &RabbitOptions,
    ) -> Result<Self, Error> {
        Ok(Self {
            name: short(format!("{topic}_fanout"))?,
            kind: ExchangeKind::Fanout,
            durable: options.transient_quorum_queue,
            auto_delete: true,
        })
    }

    /// What it is declared with, for operators.
    pub(in crate::driver::amqp) fn described(&self) -> Vec<(String, String)> {
        let kind = if self.kind == ExchangeKind::Fanout { "fanout" } else { "topic" };
        vec![
            ("type".to_owned(), kind.to_owned()),
            ("durable".to_owned(), self.durable.to_string()),
            ("auto_delete".to_owned(), self.auto_delete.to_string()),
        ]
    }

    /// The same as not durable; none if it is not durable.
    pub(in crate::driver::amqp) fn not_durable(&self) -> Option<Self> {
        self.durable.then(|| Self { durable: false, ..self.clone() })
    }

    /// Asks the broker whether it is there. A refusal costs the channel.
    pub(in crate::driver::amqp) async fn look(
        &self,
        channel: &Channel,
        deadline: &Deadline,
    ) -> Result<(), Fault> {
        let options = ExchangeDeclareOptions { passive: true, ..ExchangeDeclareOptions::default() };
        let (name, arguments) = (self.name.clone(), FieldTable::default());
        let looking = channel.exchange_declare(name, self.kind.clone(), options, arguments);
        channel.connection.bounded(deadline, looking).await
    }

    /// Declares it.
    pub(in crate::driver::amqp) async fn declare(
        &self,
        channel: &Channel,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        let options = ExchangeDeclareOptions {
            durable: self.durable,
            auto_delete: self.auto_delete,
            ..ExchangeDeclareOptions::default()
        };
        let declaring = channel.exchange_declare(
            self.name.clone(),
            self.kind.clone(),
            options,
            FieldTable::default(),
        );
        let sort = if self.kind == ExchangeKind::Fanout { Sort::Transient } else { Sort::Shared };
        let refused = |fault| refused(&format!("exchange `{}`", self.name), sort, channel, fault);
        channel.connection.bounded(deadline, declaring).await.map_err(refused)
    }
}
