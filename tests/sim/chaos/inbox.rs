//! A reply queue: it outlives a connection, and may be gone for a while.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use messaging::driver::{Consumer, Delivery};
use messaging::{Error, ErrorKind};
use tokio::sync::watch;

use super::mail::Mail;
use super::receipt::{Held, Receipt, Term};
use super::{Chaos, Link, told};
use crate::ledger::{name_of, op_in};
use crate::weather::Fault;
use crate::world::{Sabotage, World, lock, within};

/// A client's consumer.
pub(super) struct InboxConsumer {
    world: Arc<World>,
    mail: Arc<Mail>,
    /// Dropped with the consumer, which ends the pump.
    _alive: watch::Sender<()>,
}

impl InboxConsumer {
    pub(super) fn over(chaos: &Chaos, queue: String, consumer: Box<dyn Consumer>) -> Self {
        let (world, mail) = (Arc::clone(&chaos.world), Arc::<Mail>::default());
        let (alive, owner) = watch::channel(());
        let pump = Pump {
            world: Arc::clone(&world),
            link: Arc::clone(&chaos.link),
            queue,
            consumer,
            mail: Arc::clone(&mail),
            owner,
        };
        world.clock.spawn(Box::pin(pump.run()));
        Self { world, mail, _alive: alive }
    }
}

#[async_trait]
impl Consumer for InboxConsumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        self.mail.next(&self.world).await
    }

    async fn cancel(&mut self, _: Duration) -> Result<(), Error> {
        Ok(())
    }

    async fn close(self: Box<Self>, _: Duration) -> Result<(), Error> {
        Ok(())
    }
}

impl fmt::Debug for InboxConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxConsumer").field("mail", &self.mail).finish_non_exhaustive()
    }
}

struct Pump {
    world: Arc<World>,
    link: Arc<Link>,
    queue: String,
    consumer: Box<dyn Consumer>,
    mail: Arc<Mail>,
    owner: watch::Receiver<()>,
}

impl Pump {
    async fn run(mut self) {
        while self.consume().await {
            self.mail.push(&self.world, Err(told(ErrorKind::Connection)));
            let is_gone = self.world.strikes(Fault::ReplyQueueGone);
            if is_gone {
                self.world.set_gone(&self.queue, true);
                self.drain().await;
            }
            let is_owned = tokio::select! {
                biased;
                _ = self.owner.changed() => false,
                _ = self.link.up() => true,
            };
            if is_gone {
                self.drain().await;
                self.world.set_gone(&self.queue, false);
            }
            if !is_owned {
                break;
            }
        }
        self.mail.close();
        // A process that died may be noticed late.
        if self.link.is_dead() && self.world.strikes(Fault::Ghost) {
            let haunts = self.world.millis(100..10_000);
            self.world.sleep(haunts).await;
        }
    }

    /// One term; whether another may follow.
    async fn consume(&mut self) -> bool {
        let term = Term::open();
        let mut unsettled: Vec<Held> = Vec::new();
        let (link, generation) = (Arc::clone(&self.link), self.link.generation());
        let mut lost = std::pin::pin!(link.lost(generation));
        loop {
            tokio::select! {
                biased;
                _ = self.owner.changed() => return false,
                () = &mut lost => {
                    term.end();
                    drop(self.mail.clear());
                    // What is not settled comes again, to whoever consumes next.
                    for held in &unsettled {
                        let held = lock(held).take();
                        if let Some(held) = held {
                            _ = held.reject(true).await;
                        }
                    }
                    return !self.link.is_dead();
                }
                next = self.consumer.next() => {
                    let Some(Ok(delivery)) = next else { return false };
                    let held: Held = Arc::new(Mutex::new(Some(delivery.settle)));
                    unsettled.retain(|held: &Held| lock(held).is_some());
                    unsettled.push(Arc::clone(&held));
                    let receipt = Receipt {
                        link: Arc::clone(&self.link),
                        term: Arc::clone(&term),
                        held,
                        op: op_in(&delivery.body),
                        is_request: false,
                        sabotage: None,
                    };
                    let delivery = Delivery { settle: Box::new(receipt), ..delivery };
                    let delivery = self.sabotaged(delivery);
                    self.mail.push(&self.world, Ok(delivery));
                }
            }
        }
    }

    /// The reply, or that to another call under its id.
    fn sabotaged(&mut self, mut delivery: Delivery) -> Delivery {
        if self.world.sabotage != Some(Sabotage::SwapReplies) {
            return delivery;
        }
        if let Some(op) = op_in(&delivery.body) {
            let body = String::from_utf8_lossy(&delivery.body).into_owned();
            let other = self.world.chance().usize(..op + 1);
            let swapped = body.replace(&name_of(op), &name_of(other));
            delivery.body = swapped.into_bytes();
        }
        delivery
    }

    /// What is in the queue is lost with it.
    async fn drain(&mut self) {
        while let Some(Some(Ok(delivery))) =
            within(&self.world, Duration::ZERO, self.consumer.next()).await
        {
            _ = delivery.settle.ack().await;
        }
    }
}
