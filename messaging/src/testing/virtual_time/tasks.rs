//! The tasks, and which of those that can run is polled next.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::BoxFuture;

use super::block::Runner;

/// A task by the order in which it was spawned.
pub(super) type TaskId = u64;

/// What is run to its end, beside which the tasks are.
pub(super) const MAIN: TaskId = 0;

/// All tasks that have not ended.
pub(super) struct Tasks {
    ready: Arc<Ready>,
    tasks: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    last_id: TaskId,
    by_id: BTreeMap<TaskId, Task>,
    /// The one that is being polled is not among those above.
    polled: usize,
}

struct Task {
    future: BoxFuture<'static, ()>,
    wake: Arc<TaskWake>,
}

/// Who can run.
struct Ready {
    queue: Mutex<Queue>,
    runner: Arc<Runner>,
}

struct Queue {
    /// In the order in which they were woken; where `chance` chooses, in that of their ids, so that
    /// its choice does not depend on who woke whom first.
    ids: VecDeque<TaskId>,
    chance: Option<fastrand::Rng>,
}

/// Makes a task ready.
pub(super) struct TaskWake {
    id: TaskId,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Tasks {
    /// No tasks; with a seed, chance chooses who is polled next, and else who was woken first.
    pub(super) fn new(runner: &Arc<Runner>, seed: Option<u64>) -> Self {
        let chance = seed.map(fastrand::Rng::with_seed);
        let queue = Mutex::new(Queue { ids: VecDeque::new(), chance });
        let ready = Arc::new(Ready { queue, runner: Arc::clone(runner) });
        Self { ready, tasks: Mutex::default() }
    }

    pub(super) fn spawn(&self, future: BoxFuture<'static, ()>) {
        let wake = {
            let mut waiting = lock(&self.tasks);
            waiting.last_id += 1;
            let id = waiting.last_id;
            let wake = self.wake_of(id);
            waiting.by_id.insert(id, Task { future, wake: Arc::clone(&wake) });
            wake
        };
        wake.wake();
    }

    /// How many have not ended.
    pub(super) fn count(&self) -> usize {
        let waiting = lock(&self.tasks);
        waiting.by_id.len() + waiting.polled
    }

    /// What makes `id` ready.
    pub(super) fn wake_of(&self, id: TaskId) -> Arc<TaskWake> {
        Arc::new(TaskWake { id, queued: AtomicBool::new(false), ready: Arc::clone(&self.ready) })
    }

    /// Whether anybody can run.
    pub(super) fn any_ready(&self) -> bool {
        !lock(&self.ready.queue).ids.is_empty()
    }

    /// Who is to be polled next, and is ready no longer.
    pub(super) fn next(&self) -> Option<TaskId> {
        let Queue { ids, chance } = &mut *lock(&self.ready.queue);
        match chance {
            Some(chance) if !ids.is_empty() => ids.remove(chance.usize(..ids.len())),
            _ => ids.pop_front(),
        }
    }

    /// Polls a task; nothing if it has ended.
    pub(super) fn poll(&self, id: TaskId) {
        let Some(mut task) = lock(&self.tasks).by_id.remove(&id) else { return };
        let _polled = Polled::one(&self.tasks);
        // Before it is polled: what wakes it meanwhile wakes it again.
        task.wake.queued.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&task.wake));
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
            lock(&self.tasks).by_id.insert(id, task);
        }
    }

    /// A number by which all chance of a run goes; none where none chooses.
    pub(super) fn draw(&self) -> Option<u64> {
        lock(&self.ready.queue).chance.as_mut().map(|chance| chance.u64(..))
    }
}

/// Counts the task that is polled, and also if it panics.
struct Polled<'a>(&'a Mutex<Waiting>);

impl<'a> Polled<'a> {
    fn one(waiting: &'a Mutex<Waiting>) -> Self {
        lock(waiting).polled += 1;
        Self(waiting)
    }
}

impl Drop for Polled<'_> {
    fn drop(&mut self) {
        lock(self.0).polled -= 1;
    }
}

impl TaskWake {
    /// It is about to be polled.
    pub(super) fn is_polled(&self) {
        self.queued.store(false, Ordering::SeqCst);
    }
}

impl Wake for TaskWake {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::SeqCst) {
            return;
        }
        {
            let Queue { ids, chance } = &mut *lock(&self.ready.queue);
            let place = match chance {
                Some(_) => ids.partition_point(|other| *other < self.id),
                None => ids.len(),
            };
            ids.insert(place, self.id);
        }
        self.ready.runner.wake_it();
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whole at every point where a panic could happen.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
