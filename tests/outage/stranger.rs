//! Another client of a broker, which does things behind the back of those under test.

use lapin::options::{
    BasicConsumeOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties, Consumer};

use crate::ledger::{Moment, now};

/// Another client of a broker.
pub(crate) struct Stranger {
    _connection: Connection,
    pub(crate) channel: Channel,
}

impl Stranger {
    /// Connects to `host:port`.
    pub(crate) async fn at(address: &str) -> Self {
        let url = format!("amqp://guest:guest@{address}/%2F?frame_max=131072");
        let connection = Connection::connect(&url, ConnectionProperties::default()).await;
        let connection = connection.expect("the broker is there");
        let channel = connection.create_channel().await.expect("a channel");
        Self { _connection: connection, channel }
    }

    /// Deletes a queue, and says when it was gone.
    pub(crate) async fn delete_queue(&self, name: &str) -> Moment {
        let options = QueueDeleteOptions::default();
        self.channel.queue_delete(name.into(), options).await.expect("deleted");
        now()
    }

    /// Deletes an exchange, and says when it was gone.
    pub(crate) async fn delete_exchange(&self, name: &str) -> Moment {
        let options = ExchangeDeleteOptions::default();
        self.channel.exchange_delete(name.into(), options).await.expect("deleted");
        now()
    }

    /// Copies of what is sent to a topic of an exchange from now on.
    pub(crate) async fn tap(&self, exchange: &str, topic: &str) -> Consumer {
        let (channel, none) = (&self.channel, FieldTable::default());
        let options = QueueDeclareOptions { exclusive: true, ..Default::default() };
        let queue = channel.queue_declare("".into(), options, none.clone()).await;
        let queue = queue.expect("declared").name().clone();
        let bind = QueueBindOptions::default();
        let bound =
            channel.queue_bind(queue.clone(), exchange.into(), topic.into(), bind, none.clone());
        bound.await.expect("bound");
        let consume = BasicConsumeOptions { no_ack: true, ..Default::default() };
        channel.basic_consume(queue, "".into(), consume, none).await.expect("consumed")
    }
}
