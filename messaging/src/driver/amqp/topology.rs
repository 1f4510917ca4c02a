//! Exchanges and queues: how they are named, and what they are declared with (wire document,
//! section 5).

use std::time::Duration;

use lapin::ExchangeKind;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use uuid::Uuid;

use super::channel::Channel;
use super::failure::{self, Fault, bounded};
use crate::context::Deadline;
use crate::{Error, ErrorKind, RabbitOptions};

/// An exchange.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exchange {
    pub(super) name: ShortString,
    kind: ExchangeKind,
    durable: bool,
    auto_delete: bool,
}

/// A queue, and what it is bound to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Queue {
    pub(super) name: ShortString,
    /// Whether it is one consumer's alone, which deletes it when it is closed.
    pub(super) own: bool,
    durable: bool,
    auto_delete: bool,
    arguments: FieldTable,
    binding: Option<(Exchange, ShortString)>,
}

impl Exchange {
    /// The exchange of topics: the control exchange, or one that a target names.
    pub(super) fn of_topics(name: &str, options: &RabbitOptions) -> Result<Self, Error> {
        Ok(Self {
            name: short(name)?,
            kind: ExchangeKind::Topic,
            durable: options.durable_queues || options.quorum_queue,
            auto_delete: options.auto_delete,
        })
    }

    /// The exchange behind which each server of a topic has a queue of its own. It goes with the
    /// last of them, whatever the options say.
    pub(super) fn of_fanout(topic: &str, options: &RabbitOptions) -> Result<Self, Error> {
        Ok(Self {
            name: short(format!("{topic}_fanout"))?,
            kind: ExchangeKind::Fanout,
            durable: options.transient_quorum_queue,
            auto_delete: true,
        })
    }

    /// Declares it.
    pub(super) async fn declare(
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
        let refused = |fault| refused(&format!("exchange `{}`", self.name), channel, fault);
        bounded(&*channel.runtime, deadline, declaring).await.map_err(refused)
    }
}

impl Queue {
    /// A queue that servers share: bound to the exchange of topics by its own name.
    pub(super) fn shared(
        exchange: &Exchange,
        name: &str,
        options: &RabbitOptions,
    ) -> Result<Self, Error> {
        let name = short(name)?;
        Ok(Self {
            own: false,
            durable: options.durable_queues || options.quorum_queue,
            auto_delete: options.auto_delete,
            arguments: arguments(options.quorum_queue, Duration::ZERO),
            binding: Some((exchange.clone(), name.clone())),
            name,
        })
    }

    /// A server's own queue behind the fanout of its topic.
    pub(super) fn fanout(topic: &str, options: &RabbitOptions) -> Result<Self, Error> {
        let exchange = Exchange::of_fanout(topic, options)?;
        let name = short(format!("{topic}_fanout_{}", Uuid::new_v4().simple()))?;
        // A fanout exchange ignores the key, yet the peer binds with the topic.
        Ok(Self { binding: Some((exchange, short(topic)?)), ..Self::transient(name, options) })
    }

    /// The queue in which a client takes its replies.
    pub(super) fn reply(options: &RabbitOptions) -> Result<Self, Error> {
        let name = short(format!("reply_{}", Uuid::new_v4().simple()))?;
        Ok(Self::transient(name, options))
    }

    fn transient(name: ShortString, options: &RabbitOptions) -> Self {
        Self {
            name,
            own: true,
            durable: options.transient_quorum_queue,
            auto_delete: false,
            arguments: arguments(options.transient_quorum_queue, options.transient_queues_ttl),
            binding: None,
        }
    }

    /// Declares it, its exchange before and its binding after.
    pub(super) async fn declare(
        &self,
        channel: &Channel,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        if let Some((exchange, _)) = &self.binding {
            exchange.declare(channel, deadline).await?;
        }
        let options = QueueDeclareOptions {
            durable: self.durable,
            auto_delete: self.auto_delete,
            ..QueueDeclareOptions::default()
        };
        let declaring = channel.queue_declare(self.name.clone(), options, self.arguments.clone());
        let name = &self.name;
        bounded(&*channel.runtime, deadline, declaring)
            .await
            .map_err(|fault| refused(&format!("queue `{name}`"), channel, fault))?;
        let Some((exchange, key)) = &self.binding else { return Ok(()) };
        let binding = channel.queue_bind(
            self.name.clone(),
            exchange.name.clone(),
            key.clone(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        bounded(&*channel.runtime, deadline, binding)
            .await
            .map_err(|fault| refused(&format!("the binding of queue `{name}`"), channel, fault))
    }
}

fn refused(thing: &str, channel: &Channel, fault: Fault) -> Error {
    let hint = channel.connection.hint();
    failure::declaring(&format!("{thing}{hint}"), channel.connection.explain(fault))
}

/// A name as AMQP carries it.
///
/// Peers choose names too, and lapin panics over a long one: this is the only way to make one.
pub(super) fn short(name: impl Into<String>) -> Result<ShortString, Error> {
    let name = name.into();
    ShortString::try_new(name.as_str()).map_err(|_| {
        let start: String = name.chars().take(40).collect();
        Error::new(
            ErrorKind::Target,
            format!(
                "the name `{start}..` has {} bytes, and AMQP allows 255; shorten the exchange, \
                 the topic or the server",
                name.len()
            ),
        )
    })
}

fn arguments(quorum: bool, expires: Duration) -> FieldTable {
    let mut arguments = FieldTable::default();
    if quorum {
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    }
    if !expires.is_zero() {
        // A signed 32-bit number, as the peer sends it: another type would be another queue.
        let expires = i32::try_from(expires.as_millis().max(1)).unwrap_or(i32::MAX);
        arguments.insert("x-expires".into(), AMQPValue::LongInt(expires));
    }
    arguments
}

#[cfg(test)]
mod tests;
