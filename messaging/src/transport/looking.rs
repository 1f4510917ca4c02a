//! Looking at queues for calls that are about to time out: one look serves all that ask at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::driver::{Address, Driver, Look};
use crate::runtime::Runtime;

/// How old what was seen may be.
const FRESH: Duration = Duration::from_millis(100);

/// How many queues are remembered; with more, all are looked at anew.
const REMEMBERED: usize = 64;

/// What was seen of queues a moment ago.
#[derive(Debug, Default)]
pub(super) struct Looking(Mutex<HashMap<Address, Seen>>);

#[derive(Debug)]
struct Seen {
    at: Instant,
    look: Arc<OnceCell<Look>>,
}

impl Looking {
    /// Looks at the queue of `address`, or waits for who does already.
    pub(super) async fn at(
        &self,
        address: &Address,
        within: Duration,
        driver: &dyn Driver,
        clock: &dyn Runtime,
    ) -> Look {
        let look = self.shared(address, clock.now());
        let looking = look.get_or_init(|| async {
            match driver.look(address, within).await {
                Ok(look) => look,
                Err(error) => {
                    tracing::debug!(%error, "why no reply comes cannot be told");
                    Look::Unknown
                }
            }
        });
        *looking.await
    }

    fn shared(&self, address: &Address, now: Instant) -> Arc<OnceCell<Look>> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = seen.get(address)
            && now.saturating_duration_since(before.at) < FRESH
        {
            return Arc::clone(&before.look);
        }
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        let look = Arc::default();
        seen.insert(address.clone(), Seen { at: now, look: Arc::clone(&look) });
        look
    }
}
