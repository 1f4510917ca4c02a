//! The connection of one process to the broker.

use std::sync::Arc;

use tokio::sync::watch;

use crate::ledger::LifeId;
use crate::weather::Fault;
use crate::world::World;

/// A connection, which is lost and made anew.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) name: String,
    pub(crate) world: Arc<World>,
    /// The life of the server whose it is.
    pub(crate) life: Option<LifeId>,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// How often it was lost.
    generation: u64,
    up: bool,
    /// Whether the broker takes nothing from it.
    blocked: bool,
    /// Its process was killed.
    dead: bool,
    /// How often its consumers were cancelled.
    cancelled: u64,
    /// Its transport was closed.
    closed: bool,
    /// It has opened a reply queue.
    has_inbox: bool,
    /// Its server refuses what it has no worker for.
    refuses: bool,
}

impl Link {
    pub(crate) fn new(world: &Arc<World>, name: &str, life: Option<LifeId>) -> Self {
        let state = State {
            generation: 0,
            up: true,
            blocked: false,
            dead: false,
            cancelled: 0,
            closed: false,
            has_inbox: false,
            refuses: false,
        };
        let (name, state) = (name.to_owned(), watch::Sender::new(state));
        Self { name, world: Arc::clone(world), life, state }
    }

    /// It is lost, and stays so for a while.
    pub(crate) fn sever(self: &Arc<Self>) {
        let down_for = self.world.millis(1..3000);
        let mut generation = 0;
        self.state.send_modify(|state| {
            state.generation += 1;
            generation = state.generation;
            (state.up, state.blocked) = (false, false);
        });
        self.world.ledger.note(|| format!("{} is cut off for {down_for:?}", self.name));
        let link = Arc::clone(self);
        self.world.clock.spawn(Box::pin(async move {
            link.world.sleep(down_for).await;
            link.state.send_if_modified(|state| {
                let comes_back = state.generation == generation;
                state.up |= comes_back;
                comes_back
            });
        }));
    }

    /// The broker takes nothing from it for a while.
    pub(crate) fn block(self: &Arc<Self>) {
        let blocked_for = self.world.millis(10..8000);
        let generation = self.generation();
        self.state.send_modify(|state| state.blocked = true);
        self.world.ledger.note(|| format!("{} is blocked for {blocked_for:?}", self.name));
        let link = Arc::clone(self);
        self.world.clock.spawn(Box::pin(async move {
            link.world.sleep(blocked_for).await;
            link.state.send_if_modified(|state| {
                let ends = state.generation == generation && state.blocked;
                state.blocked &= !ends;
                ends
            });
        }));
    }

    /// The broker cancels its consumers.
    pub(crate) fn cancel_consumers(&self) {
        self.world.ledger.note(|| format!("{} has its consumers cancelled", self.name));
        self.state.send_modify(|state| state.cancelled += 1);
    }

    /// It is cut, and never comes back.
    pub(crate) fn kill(&self) {
        self.world.ledger.note(|| format!("{} is killed", self.name));
        self.state.send_modify(|state| {
            state.generation += 1;
            (state.dead, state.up) = (true, false);
        });
    }

    /// Whatever is wrong with it is over.
    pub(crate) fn heal(&self) {
        self.state.send_modify(|state| {
            (state.up, state.blocked) = (!state.dead, false);
        });
    }

    pub(crate) fn generation(&self) -> u64 {
        self.state.borrow().generation
    }

    /// Its transport is closed.
    pub(crate) fn close(&self) {
        self.world.ledger.note(|| format!("{} closes its transport", self.name));
        self.state.send_modify(|state| state.closed = true);
    }

    /// Its server refuses what it has no worker for.
    pub(crate) fn refuses(&self) {
        self.state.send_modify(|state| state.refuses = true);
    }

    /// Whether a copy of a message is known for one: it is, if no more than 15 others came in
    /// between, and a server that refuses takes in many in a moment.
    pub(crate) fn knows_copies(&self) -> bool {
        !self.state.borrow().refuses
    }

    /// It has opened a reply queue.
    pub(crate) fn opened_inbox(&self) {
        self.state.send_modify(|state| state.has_inbox = true);
    }

    pub(crate) fn has_inbox(&self) -> bool {
        self.state.borrow().has_inbox
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.borrow().closed
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.state.borrow().dead
    }

    pub(crate) fn is_up(&self) -> bool {
        self.state.borrow().up
    }

    /// Ends when there is a connection, which this is.
    pub(crate) async fn up(&self) -> u64 {
        self.when(|state| state.up).await
    }

    /// Ends when there is a connection from which the broker takes something.
    pub(crate) async fn takes(&self) -> u64 {
        self.when(|state| state.up && !state.blocked).await
    }

    /// Ends when that connection is lost.
    pub(crate) async fn lost(&self, generation: u64) {
        self.when(|state| state.generation != generation).await;
    }

    /// Ends when the consumers of that connection are cancelled or lost.
    pub(crate) async fn consumers_lost(&self, generation: u64, cancelled: u64) {
        self.when(|state| state.generation != generation || state.cancelled != cancelled).await;
    }

    /// How often the consumers were cancelled.
    pub(crate) fn cancelled(&self) -> u64 {
        self.state.borrow().cancelled
    }

    async fn when(&self, is: impl Fn(&State) -> bool) -> u64 {
        let mut states = self.state.subscribe();
        let found = states.wait_for(|state| is(state)).await.map(|state| state.generation);
        // Its sender is here.
        found.expect("a link that knows its state")
    }

    /// Something of the storm strikes it.
    pub(crate) fn shake(self: &Arc<Self>) {
        if self.world.strikes(Fault::Severed) {
            self.sever();
        }
        if self.world.strikes(Fault::Blocked) {
            self.block();
        }
        if self.world.strikes(Fault::ConsumerCancelled) {
            self.cancel_consumers();
        }
    }
}
