//! What a server consumes: lost with its connection and declared anew, while an old connection's
//! consumer may haunt the broker for a while.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use messaging::driver::{Address, Consumer, Delivery, Driver, Listen, Notes, Publish};
use messaging::{Error, ErrorKind};
use tokio::sync::{Notify, watch};

use super::mail::Mail;
use super::receipt::{Receipt, Shared, Term};
use super::{Chaos, Link, told};
use crate::ledger::op_in;
use crate::weather::Fault;
use crate::world::{Sabotage, World, within};

/// What the server wants of its consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    Consume,
    Cancel,
    Close,
}

/// A server's consumer.
pub(super) struct ServerConsumer {
    world: Arc<World>,
    link: Arc<Link>,
    mail: Arc<Mail>,
    wish: watch::Sender<Wish>,
    /// Told when a wish has been done.
    done: Arc<Notify>,
    /// Copies, after how many other messages each comes, and since when its time runs.
    copies: VecDeque<(u8, Duration, Delivery)>,
}

impl ServerConsumer {
    pub(super) fn over(chaos: &Chaos, listen: Listen, first: Box<dyn Consumer>) -> Self {
        let world = Arc::clone(&chaos.world);
        let (mail, done) = (Arc::<Mail>::default(), Arc::<Notify>::default());
        let (wish, wishes) = watch::channel(Wish::Consume);
        let pump = Pump {
            world: Arc::clone(&world),
            link: Arc::clone(&chaos.link),
            broker: Arc::clone(&chaos.inner),
            listen,
            mail: Arc::clone(&mail),
            wishes,
            done: Arc::clone(&done),
        };
        world.clock.spawn(Box::pin(pump.run(first)));
        let link = Arc::clone(&chaos.link);
        Self { world, link, mail, wish, done, copies: VecDeque::new() }
    }

    /// The same delivery once more, which the server cannot tell from the first.
    fn copy(&mut self, delivery: Delivery) -> Delivery {
        let may_be = !delivery.redelivered() && self.link.knows_copies();
        if !may_be || !self.world.strikes(Fault::DeliveredTwice) {
            return delivery;
        }
        let shared = Shared::new(delivery.settle);
        let delivery = Delivery { settle: Box::new(shared.clone()), ..delivery };
        let copy = Delivery {
            body: delivery.body.clone(),
            notes: delivery.notes.clone(),
            user_id: delivery.user_id.clone(),
            expires: delivery.expires,
            waited: delivery.waited,
            attempt: delivery.attempt + 1,
            settle: Box::new(shared),
        };
        let after = self.world.chance().u8(..8);
        self.copies.push_back((after, self.world.now(), copy));
        delivery
    }
}

#[async_trait]
impl Consumer for ServerConsumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        if let Some(due) = self.copies.iter().position(|(after, ..)| *after == 0) {
            let (_, since, copy) = self.copies.remove(due)?;
            let waited = self.world.now() - since;
            let expires = copy.expires.map(|left| left.saturating_sub(waited));
            return Some(Ok(Delivery { expires, ..copy }));
        }
        let next = self.mail.next(&self.world).await?;
        for (after, ..) in &mut self.copies {
            *after = after.saturating_sub(1);
        }
        Some(next.map(|delivery| self.copy(delivery)))
    }

    async fn cancel(&mut self, allowed: Duration) -> Result<(), Error> {
        self.copies.clear();
        self.wish.send_replace(Wish::Cancel);
        match within(&self.world, allowed, self.done.notified()).await {
            Some(()) => Ok(()),
            None => Err(told(ErrorKind::Connection)),
        }
    }

    async fn close(self: Box<Self>, allowed: Duration) -> Result<(), Error> {
        self.wish.send_replace(Wish::Close);
        match within(&self.world, allowed, self.done.notified()).await {
            Some(()) => Ok(()),
            None => Err(told(ErrorKind::Connection)),
        }
    }
}

impl fmt::Debug for ServerConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerConsumer").field("mail", &self.mail).finish_non_exhaustive()
    }
}

/// Brings what the broker hands over into the mail, on one connection after the other.
struct Pump {
    world: Arc<World>,
    link: Arc<Link>,
    broker: Arc<dyn Driver>,
    listen: Listen,
    mail: Arc<Mail>,
    wishes: watch::Receiver<Wish>,
    done: Arc<Notify>,
}

/// Why a term ended.
enum Ended {
    Lost,
    Closed,
}

impl Pump {
    async fn run(mut self, first: Box<dyn Consumer>) {
        let mut next = Some(first);
        while let Some(consumer) = next.take() {
            if matches!(self.consume(consumer).await, Ended::Closed) {
                break;
            }
            self.mail.push(&self.world, Err(told(ErrorKind::Connection)));
            next = self.anew().await;
        }
        self.mail.close();
        // Whoever still wants something of it has it.
        loop {
            self.done.notify_one();
            if *self.wishes.borrow() == Wish::Close || self.wishes.changed().await.is_err() {
                return;
            }
        }
    }

