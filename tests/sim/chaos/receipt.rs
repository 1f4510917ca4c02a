//! Settling what was handed over on one connection: once that is lost, so is the right to it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use messaging::driver::Acknowledge;
use messaging::{Error, ErrorKind};

use super::{Link, told};
use crate::ledger::OpId;
use crate::weather::Fault;
use crate::world::lock;

/// What is opened on one connection, or channel: it is lost with it.
#[derive(Debug)]
pub(super) struct Term {
    alive: AtomicBool,
}

impl Term {
    pub(super) fn open() -> Arc<Self> {
        Arc::new(Self { alive: AtomicBool::new(true) })
    }

    pub(super) fn end(&self) {
        self.alive.store(false, Ordering::SeqCst);
    }

    fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }
}

/// The broker's receipt, until it is used, or taken back with the term.
pub(super) type Held = Arc<Mutex<Option<Box<dyn Acknowledge>>>>;

/// The receipt for one delivery.
pub(super) struct Receipt {
    pub(super) link: Arc<Link>,
    pub(super) term: Arc<Term>,
    pub(super) held: Held,
    pub(super) op: Option<OpId>,
    pub(super) is_request: bool,
    /// Delivers the message once more although it is acknowledged.
    pub(super) sabotage: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Receipt {
    /// As lapin has it: done once it is written, and whether the broker reads it nobody learns.
    fn acknowledge(mut self) -> Result<(), Error> {
        let world = Arc::clone(&self.link.world);
        let lost = || told(ErrorKind::Connection);
        if !self.term.is_alive() || self.link.is_dead() {
            return Err(lost());
        }
        if world.strikes(Fault::AckFailed) {
            self.link.sever();
            return Err(lost());
        }
        if world.strikes(Fault::AckLost) {
            self.lost();
            self.link.sever();
            return Ok(());
        }
        let sabotage = self.sabotage.take();
        let generation = self.link.generation();
        if world.strikes(Fault::AckInDoubt) {
            if self.is_request {
                world.ledger.about(self.op, |op| op.excused = true);
            }
            let link = Arc::clone(&self.link);
            world.clock.spawn(Box::pin(async move {
                self.arrive(generation).await;
                link.sever();
            }));
            return Err(lost());
        }
        world.clock.spawn(Box::pin(async move {
            self.link.world.sleep(self.link.world.latency()).await;
            self.arrive(generation).await;
            if let Some(sabotage) = sabotage {
                sabotage();
            }
        }));
        Ok(())
    }

    async fn arrive(self, generation: u64) {
        if !self.term.is_alive() || self.link.generation() != generation {
            return self.lost();
        }
        let held = lock(&self.held).take();
        // A second copy of the same delivery has settled it.
        let Some(held) = held else { return };
        match held.ack().await {
            Ok(()) => {
                if let Some(life) = self.link.life.filter(|_| self.is_request) {
                    self.note("was acknowledged");
                    self.link.world.ledger.about(self.op, |op| op.acked_by.push(life));
                }
            }
            Err(_) => self.lost(),
        }
    }

    fn lost(&self) {
        if self.is_request {
            self.note("lost its acknowledgement");
            self.link.world.ledger.about(self.op, |op| op.acks_lost += 1);
        }
    }

    fn note(&self, what: &str) {
        let (name, op) = (&self.link.name, self.op);
        self.link.world.ledger.note(|| format!("{name}: op {op:?} {what}"));
    }
}

#[async_trait]
impl Acknowledge for Receipt {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        // Written a moment later, so that it can be given up in between.
        let pause = self.link.world.latency();
        self.link.world.sleep(pause).await;
        self.acknowledge()
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        let held = lock(&self.held).take();
        match held {
            Some(held) if self.term.is_alive() && !self.link.is_dead() => {
                self.note(if requeue { "was given back" } else { "was rejected" });
                held.reject(requeue).await
            }
            _ => Err(told(ErrorKind::Connection)),
        }
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").field("op", &self.op).finish_non_exhaustive()
    }
}

/// A receipt that two copies of one delivery have: the first to use it settles it for both.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<tokio::sync::Mutex<Settled>>);

#[derive(Debug)]
enum Settled {
    NotYet(Box<dyn Acknowledge>),
    Done(bool),
}

impl Shared {
    pub(super) fn new(settle: Box<dyn Acknowledge>) -> Self {
        Self(Arc::new(tokio::sync::Mutex::new(Settled::NotYet(settle))))
    }

    async fn settle<F>(&self, by: impl FnOnce(Box<dyn Acknowledge>) -> F) -> Result<(), Error>
    where
        F: Future<Output = Result<(), Error>>,
    {
        let mut state = self.0.lock().await;
        // Given up in between, it has not been settled.
        match std::mem::replace(&mut *state, Settled::Done(false)) {
            Settled::NotYet(settle) => {
                let result = by(settle).await;
                *state = Settled::Done(result.is_ok());
                result
            }
            Settled::Done(true) => {
                *state = Settled::Done(true);
                Ok(())
            }
            Settled::Done(false) => Err(told(ErrorKind::Connection)),
        }
    }
}

#[async_trait]
impl Acknowledge for Shared {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        self.settle(|settle| settle.ack()).await
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        self.settle(|settle| settle.reject(requeue)).await
    }
}
