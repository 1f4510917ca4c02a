//! What has come for a consumer, and waits to be taken.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use messaging::Error;
use messaging::driver::Delivery;
use tokio::sync::Notify;

use crate::world::{World, lock, within};

/// A consumer's mail.
#[derive(Debug, Default)]
pub(super) struct Mail {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    /// When the last of them is there.
    last: Duration,
    closed: bool,
}

#[derive(Debug)]
pub(super) struct Item {
    /// When it is there to be taken.
    at: Duration,
    /// When the broker handed it over, from which on its time runs.
    handed: Duration,
    pub(super) what: Result<Delivery, Error>,
}

impl Mail {
    /// Something comes, after what came before.
    pub(super) fn push(&self, world: &World, what: Result<Delivery, Error>) {
        let (now, latency) = (world.now(), world.latency());
        let mut state = lock(&self.state);
        let at = (now + latency).max(state.last);
        state.last = at;
        state.items.push_back(Item { at, handed: now, what });
        drop(state);
        self.changed.notify_one();
    }

    /// What nobody has taken, which comes no more.
    pub(super) fn clear(&self) -> Vec<Delivery> {
        let items = std::mem::take(&mut lock(&self.state).items);
        items.into_iter().filter_map(|item| item.what.ok()).collect()
    }

    /// There will be no more.
    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_one();
    }

    /// The next that is there; none when there will be no more.
    pub(super) async fn next(&self, world: &World) -> Option<Result<Delivery, Error>> {
        loop {
            let wait = {
                let mut state = lock(&self.state);
                let wait = state.items.front().map(|item| item.at.saturating_sub(world.now()));
                match wait {
                    Some(Duration::ZERO) => {
                        let Item { handed, what, .. } = state.items.pop_front()?;
                        let waited = world.now().saturating_sub(handed);
                        return Some(what.map(|delivery| Delivery {
                            expires: delivery.expires.map(|left| left.saturating_sub(waited)),
                            waited: delivery.waited + waited,
                            ..delivery
                        }));
                    }
                    None if state.closed => return None,
                    wait => wait,
                }
            };
            match wait {
                Some(wait) => _ = within(world, wait, self.changed.notified()).await,
                None => self.changed.notified().await,
            }
        }
    }
}
