//! Exchanges and queues as the shipped driver declares them by default (wire document, section 5).

use std::time::Duration;

use amq_protocol::protocol::{AMQPClass, exchange, queue};
use amq_protocol::types::{AMQPValue, FieldTable};
use messaging::{Error, RabbitOptions};

use super::connection::Connection;

/// A queue, and the exchange that it is bound to by its key.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) name: String,
    /// Whether it goes with its consumer.
    pub(super) own: bool,
    binding: Option<(Exchange, String)>,
}

/// An exchange.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) name: String,
    kind: &'static str,
}

impl Exchange {
    pub(super) fn of_topics(name: &str) -> Self {
        Self { name: name.to_owned(), kind: "topic" }
    }

    pub(super) fn of_fanout(topic: &str) -> Self {
        Self { name: format!("{topic}_fanout"), kind: "fanout" }
    }

    pub(super) async fn declare(
        &self,
        connection: &Connection,
        channel: u16,
        within: Duration,
    ) -> Result<(), Error> {
        let declaring = exchange::AMQPMethod::Declare(exchange::Declare {
            exchange: self.name.as_str().into(),
            kind: self.kind.into(),
            passive: false,
            durable: false,
            auto_delete: self.kind == "fanout",
            internal: false,
            nowait: false,
            arguments: FieldTable::default(),
        });
        connection.ask(channel, AMQPClass::Exchange(declaring), within).await.map(drop)
    }
}

impl Queue {
    /// What a server of `topic` takes messages from.
    pub(super) fn of_server(exchange: &str, topic: &str, server: &str) -> [Self; 3] {
        let shared = |name: String| Self {
            binding: Some((Exchange::of_topics(exchange), name.clone())),
            own: false,
            name,
        };
        let fanout = Exchange::of_fanout(topic);
        let name = format!("{}_{}", fanout.name, unique());
        let fanout = Self { name, own: true, binding: Some((fanout, topic.to_owned())) };
        [shared(topic.to_owned()), shared(format!("{topic}.{server}")), fanout]
    }

    /// What a client takes its replies from.
    pub(super) fn of_replies() -> Self {
        Self { name: format!("reply_{}", unique()), own: true, binding: None }
    }

    pub(super) async fn declare(
        &self,
        connection: &Connection,
        channel: u16,
        within: Duration,
    ) -> Result<(), Error> {
        if let Some((exchange, _)) = &self.binding {
            exchange.declare(connection, channel, within).await?;
        }
        let mut arguments = FieldTable::default();
        if self.own {
            let expires = RabbitOptions::default().transient_queues_ttl.as_millis();
            let expires = i32::try_from(expires).unwrap_or(i32::MAX);
            arguments.insert("x-expires".into(), AMQPValue::LongInt(expires));
        }
        let declaring = queue::AMQPMethod::Declare(queue::Declare {
            queue: self.name.as_str().into(),
            passive: false,
            durable: false,
            exclusive: false,
            auto_delete: false,
            nowait: false,
            arguments,
        });
        connection.ask(channel, AMQPClass::Queue(declaring), within).await?;
        let Some((exchange, key)) = &self.binding else { return Ok(()) };
        let binding = queue::AMQPMethod::Bind(queue::Bind {
            queue: self.name.as_str().into(),
            exchange: exchange.name.as_str().into(),
            routing_key: key.as_str().into(),
            nowait: false,
            arguments: FieldTable::default(),
        });
        connection.ask(channel, AMQPClass::Queue(binding), within).await.map(drop)
    }

    pub(super) async fn delete(
        &self,
        connection: &Connection,
        channel: u16,
        within: Duration,
    ) -> Result<(), Error> {
        let deleting = queue::AMQPMethod::Delete(queue::Delete {
            queue: self.name.as_str().into(),
            if_unused: false,
            if_empty: false,
            nowait: false,
        });
        connection.ask(channel, AMQPClass::Queue(deleting), within).await.map(drop)
    }
}

/// 32 hexadecimal digits, as those of a UUID.
fn unique() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
