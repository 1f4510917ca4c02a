//! Publishing: every message on one channel.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amq_protocol::protocol::{AMQPClass, confirm};
use messaging::driver::{Address, Publish};
use messaging::{Error, ErrorKind};

use super::connection::{Connection, FRAME_MAX};
use super::frames::{self, Message};
use super::topology::Exchange;

/// One channel on which all is published.
#[derive(Debug)]
pub(super) struct Publisher {
    connection: Arc<Connection>,
    channel: u16,
    confirms: bool,
    declared: Mutex<HashSet<String>>,
}

impl Publisher {
    pub(super) async fn open(
        connection: &Arc<Connection>,
        confirms: bool,
        within: Duration,
    ) -> Result<Self, Error> {
        let channel = connection.channel(within).await?;
        if confirms {
            let select = confirm::AMQPMethod::Select(confirm::Select { nowait: false });
            connection.ask(channel, AMQPClass::Confirm(select), within).await?;
        }
        let (connection, declared) = (Arc::clone(connection), Mutex::default());
        Ok(Self { connection, channel, confirms, declared })
    }

    /// Queues `message`, and ends when the broker has confirmed it; at once if it is not asked to.
    pub(super) async fn publish(&self, message: &Publish<'_>) -> Result<(), Error> {
        let (exchange, key) = route(message.address);
        if exchange.len().max(key.len()) > 255 {
            return Err(Error::new(
                ErrorKind::Target,
                "a name is longer than the 255 bytes of AMQP",
            ));
        }
        if !exchange.is_empty() && !self.is_declared(&exchange) {
            self.declare(message).await?;
        }
        let line = &self.connection.line;
        line.room().await;
        let sent = Message {
            exchange: &exchange,
            key: &key,
            mandatory: message.mandatory,
            expires: message.expires.map(milliseconds),
            notes: message.notes,
            body: message.body,
        };
        let write =
            |out: &mut Vec<u8>| frames::publish(out, self.channel, FRAME_MAX as usize, &sent);
        if !self.confirms {
            return line.write(write).map_err(|why| self.connection.over(&why));
        }
        let confirmed = line.write_confirmed(write).map_err(|why| self.connection.over(&why))?;
        let why = match tokio::time::timeout(message.within, confirmed).await {
            Ok(Ok(true)) => return Ok(()),
            Ok(Ok(false)) => return Err(self.connection.over("the broker did not take a message")),
            Ok(Err(_)) => "the connection was lost",
            Err(_) => "the broker was silent",
        };
        let text = format!("a message to {} was not confirmed: {why}", message.address);
        Err(Error::new(ErrorKind::NotConfirmed, text))
    }

    fn is_declared(&self, exchange: &str) -> bool {
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).contains(exchange)
    }

    async fn declare(&self, message: &Publish<'_>) -> Result<(), Error> {
        let exchange = match message.address {
            Address::Topic { exchange, .. } => Exchange::of_topics(exchange),
            Address::Fanout { topic } => Exchange::of_fanout(topic),
            Address::Reply { .. } => return Ok(()),
        };
        exchange.declare(&self.connection, self.channel, message.within).await?;
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).insert(exchange.name);
        Ok(())
    }
}

/// The exchange and the routing key (wire document, sections 5.2 and 5.6).
fn route(address: &Address) -> (Cow<'_, str>, Cow<'_, str>) {
    match address {
        Address::Topic { exchange, topic, server: None } => (exchange.into(), topic.into()),
        Address::Topic { exchange, topic, server: Some(server) } => {
            (exchange.into(), format!("{topic}.{server}").into())
        }
        Address::Fanout { topic } => (format!("{topic}_fanout").into(), "".into()),
        Address::Reply { queue } => ("".into(), queue.into()),
    }
}

/// Rounded as the shipped driver does it.
fn milliseconds(duration: Duration) -> u32 {
    let hundredths = u32::try_from(duration.as_micros().div_ceil(10_000)).unwrap_or(u32::MAX);
    hundredths.saturating_mul(10)
}
