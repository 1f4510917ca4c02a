//! Threads beside the one that runs: time stands still while they work, and passes while they wait.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// The thread that runs, and how many others work.
#[derive(Debug, Default)]
pub(super) struct Runner {
    thread: Mutex<Option<Thread>>,
    busy: AtomicUsize,
}

impl Runner {
    pub(super) fn is(&self, thread: Thread) {
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0
    }

    /// A thread works until this is dropped.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(Arc::clone(self))
    }

    /// It does not park, or no longer.
    pub(super) fn wake_it(&self) {
        if let Some(thread) = &*self.thread.lock().unwrap_or_else(PoisonError::into_inner) {
            thread.unpark();
        }
    }

    fn pause(&self) {
        self.busy.fetch_sub(1, Ordering::SeqCst);
        self.wake_it();
    }
}

/// A thread that works.
pub(super) struct Busy(Arc<Runner>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.pause();
    }
}

const POLLED: u8 = 0;
const WOKEN: u8 = 1;
const WAITING: u8 = 2;

/// A thread that drives a future.
struct Driving {
    runner: Arc<Runner>,
    thread: Thread,
    state: AtomicU8,
}

impl Wake for Driving {
    fn wake(self: Arc<Self>) {
        // It works again from this moment on, not from when it gets to it: no time passes between.
        if self.state.swap(WOKEN, Ordering::SeqCst) == WAITING {
            self.runner.busy.fetch_add(1, Ordering::SeqCst);
            self.thread.unpark();
        }
    }
}

/// Drives `future` on a thread that [`Runner::busy`] counts.
pub(super) fn block_on<T>(runner: &Arc<Runner>, future: impl Future<Output = T>) -> T {
    let (runner, thread) = (Arc::clone(runner), thread::current());
    let driving = Arc::new(Driving { runner, thread, state: AtomicU8::new(POLLED) });
    let waker = Waker::from(Arc::clone(&driving));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        driving.state.store(POLLED, Ordering::SeqCst);
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        let waits =
            driving.state.compare_exchange(POLLED, WAITING, Ordering::SeqCst, Ordering::SeqCst);
        if waits.is_ok() {
            driving.runner.pause();
            while driving.state.load(Ordering::SeqCst) == WAITING {
                thread::park();
            }
        }
    }
}
