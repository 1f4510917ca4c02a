//! How handlers are run, and how many at once.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::runtime::Runtime;

/// How a server runs its handlers, and how many at once.
#[derive(Clone)]
pub struct Executor(Arc<dyn Execute>);

/// One message's life, from its decoding to its answer.
pub type Job = BoxFuture<'static, ()>;

/// A way to run jobs; for [`Executor::custom`].
pub trait Execute: fmt::Debug + Send + Sync + 'static {
    /// How many jobs may run at once; the server takes a message only when fewer do.
    fn permits(&self) -> usize;

    /// Runs `job` to its end, without blocking the caller. A job that is dropped instead leaves
    /// its message to be delivered again.
    fn execute(&self, job: Job, runtime: &Arc<dyn Runtime>);
}

impl Executor {
    /// Tasks of the runtime, at most `n` at once; none counts as one.
    #[must_use]
    pub fn tasks(n: usize) -> Self {
        Self::custom(Tasks(n))
    }

    /// One message after the other, in the order in which they come from each queue.
    #[must_use]
    pub fn serial() -> Self {
        Self::tasks(1)
    }

    /// Threads on which blocking is allowed, at most `n` at once; none counts as one. For
    /// handlers that block although they are `async`.
    #[must_use]
    pub fn threads(n: usize) -> Self {
        Self::custom(Threads(n))
    }

    /// A way of your own.
    #[must_use]
    pub fn custom(execute: impl Execute) -> Self {
        Self(Arc::new(execute))
    }

    pub(super) fn permits(&self) -> usize {
        self.0.permits().clamp(1, tokio::sync::Semaphore::MAX_PERMITS)
    }

    pub(super) fn execute(&self, job: Job, runtime: &Arc<dyn Runtime>) {
        self.0.execute(job, runtime);
    }
}

impl Default for Executor {
    /// 64 tasks, as many as the peer has workers.
    fn default() -> Self {
        Self::tasks(64)
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug)]
struct Tasks(usize);

impl Execute for Tasks {
    fn permits(&self) -> usize {
        self.0
    }

    fn execute(&self, job: Job, runtime: &Arc<dyn Runtime>) {
        runtime.spawn(job);
    }
}

thread_local! {
    /// Whether this thread is one of [`Executor::threads`].
    static MAY_BLOCK: Cell<bool> = const { Cell::new(false) };
}

/// This thread is one of [`Executor::threads`] until this is dropped.
struct MayBlock;

impl MayBlock {
    fn here() -> Self {
        MAY_BLOCK.set(true);
        Self
    }
}

impl Drop for MayBlock {
    fn drop(&mut self) {
        MAY_BLOCK.set(false);
    }
}

/// Whether the calling code runs on a thread of [`Executor::threads`], where a method that blocks
/// needs no second thread: all of them could be waiting for one.
pub(crate) fn may_block() -> bool {
    MAY_BLOCK.get()
}

#[derive(Debug)]
struct Threads(usize);

impl Execute for Threads {
    fn permits(&self) -> usize {
        self.0
    }

    fn execute(&self, job: Job, runtime: &Arc<dyn Runtime>) {
        let on_thread = Arc::clone(runtime);
        runtime.spawn_blocking(Box::new(move || {
            // Given back also if the job panics: the thread has other uses.
            let _may_block = MayBlock::here();
            on_thread.block_on(job);
        }));
    }
}