    /// One term, from its declaration to its end.
    async fn consume(&mut self, mut consumer: Box<dyn Consumer>) -> Ended {
        let term = Term::open();
        let generation = self.link.generation();
        let (link, cancelled) = (Arc::clone(&self.link), self.link.cancelled());
        let mut lost = std::pin::pin!(link.consumers_lost(generation, cancelled));
        let mut takes = *self.wishes.borrow() == Wish::Consume;
        loop {
            tokio::select! {
                biased;
                () = &mut lost => {
                    term.end();
                    drop(self.mail.clear());
                    self.leave(consumer);
                    return if takes && !self.link.is_dead() { Ended::Lost } else { Ended::Closed };
                }
                wish = self.wishes.changed() => match wish.map(|()| *self.wishes.borrow()) {
                    Ok(Wish::Consume) => {}
                    Ok(Wish::Cancel) => {
                        takes = false;
                        _ = consumer.cancel(Duration::ZERO).await;
                        for delivery in self.mail.clear() {
                            _ = delivery.settle.reject(true).await;
                        }
                        self.mail.close();
                        self.done.notify_one();
                    }
                    // Closed, or dropped.
                    Ok(Wish::Close) | Err(_) => {
                        term.end();
                        drop(self.mail.clear());
                        return Ended::Closed;
                    }
                },
                next = consumer.next(), if takes => match next {
                    Some(Ok(delivery)) => {
                        let delivery = self.with_receipt(delivery, &term);
                        self.mail.push(&self.world, Ok(delivery));
                    }
                    Some(Err(error)) => self.mail.push(&self.world, Err(error)),
                    // The transport was closed.
                    None => {
                        term.end();
                        drop(self.mail.clear());
                        return Ended::Closed;
                    }
                },
            }
        }
    }

    /// The consumer of a connection that is gone: the broker may not know that yet.
    fn leave(&self, mut consumer: Box<dyn Consumer>) {
        if !self.world.strikes(Fault::Ghost) {
            return;
        }
        let world = Arc::clone(&self.world);
        let haunts = world.millis(100..10_000);
        world.ledger.note(|| format!("{} leaves a ghost for {haunts:?}", self.link.name));
        self.world.clock.spawn(Box::pin(async move {
            let handed = async {
                while let Some(Ok(delivery)) = consumer.next().await {
                    // Nobody is there to settle it: it stays with the ghost.
                    drop(delivery);
                }
                std::future::pending::<()>().await;
            };
            _ = within(&world, haunts, handed).await;
        }));
    }

    /// Declared and consumed anew; none if nobody wants it any more.
    async fn anew(&mut self) -> Option<Box<dyn Consumer>> {
        let link = Arc::clone(&self.link);
        tokio::select! {
            biased;
            _ = self.wishes.wait_for(|wish| *wish != Wish::Consume) => return None,
            _ = link.up() => {}
        }
        self.broker.listen(self.listen.clone()).await.ok()
    }

    fn with_receipt(&self, delivery: Delivery, term: &Arc<Term>) -> Delivery {
        let op = op_in(&delivery.body);
        self.world.ledger.note(|| {
            let again = if delivery.redelivered() { " again" } else { "" };
            format!("{} is sent op {op:?}{again}", self.link.name)
        });
        let receipt = Receipt {
            link: Arc::clone(&self.link),
            term: Arc::clone(term),
            held: Arc::new(Mutex::new(Some(delivery.settle))),
            op,
            is_request: true,
            sabotage: self.sabotage(&delivery.body, &delivery.notes),
        };
        Delivery { settle: Box::new(receipt), ..delivery }
    }

    fn sabotage(&self, body: &[u8], notes: &Notes) -> Option<Box<dyn FnOnce() + Send + Sync>> {
        // Not of each: what comes again is acknowledged again.
        let is_due = || self.world.chance().u8(..10) == 0;
        if self.world.sabotage != Some(Sabotage::DeliverAgain) || !is_due() {
            return None;
        }
        let (world, broker) = (Arc::clone(&self.world), Arc::clone(&self.broker));
        let (body, notes) = (body.to_vec(), notes.clone());
        let Listen { exchange, topic, .. } = self.listen.clone();
        Some(Box::new(move || {
            let clock = Arc::clone(&world.clock);
            clock.spawn(Box::pin(async move {
                world.ledger.note(|| format!("op {:?} comes back from the dead", op_in(&body)));
                let publish = Publish {
                    address: &Address::Topic { exchange, topic, server: None },
                    body: &body,
                    notes: &notes,
                    expires: None,
                    mandatory: false,
                    within: Duration::from_secs(1),
                    retries: None,
                };
                _ = broker.publish(publish).await;
            }));
        }))
    }
}
