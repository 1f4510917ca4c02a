//! A queue, and what it is bound to.

use std::sync::Arc;
use std::time::Duration;

use lapin::options::{QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use uuid::Uuid;

use super::exchange::Exchange;
use super::{integer, refused, short};
use crate::context::Deadline;
use crate::driver::Awaited;
use crate::driver::amqp::channel::Channel;
use crate::driver::amqp::failure::Sort;
use crate::driver::amqp::fault::{Fault, Refusal};
use crate::driver::amqp::number::Number;
use crate::driver::amqp::stream::Position;
use crate::{Error, ErrorKind, RabbitOptions};

/// What the broker says of a queue.
#[derive(Clone, Copy, Debug)]
pub(in crate::driver::amqp) struct Seen {
    /// How many messages wait in it, that no consumer was given.
    pub(in crate::driver::amqp) waiting: u32,
    pub(in crate::driver::amqp) consumers: u32,
}

/// A queue, what it is bound to, and how it is consumed.
#[derive(Debug)]
pub(in crate::driver::amqp) struct Queue {
    pub(in crate::driver::amqp) name: ShortString,
    /// Whether it is one consumer's alone, which deletes it when it is closed, unless messages
    /// are still awaited in it.
    pub(in crate::driver::amqp) own: bool,
    /// Whether there is to be one consumer alone: of any others, only the latest is alive.
    sole: bool,
    /// Whether messages may still come, where somebody knows.
    pub(in crate::driver::amqp) awaited: Awaited,
    /// Where in a stream the consumer has come to; none for a queue that is none.
    pub(in crate::driver::amqp) position: Option<Arc<Position>>,
    pub(in crate::driver::amqp) durable: bool,
    pub(super) auto_delete: bool,
    pub(super) arguments: FieldTable,
    pub(super) binding: Option<(Exchange, ShortString)>,
    cancel_on_failover: bool,
    /// Keeps the number in the queue's name from others for as long as the queue is consumed.
    number: Option<Number>,
}

impl Queue {
    /// A queue that servers share: bound to the exchange of topics by its own name.
    pub(in crate::driver::amqp) fn shared(
        exchange: &Exchange,
        name: &str,
        options: &RabbitOptions,
    ) -> Result<Self, Error> {
        let name = short(name)?;
        Ok(Self {
            own: false,
            sole: false,
            durable: options.durable_queues || options.quorum_queue,
            auto_delete: options.auto_delete,
            arguments: arguments(options.quorum_queue, Duration::ZERO, options),
            binding: Some((exchange.clone(), name.clone())),
            position: None,
            cancel_on_failover: options.cancel_on_failover,
            number: None,
            awaited: Awaited::default(),
            name,
        })
    }

    /// The queue of one server: as a shared one, which its next start finds again.
    pub(in crate::driver::amqp) fn of_server(
        exchange: &Exchange,
        name: &str,
        options: &RabbitOptions,
    ) -> Result<Self, Error> {
        Ok(Self { sole: true, ..Self::shared(exchange, name, options)? })
    }

    /// What a server takes fanout casts from: a queue of its own behind the fanout of its topic,
    /// or the stream that all servers of the topic share.
    pub(in crate::driver::amqp) fn fanout(
        topic: &str,
        options: &RabbitOptions,
    ) -> Result<Self, Error> {
        let exchange = Exchange::of_fanout(topic, options)?;
        let name = exchange.name.clone();
        let queue = match options.stream_fanout {
            true => Self::stream(name, options),
            false => Self::transient(name.as_str(), options)?,
        };
        // A fanout exchange ignores the key, yet the peer binds with the topic.
        Ok(Self { binding: Some((exchange, short(topic)?)), ..queue })
    }

    /// The queue in which a client takes its replies.
    pub(in crate::driver::amqp) fn reply(
        options: &RabbitOptions,
        awaited: Awaited,
    ) -> Result<Self, Error> {
        Ok(Self { awaited, ..Self::transient("reply", options)? })
    }

    /// A queue whose name begins with `kind`.
    fn transient(kind: &str, options: &RabbitOptions) -> Result<Self, Error> {
        let (name, number) = match options.queue_manager {
            true => {
                let number = Number::take(options)?;
                (format!("{kind}_{number}"), Some(number))
            }
            false => (format!("{kind}_{}", Uuid::new_v4().simple()), None),
        };
        let (quorum, expires) = (options.transient_quorum_queue, options.transient_queues_ttl);
        Ok(Self {
            name: short(name)?,
            // One that is named by the queue manager waits for the next start of its service.
            own: number.is_none(),
            sole: true,
            durable: options.transient_quorum_queue,
            auto_delete: false,
            arguments: arguments(quorum, expires, options),
            binding: None,
            position: None,
            cancel_on_failover: options.cancel_on_failover,
            awaited: Awaited::default(),
            number,
        })
    }

    fn stream(name: ShortString, options: &RabbitOptions) -> Self {
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("stream".into()));
        if !options.transient_queues_ttl.is_zero() {
            let age = format!("{}s", options.transient_queues_ttl.as_secs().max(1));
            arguments.insert("x-max-age".into(), AMQPValue::LongString(age.into()));
        }
        Self {
            name,
            own: false,
            sole: false,
            durable: true,
            auto_delete: false,
            arguments,
            binding: None,
            position: Some(Arc::default()),
            cancel_on_failover: false,
            awaited: Awaited::default(),
            number: None,
        }
    }

    /// How it is named in an error of `fault`.
    pub(in crate::driver::amqp) fn told_with(&self, fault: &Fault) -> String {
        let quorum = self.arguments.inner().get("x-queue-type")
            == Some(&AMQPValue::LongString("quorum".into()));
        let silent = matches!(fault, Fault::Silence(_));
        match quorum && (silent || fault.refusal() == Some(Refusal::Internal)) {
            true => format!("quorum queue `{}`, which needs a majority of its nodes,", self.name),
            false => format!("queue `{}`", self.name),
        }
    }

    /// What it is consumed with, the `generation`th time.
    ///
    /// A connection that was lost in silence lives on at the broker for up to three heartbeats, and
    /// its consumer with it, to which the broker would give every other message. It prefers the
    /// consumer of the highest priority (RabbitMQ's documentation, "Consumer Priorities"), so each
    /// has a higher one than those before. The first has none, which is zero, as the peer's.
    pub(in crate::driver::amqp) fn consuming(&self, generation: u32) -> FieldTable {
        let mut arguments = FieldTable::default();
        if self.sole && generation > 0 {
            arguments.insert("x-priority".into(), integer(generation.into()));
        }
        if let Some(position) = &self.position {
            arguments.insert("x-stream-offset".into(), position.offset());
        } else if self.cancel_on_failover {
            arguments.insert("x-cancel-on-ha-failover".into(), AMQPValue::Boolean(true));
        }
        arguments
    }

    /// Whether it is a transient queue, which holds nothing that its consumer could not do
    /// without.
    pub(in crate::driver::amqp) fn is_transient(&self) -> bool {
        self.own || self.number.is_some()
    }

    /// The same as not durable, as the peer declares it where another service has made the
    /// exchange so (wire document, section 5.7); none if it is not durable, or for one consumer
    /// alone. A quorum queue is durable in any case.
    pub(in crate::driver::amqp) fn not_durable(&self) -> Option<Self> {
        let (exchange, key) = self.binding.as_ref()?;
        let shared = !self.is_transient() && self.position.is_none();
        let exchange = exchange.not_durable().filter(|_| shared)?;
        Some(Self {
            name: self.name.clone(),
            own: self.own,
            sole: self.sole,
            awaited: self.awaited.clone(),
            position: None,
            durable: self.arguments.contains_key("x-queue-type"),
            auto_delete: self.auto_delete,
            arguments: self.arguments.clone(),
            binding: Some((exchange, key.clone())),
            cancel_on_failover: self.cancel_on_failover,
            number: None,
        })
    }

    /// Asks the broker whether it is there, and its exchange, and binds it again, which changes
    /// nothing where it is bound. Any refusal costs the channel.
    pub(in crate::driver::amqp) async fn look(
        &self,
        channel: &Channel,
        deadline: &Deadline,
    ) -> Result<Seen, Fault> {
        if let Some((exchange, _)) = &self.binding {
            exchange.look(channel, deadline).await?;
        }
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let looking = channel.queue_declare(self.name.clone(), options, FieldTable::default());
        let seen = channel.connection.bounded(deadline, looking).await?;
        self.bind(channel, deadline).await?;
        Ok(Seen { waiting: seen.message_count(), consumers: seen.consumer_count() })
    }

    async fn bind(&self, channel: &Channel, deadline: &Deadline) -> Result<(), Fault> {
        let Some((exchange, key)) = &self.binding else { return Ok(()) };
        let binding = channel.queue_bind(
            self.name.clone(),
            exchange.name.clone(),
            key.clone(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        channel.connection.bounded(deadline, binding).await
    }

    /// Declares it, its exchange before and its binding after.
    pub(in crate::driver::amqp) async fn declare(
        &self,
        channel: &Channel,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        if let Some((exchange, _)) = &self.binding {
            exchange.declare(channel, deadline).await?;
        }
        self.declare_alone(channel, deadline).await?;
        let (sort, name) = (self.sort(), &self.name);
        self.bind(channel, deadline).await.map_err(|fault| match (fault.refusal(), &self.binding) {
            // A fanout exchange goes with its last queue, also in this very moment.
            (Some(Refusal::NotFound), Some((exchange, _))) => {
                let text =
                    format!("exchange `{}` went before queue `{name}` was bound", exchange.name);
                fault.into_error(ErrorKind::Connection, text)
            }
            _ => refused(&format!("the binding of queue `{name}`"), sort, channel, fault),
        })
    }

    /// Declares it, without its exchange and its binding.
    pub(in crate::driver::amqp) async fn declare_alone(
        &self,
        channel: &Channel,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        let options = QueueDeclareOptions {
            durable: self.durable,
            auto_delete: self.auto_delete,
            ..QueueDeclareOptions::default()
        };
        let declaring = channel.queue_declare(self.name.clone(), options, self.arguments.clone());
        let declared = channel.connection.bounded(deadline, declaring).await;
        let refused = |fault| refused(&self.told_with(&fault), self.sort(), channel, fault);
        declared.map(drop).map_err(refused)
    }

    fn sort(&self) -> Sort {
        let transient = self.is_transient() || self.position.is_some();
        if transient { Sort::Transient } else { Sort::Shared }
    }

    /// What it is declared with, for operators.
    pub(in crate::driver::amqp) fn described(&self) -> Vec<(String, String)> {
        let mut described = vec![
            ("durable".to_owned(), self.durable.to_string()),
            ("auto_delete".to_owned(), self.auto_delete.to_string()),
        ];
        described.extend(self.arguments.inner().iter().map(|(name, value)| {
            let value = match value {
                AMQPValue::LongString(text) => text.to_string(),
                AMQPValue::LongInt(number) => number.to_string(),
                AMQPValue::LongLongInt(number) => number.to_string(),
                other => format!("{other:?}"),
            };
            (name.to_string(), value)
        }));
        described
    }
}

/// What a queue that is no stream is declared with.
fn arguments(quorum: bool, expires: Duration, options: &RabbitOptions) -> FieldTable {
    let mut arguments = FieldTable::default();
    let text = |text: &str| AMQPValue::LongString(text.into());
    if quorum {
        arguments.insert("x-queue-type".into(), text("quorum"));
        for (name, limit) in [
            ("x-delivery-limit", options.quorum_delivery_limit.into()),
            ("x-max-in-memory-length", options.quorum_max_memory_length.into()),
            ("x-max-in-memory-bytes", options.quorum_max_memory_bytes),
        ] {
            if limit > 0 {
                arguments.insert(name.into(), integer(limit));
            }
        }
    }
    if options.ha_queues {
        arguments.insert("x-ha-policy".into(), text("all"));
    }
    if !expires.is_zero() {
        // RabbitMQ takes no more than 32 bits of it.
        let expires = u32::try_from(expires.as_millis().max(1)).unwrap_or(u32::MAX);
        arguments.insert("x-expires".into(), integer(expires.into()));
    }
    arguments
}
