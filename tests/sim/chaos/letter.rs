//! A message on its way to the broker: from the moment at which it is written it may arrive,
//! whatever becomes of who wrote it.

use std::sync::Arc;
use std::time::Duration;

use messaging::Error;
use messaging::driver::{Address, Driver, Notes, Publish};
use tokio::sync::oneshot;

use super::{Chaos, Link};
use crate::ledger::{OpId, op_in};
use crate::weather::Fault;
use crate::world::{Sabotage, World};

/// Longer than anything is on its way.
const LONG: Duration = Duration::from_secs(3600);

/// A message on its way.
pub(super) struct Letter {
    world: Arc<World>,
    link: Arc<Link>,
    broker: Arc<dyn Driver>,
    generation: u64,
    op: Option<OpId>,
    written: Duration,
    address: Address,
    body: Vec<u8>,
    notes: Notes,
    expires: Option<Duration>,
    mandatory: bool,
}

impl Letter {
    /// Written now, some time after it was to be `since`.
    pub(super) fn write(
        chaos: &Chaos,
        publish: &Publish<'_>,
        since: Duration,
        generation: u64,
    ) -> Self {
        // What was spent on the way here is not left for the broker.
        let spent = chaos.world.now() - since;
        Self {
            world: Arc::clone(&chaos.world),
            link: Arc::clone(&chaos.link),
            broker: Arc::clone(&chaos.inner),
            generation,
            op: op_in(publish.body),
            written: chaos.world.now(),
            address: publish.address.clone(),
            body: publish.body.to_vec(),
            notes: publish.notes.clone(),
            expires: publish.expires.map(|expires| expires.saturating_sub(spent)),
            mandatory: publish.mandatory,
        }
    }

    /// Sends it off; `confirm` is told what the broker says, or dropped if it never says a word.
    pub(super) fn send(self, confirm: oneshot::Sender<Result<(), Error>>) {
        let clock = Arc::clone(&self.world.clock);
        clock.spawn(Box::pin(self.travel(confirm)));
    }

    async fn travel(self, confirm: oneshot::Sender<Result<(), Error>>) {
        let world = &*self.world;
        let is_reply = matches!(self.address, Address::Reply { .. });
        world.sleep(world.latency()).await;
        let was_cut = self.link.generation() != self.generation;
        // What was written before the connection was lost may be on either side of the loss.
        if was_cut && world.chance().bool() {
            return self.note("is lost on its way");
        }
        if !was_cut && world.strikes(Fault::LostBefore) {
            self.note("is lost with its connection");
            return self.link.sever();
        }
        if world.strikes(Fault::ArrivesLate) {
            world.sleep(world.millis(100..15_000)).await;
            drop(confirm);
            _ = self.arrive().await;
            return;
        }
        if world.sabotage == Some(Sabotage::Lose) && !is_reply && world.chance().u8(..10) == 0 {
            self.note("is confirmed and lost, and nobody is to know");
            _ = confirm.send(Ok(()));
            return;
        }
        if world.strikes(Fault::LostWithQueue) {
            self.note("is confirmed, and lost with its queue");
            if !is_reply {
                world.ledger.about(self.op, |op| op.excused = true);
            }
            _ = confirm.send(Ok(()));
            return;
        }
        let answer = self.arrive().await;
        if is_reply && world.strikes(Fault::RepliedTwice) {
            world.sleep(world.latency()).await;
            _ = self.arrive().await;
        }
        if !was_cut && world.strikes(Fault::LostAfter) {
            return self.link.sever();
        }
        if world.strikes(Fault::NeverConfirmed) {
            return self.note("is never confirmed");
        }
        world.sleep(world.latency()).await;
        if self.link.generation() == self.generation {
            _ = confirm.send(answer);
        }
    }

    async fn arrive(&self) -> Result<(), Error> {
        if let Address::Reply { queue } = &self.address
            && self.world.is_gone(queue)
        {
            self.note("finds no reply queue");
            return Err(super::told(messaging::ErrorKind::Unroutable));
        }
        let publish = Publish {
            address: &self.address,
            body: &self.body,
            notes: &self.notes,
            expires: self.expires,
            mandatory: self.mandatory,
            within: LONG,
            retries: None,
        };
        if !matches!(self.address, Address::Reply { .. }) {
            let took = self.world.now() - self.written;
            self.world.ledger.about(self.op, |op| op.on_the_way = op.on_the_way.max(took));
        }
        let answer = self.broker.publish(publish).await;
        match &answer {
            Ok(()) => self.note("arrives"),
            Err(error) => self.note(super::name_of(error.kind())),
        }
        answer
    }

    fn note(&self, what: &str) {
        self.world.ledger.note(|| {
            let (name, op, to) = (&self.link.name, self.op, &self.address);
            format!("message of {name} for op {op:?} to {to}: {what}")
        });
    }
}
