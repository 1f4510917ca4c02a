//! The driver: two connections, as the shipped one has them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use messaging::driver::{Driver, Inbox, Listen, OpenInbox, Publish};
use messaging::{Error, RabbitOptions, driver};

use super::connection::Connection;
use super::consumer::Consumer;
use super::login::Login;
use super::publisher::Publisher;
use super::topology::Queue;

/// How long opening may take.
const WITHIN: Duration = Duration::from_secs(5);

/// RabbitMQ, over AMQP connections of our own.
#[derive(Debug)]
pub struct Own {
    publish: Arc<Connection>,
    consume: Arc<Connection>,
    publisher: Publisher,
    noted: bool,
    /// The queues that go with this.
    own: Mutex<Vec<Queue>>,
}

impl Own {
    /// Connects. `confirms` is whether the broker confirms what is published, and `noted` whether it
    /// says of an acknowledgement that it has taken note of it, where the library asks for that; the
    /// shipped driver does both.
    ///
    /// # Errors
    ///
    /// If the broker is not reached, or refuses.
    pub async fn connect(login: &Login, confirms: bool, noted: bool) -> Result<Self, Error> {
        let publish = Arc::new(Connection::open(login, "own:publish").await?);
        let consume = Arc::new(Connection::open(login, "own:consume").await?);
        let publisher = Publisher::open(&publish, confirms, WITHIN).await?;
        Ok(Self { publish, consume, publisher, noted, own: Mutex::default() })
    }

    async fn open(
        &self,
        queues: Vec<Queue>,
        prefetch: u16,
        within: Duration,
    ) -> Result<Consumer, Error> {
        let own = queues.iter().filter(|queue| queue.own).cloned();
        self.own.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
        Consumer::open(&self.consume, queues, prefetch, self.noted, within).await
    }
}

#[async_trait]
impl Driver for Own {
    fn name(&self) -> &'static str {
        "own"
    }

    async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        self.publisher.publish(&message).await
    }

    async fn listen(&self, listen: Listen) -> Result<Box<dyn driver::Consumer>, Error> {
        let Listen { exchange, topic, server, prefetch, within } = listen;
        let queues = Queue::of_server(&exchange, &topic, &server).into();
        Ok(Box::new(self.open(queues, prefetch, within).await?))
    }

    async fn open_inbox(&self, opening: OpenInbox) -> Result<Inbox, Error> {
        let replies = Queue::of_replies();
        let (queue, prefetch) = (replies.name.clone(), RabbitOptions::default().prefetch);
        let consumer = self.open(vec![replies], prefetch, opening.within).await?;
        Ok(Inbox { queue, consumer: Box::new(consumer) })
    }

    async fn close(&self, within: Duration) {
        let own = std::mem::take(&mut *self.own.lock().unwrap_or_else(PoisonError::into_inner));
        if let Ok(channel) = self.consume.channel(within).await {
            for queue in own {
                // It is gone already where its consumer was closed; else it expires.
                let _ = queue.delete(&self.consume, channel, within).await;
            }
        }
        join(self.publish.close(within), self.consume.close(within)).await;
    }
}
