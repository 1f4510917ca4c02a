//! A private queue that is given copies.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Acker, BasicProperties};

use super::sighting::Sighting;
use super::{Operator, failed};
use crate::context::Deadline;
use crate::driver::Look;
use crate::driver::amqp::channel::Channel;
use crate::driver::amqp::connection::Connection;
use crate::driver::amqp::fault::{Fault, Refusal};
use crate::driver::amqp::look::look_over;
use crate::driver::amqp::topology::{integer, short};
use crate::runtime::Runtime;
use crate::wire::new_id;
use crate::{Error, ErrorKind};

/// What a private queue is to be.
#[derive(Clone, Debug)]
pub struct Spying {
    /// How its name begins.
    pub prefix: String,
    /// How many messages the broker hands over before they are acknowledged.
    pub prefetch: u16,
    /// How many messages the broker keeps in it; the oldest are dropped for the newest. It never
    /// refuses one, which would be told to its sender.
    pub most: u32,
    /// How many bytes of messages it keeps.
    pub most_bytes: u32,
}

/// A private queue, consumed.
#[derive(Debug)]
pub struct Spy {
    // Before the channel: what is cancelled after it was closed takes the connection along.
    stream: lapin::Consumer,
    _channel: Channel,
    connection: Arc<Connection>,
    runtime: Arc<dyn Runtime>,
    name: ShortString,
    longest: usize,
    ended: bool,
    /// What was taken and not acknowledged, by a call that was dropped.
    taken: Option<(Sighting, Acker)>,
}

