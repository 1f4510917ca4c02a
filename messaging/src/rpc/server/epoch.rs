//! One life of a server, from a start to the end of what it had taken.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::{Notify, watch};

use super::caller::{Caller, Sign};
use super::duplicates::Duplicates;
use super::running::{Running, Stop, Stopping};
use super::shutdown::CutOff;
use crate::runtime::Runtime;
use crate::transport::Cancel;
use crate::wire::Id;

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
    /// Told each time that nothing runs any more.
    idle: Notify,
    /// Told of work that is to be looked after sooner than what there was.
    pub(super) sooner: Notify,
}

impl Epoch {
    pub(super) fn new(runtime: Arc<dyn Runtime>) -> Self {
        Self {
            runtime,
            stopping: watch::Sender::new(false),
            cut_off: watch::Sender::new(false),
            duplicates: Duplicates::default(),
            running: Mutex::default(),
            idle: Notify::new(),
            sooner: Notify::new(),
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
        let mut table = self.table();
        self.cut_off.send_replace(true);
        let methods = self.methods(&table);
        for work in table.work.values_mut() {
            work.stop(Stop::CutOff);
        }
        methods
    }

    /// Ends what nobody waits for any more, and says who is to be told that its method runs: nobody
    /// unless `may_tell`, and then all whose time has come meanwhile. The second is when to come
    /// again.
    pub(super) fn look_after(&self, may_tell: bool) -> (Vec<Sign>, Option<Instant>) {
        self.table().look_after(may_tell, self.runtime.now())
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
                let method = method.to_owned();
                let running_for = now.saturating_duration_since(work.since);
                Some(CutOff { method, namespace, running_for })
            })
            .collect()
    }

    /// Ends when nothing runs.
    pub(super) async fn drained(&self) {
        loop {
            let mut idle = pin!(self.idle.notified());
            // From here on nothing is missed.
            idle.as_mut().enable();
            if !self.is_at_work() {
                return;
            }
            idle.await;
        }
    }

    /// Whether anything runs.
    pub(super) fn is_at_work(&self) -> bool {
        !self.table().work.is_empty()
    }

    /// Enters a message that was taken.
    pub(super) fn enter(self: &Arc<Self>) -> InFlight {
        let since = self.runtime.now();
        let mut running = self.table();
        let id = running.enter(since);
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
    /// Its message is acknowledged, after which no other server runs it: if that takes longer than
    /// this server is given, it is told of as a handler that was cut off.
    pub(super) fn claimed(&self, method: &'static str, namespace: Option<&str>) {
        if let Some(work) = self.epoch.table().work.get_mut(&self.id) {
            work.method = Some((method, namespace.map(str::to_owned)));
        }
    }

    /// Its handler runs.
    pub(super) fn handled(
        &self,
        method: &'static str,
        namespace: Option<&str>,
        caller: Option<Caller>,
    ) {
        let mut table = self.epoch.table();
        let due = caller.as_ref().and_then(|caller| caller.due(true));
        if let Some(work) = table.work.get_mut(&self.id) {
            work.method.get_or_insert_with(|| (method, namespace.map(str::to_owned)));
            work.stopping = Stopping::Unasked(None);
            work.caller = caller;
            if self.epoch.has_cut_off() {
                work.stop(Stop::CutOff);
            }
        }
        if table.is_due(due) {
            self.epoch.sooner.notify_one();
        }
    }

    /// Ends when its handler, which runs, is to end; and says why.
    pub(super) fn stopped(&self) -> impl Future<Output = Stop> + Unpin {
        poll_fn(|context| match self.epoch.table().work.get_mut(&self.id) {
            Some(work) => work.poll_stopped(context),
            None => Poll::Pending,
        })
    }

    /// Its handler has ended; what is left is to answer.
    pub(super) fn answering(&self) {
        let mut table = self.epoch.table();
        if let Some(work) = table.work.get_mut(&self.id) {
            work.method = None;
            work.stopping = Stopping::None;
        }
        table.forget_caller(self.id);
    }
}

impl Cancel for Epoch {
    fn cancel(&self, msg_id: &Id) {
        self.table().give_up(msg_id);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut running = self.epoch.table();
        running.forget_caller(self.id);
        let ended = running.work.remove(&self.id);
        let is_idle = running.work.is_empty();
        drop(running);
        if is_idle {
            self.epoch.idle.notify_waiters();
        }
        // Not under the lock: a waker may be all that is left of a task, which then ends here.
        drop(ended);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::rpc::server::return_address::ReturnAddress;
    use crate::testing::VirtualTime;

    /// Of two that began together the second is not passed over each time, because the first is
    /// just being told.
    #[test]
    fn a_sign_that_could_not_be_given_is_given_as_soon_as_it_can() {
        let time = VirtualTime::new();
        let epoch = Arc::new(Epoch::new(time.runtime()));
        let in_flight = epoch.enter();
        let caller = Caller::new(time.runtime().now(), None, Some(ReturnAddress::of("1")), true);
        in_flight.handled("hold", None, caller);
        time.advance(Duration::from_millis(150));
        let (signs, due) = epoch.look_after(false);
        assert!(signs.is_empty() && due.is_none());
        let (signs, due) = epoch.look_after(true);
        assert_eq!(signs.len(), 1);
        assert_eq!(due.unwrap() - time.runtime().now(), Duration::from_millis(150));
    }
}
