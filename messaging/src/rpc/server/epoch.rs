//! One life of a server, from a start to the end of what it had taken.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use super::duplicates::Duplicates;
use super::shutdown::CutOff;
use crate::runtime::Runtime;

/// Where a server is in its life.
#[derive(Clone)]
pub(super) enum Phase {
    /// It does not run.
    Idle,
    /// The broker is setting up what it listens on.
    Starting(Arc<Epoch>),
    /// It takes messages, or finishes what it has taken.
    Running(Arc<Epoch>),
}

impl Phase {
    pub(super) fn epoch(&self) -> Option<&Arc<Epoch>> {
        match self {
            Self::Idle => None,
            Self::Starting(epoch) | Self::Running(epoch) => Some(epoch),
        }
    }
}

impl fmt::Debug for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Starting(_) => "Starting",
            Self::Running(epoch) if epoch.is_stopping() => "Stopping",
            Self::Running(_) => "Running",
        })
    }
}

/// One life of a server: whether it is to stop, and what it is running.
pub(super) struct Epoch {
    runtime: Arc<dyn Runtime>,
    stopping: watch::Sender<bool>,
    cut_off: watch::Sender<bool>,
    pub(super) duplicates: Duplicates,
    running: Mutex<Running>,
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Running {
    next: u64,
    work: BTreeMap<u64, Work>,
}

struct Work {
    method: Option<(String, Option<String>)>,
    since: Instant,
}

impl Epoch {
    pub(super) fn new(runtime: Arc<dyn Runtime>) -> Self {
        Self {
            runtime,
            stopping: watch::Sender::new(false),
            cut_off: watch::Sender::new(false),
            duplicates: Duplicates::default(),
            running: Mutex::default(),
            count: watch::Sender::new(0),
        }
    }

    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Ends when the server is to stop.
    pub(super) async fn stopped(&self) {
        // The sender lives in `self`, which is held here.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Whether what runs is cut off.
    pub(super) fn has_cut_off(&self) -> bool {
        *self.cut_off.borrow()
    }

    /// Ends when what runs is to be cut off.
    pub(super) async fn is_cut_off(&self) {
        let _ = self.cut_off.subscribe().wait_for(|cut_off| *cut_off).await;
    }

    /// Cuts off what runs, and says what that is.
    pub(super) fn cut_off(&self) -> Vec<CutOff> {
        // Whatever is cut off waits for this lock before it says that it has ended.
        let table = self.table();
        self.cut_off.send_replace(true);
        self.methods(&table)
    }

    /// What runs.
    pub(super) fn running(&self) -> Vec<CutOff> {
        self.methods(&self.table())
    }

    fn methods(&self, table: &Running) -> Vec<CutOff> {
        let now = self.runtime.now();
        table
            .work
            .values()
            .filter_map(|work| {
                let (method, namespace) = work.method.clone()?;
                let running_for = now.saturating_duration_since(work.since);
                Some(CutOff { method, namespace, running_for })
            })
            .collect()
    }

    /// Ends when nothing runs.
    pub(super) async fn drained(&self) {
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Enters a message that was taken.
    pub(super) fn enter(self: &Arc<Self>) -> InFlight {
        let since = self.runtime.now();
        let mut running = self.table();
        let id = running.next;
        running.next += 1;
        running.work.insert(id, Work { method: None, since });
        self.count.send_replace(running.work.len());
        InFlight { epoch: Arc::clone(self), id }
    }

    fn table(&self) -> MutexGuard<'_, Running> {
        // The table is whole at every point where a panic could happen.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message that was taken, until it is done with.
pub(super) struct InFlight {
    epoch: Arc<Epoch>,
    id: u64,
}

impl InFlight {
    /// Its handler runs.
    pub(super) fn handled(&self, method: &str, namespace: Option<&str>) {
        if let Some(work) = self.epoch.table().work.get_mut(&self.id) {
            work.method = Some((method.to_owned(), namespace.map(str::to_owned)));
        }
    }

    /// Its handler has ended; what is left is to answer.
    pub(super) fn answering(&self) {
        if let Some(work) = self.epoch.table().work.get_mut(&self.id) {
            work.method = None;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut running = self.epoch.table();
        running.work.remove(&self.id);
        self.epoch.count.send_replace(running.work.len());
    }
}