impl Spy {
    pub(super) async fn open(
        operator: &Operator,
        spying: &Spying,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let connection = Arc::clone(&operator.connection);
        let name = short(format!("{}{}", spying.prefix, new_id()))?;
        let refused = |fault: Fault| {
            failed(&format!("the private queue `{name}` cannot be declared and consumed"), fault)
        };
        let channel = connection.channel(deadline).await.map_err(refused)?;
        let options = QueueDeclareOptions {
            exclusive: true,
            auto_delete: true,
            ..QueueDeclareOptions::default()
        };
        let mut arguments = FieldTable::default();
        arguments.insert("x-max-length".into(), integer(spying.most.into()));
        arguments.insert("x-max-length-bytes".into(), integer(spying.most_bytes.into()));
        arguments.insert("x-overflow".into(), AMQPValue::LongString("drop-head".into()));
        let declaring = channel.queue_declare(name.clone(), options, arguments);
        connection.bounded(deadline, declaring).await.map_err(refused)?;
        let limiting = channel.basic_qos(spying.prefetch, BasicQosOptions::default());
        connection.bounded(deadline, limiting).await.map_err(refused)?;
        let options = BasicConsumeOptions { exclusive: true, ..BasicConsumeOptions::default() };
        let consuming =
            channel.basic_consume(name.clone(), "1".into(), options, FieldTable::default());
        let stream = connection.bounded(deadline, consuming).await.map_err(refused)?;
        let (runtime, longest) = (Arc::clone(&operator.runtime), operator.longest);
        Ok(Self {
            stream,
            _channel: channel,
            connection,
            runtime,
            name,
            longest,
            ended: false,
            taken: None,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Has it given copies of what goes to an exchange under a key; false if there is no such
    /// exchange.
    ///
    /// # Errors
    ///
    /// If the broker refuses it, or cannot be asked.
    pub async fn bind(&self, exchange: &str, key: &str, within: Duration) -> Result<bool, Error> {
        let channel = self.channel(exchange, within).await?;
        let (name, to, key) = (self.name.clone(), short(exchange)?, short(key)?);
        let options = QueueBindOptions::default();
        let binding = channel.queue_bind(name, to, key, options, FieldTable::default());
        self.bound(exchange, binding, within).await
    }

    /// Ends that; false if there is no such exchange any more.
    ///
    /// # Errors
    ///
    /// If the broker refuses it, or cannot be asked.
    pub async fn unbind(&self, exchange: &str, key: &str, within: Duration) -> Result<bool, Error> {
        let channel = self.channel(exchange, within).await?;
        let (name, from, key) = (self.name.clone(), short(exchange)?, short(key)?);
        let unbinding = channel.queue_unbind(name, from, key, FieldTable::default());
        self.bound(exchange, unbinding, within).await
    }

    /// How many messages wait in it.
    ///
    /// # Errors
    ///
    /// If the broker cannot be asked.
    pub async fn waiting(&self, within: Duration) -> Result<u64, Error> {
        let deadline = Deadline::after(&self.runtime, within);
        match look_over(&self.connection, self.name.clone(), &deadline).await? {
            Look::Queue { ready, .. } => Ok(ready),
            _ => Ok(0),
        }
    }

    /// The next message. After an error there is no other. May be dropped and called again: what it
    /// had taken comes in the order in which it was sent.
    ///
    /// # Errors
    ///
    /// If the queue, or the connection, is gone.
    pub async fn next(&mut self) -> Result<Sighting, Error> {
        if self.ended {
            return Err(self.gone(None));
        }
        if self.taken.is_none() {
            let (ended, stream) = (self.connection.ended(), self.stream.next());
            let next = match select(pin!(stream), pin!(ended)).await {
                Either::Left((Some(Ok(delivery)), _)) => Ok(delivery),
                Either::Left((Some(Err(error)), _)) | Either::Right((error, _)) => Err(Some(error)),
                Either::Left((None, _)) => Err(None),
            };
            match next {
                Ok(delivery) => {
                    let acker = delivery.acker.clone();
                    let sighting = Sighting::of(delivery, self.name.as_str(), self.longest);
                    self.taken = Some((sighting, acker));
                }
                Err(error) => {
                    self.ended = true;
                    return Err(self.gone(error));
                }
            }
        }
        if let Some((_, acker)) = &self.taken {
            // What is not acknowledged goes with the queue: nobody misses it.
            let acking = acker.ack(BasicAckOptions::default());
            let _ = select(pin!(acking), pin!(self.connection.ended())).await;
        }
        match self.taken.take() {
            Some((sighting, _)) => Ok(sighting),
            None => Err(self.gone(None)),
        }
    }

    fn gone(&self, error: Option<lapin::Error>) -> Error {
        match error {
            Some(error) => {
                let fault = self.connection.explain(Fault::Told(error));
                failed(&format!("{} is lost", self.connection), fault)
            }
            None => {
                let text = format!("the private queue `{}` was deleted", self.name);
                Error::new(ErrorKind::Connection, text)
            }
        }
    }

    /// A channel of its own for what may be refused, which costs the channel.
    async fn channel(&self, exchange: &str, within: Duration) -> Result<Channel, Error> {
        let deadline = Deadline::after(&self.runtime, within);
        let opening = self.connection.channel(&deadline).await;
        opening.map_err(|fault| failed(&format!("exchange `{exchange}` is not looked at"), fault))
    }

    async fn bound(
        &self,
        exchange: &str,
        operation: impl Future<Output = lapin::Result<()>>,
        within: Duration,
    ) -> Result<bool, Error> {
        let deadline = Deadline::after(&self.runtime, within);
        match self.connection.bounded(&deadline, operation).await {
            Ok(()) => Ok(true),
            Err(fault) if fault.refusal() == Some(Refusal::NotFound) => Ok(false),
            Err(fault) => {
                let fault = self.connection.explain(fault);
                Err(failed(&format!("exchange `{exchange}` gives no copies"), fault))
            }
        }
    }
}

/// Sends a few bytes to `queue`, and waits until the broker has confirmed them.
pub(super) async fn touch(
    operator: &Operator,
    queue: &str,
    deadline: &Deadline,
) -> Result<(), Error> {
    let connection = &operator.connection;
    let refused = |fault: Fault| {
        let fault = connection.explain(fault);
        failed(&format!("nothing can be sent to queue `{queue}`"), fault)
    };
    let channel = connection.channel(deadline).await.map_err(refused)?;
    let confirming = channel.confirm_select(ConfirmSelectOptions::default());
    connection.bounded(deadline, confirming).await.map_err(refused)?;
    let (key, properties) = (short(queue)?, BasicProperties::default());
    let options = BasicPublishOptions::default();
    let sending =
        async { channel.basic_publish("".into(), key, options, b"touch", properties).await?.await };
    connection.bounded(deadline, sending).await.map(drop).map_err(refused)
}
