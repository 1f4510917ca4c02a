//! Two connections, and what is sent over them.

use futures_util::FutureExt as _;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ChannelFlowOptions,
    ConfirmSelectOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{FieldTable, ShortString};
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Consumer,
    ExchangeKind,
};
use messaging_benches::{Place, floor};

use crate::Shape;

/// A channel to publish on and one to consume on, each on its connection.
pub(crate) struct Link {
    publishing: Channel,
    consuming: Channel,
    confirm: bool,
    _connections: [Connection; 2],
}

impl Link {
    pub(crate) async fn open(place: &Place, shape: Shape) -> Self {
        let connect = || async {
            let url = place.amqp();
            let connecting = Connection::connect(&url, ConnectionProperties::default());
            connecting.await.expect("a connection")
        };
        let connections = [connect().await, connect().await];
        let [publishing, consuming] = [
            connections[0].create_channel().await.expect("a channel"),
            connections[1].create_channel().await.expect("a channel"),
        ];
        let confirm = shape.confirm;
        if confirm {
            let selecting = publishing.confirm_select(ConfirmSelectOptions::default());
            selecting.await.expect("confirms");
        }
        if shape.prefetch > 0 {
            let limiting = consuming.basic_qos(shape.prefetch, BasicQosOptions::default());
            limiting.await.expect("a limit");
        }
        Self { publishing, consuming, confirm, _connections: connections }
    }

    /// Declares a queue as ours does, neither durable nor exclusive, and consumes it.
    pub(crate) async fn consume(&self, queue: &str, arguments: FieldTable) -> Consumer {
        let declaring =
            self.consuming.queue_declare(queue.into(), QueueDeclareOptions::default(), arguments);
        declaring.await.expect("a queue");
        let (tag, options) = ("1".into(), BasicConsumeOptions::default());
        let consuming =
            self.consuming.basic_consume(queue.into(), tag, options, FieldTable::default());
        consuming.await.expect("a consumer")
    }

    /// Has the exchange of topics send what is for `topic` to the queue of that name.
    pub(crate) async fn bind(&self, topic: &str) {
        let (exchange, none) = (floor::EXCHANGE, FieldTable::default);
        let options = ExchangeDeclareOptions::default();
        let declaring =
            self.consuming.exchange_declare(exchange.into(), ExchangeKind::Topic, options, none());
        declaring.await.expect("an exchange");
        let (exchange, options) = (exchange.into(), QueueBindOptions::default());
        let binding =
            self.consuming.queue_bind(topic.into(), exchange, topic.into(), options, none());
        binding.await.expect("a binding");
    }

    /// Deletes a queue.
    pub(crate) async fn delete(&self, queue: &str) {
        let deleting = self.consuming.queue_delete(queue.into(), Default::default());
        deleting.await.expect("a queue that is gone");
    }

    /// Sends a message; with confirms it is awaited until the broker has it, else it is queued.
    pub(crate) async fn publish(
        &self,
        exchange: &str,
        key: ShortString,
        body: &[u8],
        properties: BasicProperties,
    ) -> bool {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let publishing =
            self.publishing.basic_publish(exchange.into(), key, options, body, properties);
        if !self.confirm {
            return publishing.now_or_never().is_none_or(|it| it.is_ok());
        }
        match publishing.await {
            Ok(confirming) => matches!(confirming.await, Ok(Confirmation::Ack(None))),
            Err(_) => false,
        }
    }

    /// Acknowledges a message: queued, and not awaited.
    pub(crate) fn acknowledge(&self, tag: u64) {
        let acking = self.consuming.basic_ack(tag, BasicAckOptions::default());
        if let Some(acked) = acking.now_or_never() {
            acked.expect("a connection");
        }
    }

    /// Ends when the broker has dealt with all acknowledgements so far: it answers a `channel.flow`
    /// after them.
    pub(crate) async fn noted(&self) {
        let asking = self.consuming.channel_flow(ChannelFlowOptions { active: true });
        asking.await.expect("a connection");
    }
}

/// What every message of ours carries too.
pub(crate) fn properties() -> BasicProperties {
    BasicProperties::default()
        .with_content_type("application/json".into())
        .with_content_encoding("utf-8".into())
        .with_headers(FieldTable::default())
        .with_delivery_mode(2)
        .with_priority(0)
}
