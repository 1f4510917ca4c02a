//! What a program told and nobody has asked for yet.

use std::sync::{Mutex, MutexGuard};

use serde_json::Value;
use tokio::sync::Notify;

/// Events in the order in which they came; several may wait for one, each for its own.
#[derive(Debug, Default)]
pub(crate) struct Events {
    kept: Mutex<Kept>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    events: Vec<Value>,
    over: bool,
}

impl Events {
    /// Keeps one until somebody asks for it.
    pub(crate) fn tell(&self, event: Value) {
        self.kept().events.push(event);
        self.changed.notify_waiters();
    }

    /// There will be no more.
    pub(crate) fn end(&self) {
        self.kept().over = true;
        self.changed.notify_waiters();
    }

    /// Takes the first that is wanted out, waiting for it; none if it can no longer come.
    pub(crate) async fn take(&self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        loop {
            // Made before the look, so that what comes after the look is not missed.
            let changed = self.changed.notified();
            {
                let mut kept = self.kept();
                if let Some(found) = kept.events.iter().position(&wanted) {
                    return Some(kept.events.remove(found));
                }
                if kept.over {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// Waits until there will be no more, and takes those that nobody has asked for.
    pub(crate) async fn ended(&self) -> Vec<Value> {
        self.take(|_| false).await;
        std::mem::take(&mut self.kept().events)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }
}
