//! Requests as they are on the wire, seen by a third party.

use lapin::options::*;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties, Consumer};
use smol::stream::StreamExt as _;

/// Copies of what is sent to a topic.
#[derive(Debug)]
pub(crate) struct Tap {
    copies: Consumer,
    /// Ends with this.
    _connection: Connection,
}

impl Tap {
    /// Begins to copy what is sent to a topic of an exchange that there is.
    pub(crate) async fn open(url: &str, exchange: &str, topic: &str) -> lapin::Result<Self> {
        let (place, _) = url.split_once('?').expect("a URL with options");
        let url = place.replacen("rabbit", "amqp", 1);
        let connection = Connection::connect(&url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        let options = QueueDeclareOptions { exclusive: true, ..Default::default() };
        let queue = channel.queue_declare("".into(), options, FieldTable::default()).await?;
        let (queue, bind) = (queue.name().clone(), QueueBindOptions::default());
        let (exchange, none) = (exchange.into(), FieldTable::default());
        channel.queue_bind(queue.clone(), exchange, topic.into(), bind, none.clone()).await?;
        let consume = BasicConsumeOptions { no_ack: true, ..Default::default() };
        let copies = channel.basic_consume(queue, "".into(), consume, none).await?;
        Ok(Self { copies, _connection: connection })
    }

    /// How the next one was compressed: what its header says, and nothing without one.
    pub(crate) async fn compression(&mut self) -> Option<String> {
        let copy = self.copies.next().await.expect("the broker goes on").expect("a copy");
        let headers = copy.properties.headers().as_ref()?;
        headers.inner().get("compression")?.as_long_string().map(ToString::to_string)
    }
}
