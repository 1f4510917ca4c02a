//! A runtime whose time passes only where nothing else is left to do.

mod block;
mod clock;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::runtime::{self, Runtime, Socket};
use block::{Runner, block_on};
use clock::Clock;

/// A runtime of its own, on one thread, whose clock stands still while anything can run, and then
/// goes to the next moment that somebody waits for: a time-out of half a minute takes no time. It
/// needs no other runtime; where tests run on tokio, `#[tokio::test(start_paused = true)]` does the
/// same.
///
/// What [`run`](Self::run) runs finds this runtime by itself: a local client, a mock and
/// [`Transport::connect`](crate::Transport::connect) with `memory://`. There is no network in it.
///
#[cfg_attr(feature = "macros", doc = "```")]
#[cfg_attr(not(feature = "macros"), doc = "```ignore")]
/// # use messaging::{Context, Proxy as _, rpc_api};
/// # #[rpc_api(topic = "greeter", version = "1.0")]
/// # trait Greeter {
/// #     async fn greet(&self, ctx: &Context, name: String) -> Result<String, String>;
/// # }
/// use std::time::Duration;
///
/// use messaging::testing::{Mock, VirtualTime};
///
/// let mock = Mock::<GreeterClient>::new();
/// mock.on(GreeterClient::GREET).never_answers();
///
/// let time = VirtualTime::new();
/// let error = time.run(async { mock.client().greet("bus".into()).await }).unwrap_err();
/// assert!(error.rpc().unwrap().is_timeout());
/// assert_eq!(time.elapsed(), Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct VirtualTime(Arc<Inner>);

struct Inner {
    /// Itself, for threads to run on.
    this: Weak<Inner>,
    clock: Clock,
    /// Spawned, and not yet among the tasks.
    spawned: Mutex<Vec<BoxFuture<'static, ()>>>,
    tasks: Mutex<FuturesUnordered<BoxFuture<'static, ()>>>,
    runner: Arc<Runner>,
}

impl VirtualTime {
    /// A runtime at whose clock no time has passed.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new_cyclic(|this| Inner {
            this: Weak::clone(this),
            clock: Clock::new(),
            spawned: Mutex::default(),
            tasks: Mutex::default(),
            runner: Arc::default(),
        }))
    }

    /// The runtime, for what is made outside of [`run`](Self::run).
    #[must_use]
    pub fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::<Inner>::clone(&self.0)
    }

    /// How much time has passed on the clock.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.clock.elapsed()
    }

    /// Lets `duration` pass at once, and wakes who waited for a moment in it. Needed only where
    /// time is to pass although something can run.
    pub fn advance(&self, duration: Duration) {
        self.0.clock.advance(duration);
    }

    /// Runs `future` to its end on this thread, and what it spawns beside it. What has not ended
    /// then goes on at the next `run`.
    ///
    /// # Panics
    ///
    /// If nothing can run and nobody waits for a moment, since that would be for ever; and if it is
    /// called within another `run` of the same clock.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let inner = &*self.0;
        let _entered = runtime::enter(self.runtime());
        let mut tasks = match inner.tasks.try_lock() {
            Ok(tasks) => tasks,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => {
                panic!("this virtual time runs a future already; await the other one in it")
            }
        };
        let runner = &inner.runner;
        runner.is(thread::current());
        let waker = Waker::from(Arc::clone(runner));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            runner.rests();
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while inner.poll_tasks(&mut tasks, &mut context) {}
            // In this order: what a thread woke, it woke before it was no longer busy.
            let is_busy = runner.is_busy();
            if runner.was_woken() {
                continue;
            }
            if is_busy {
                thread::park();
            } else if !inner.clock.go_on() {
                panic!(
                    "nothing can run and nobody waits for a moment, so this would never end: look \
                     for an answer that nobody gives"
                );
            }
        }
    }
}

impl Inner {
    /// Whether there is more to poll.
    fn poll_tasks(
        &self,
        tasks: &mut FuturesUnordered<BoxFuture<'static, ()>>,
        context: &mut Context<'_>,
    ) -> bool {
        tasks.extend(self.spawned.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
        matches!(tasks.poll_next_unpin(context), Poll::Ready(Some(())))
            || !self.spawned.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Runtime for Inner {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.spawned.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        self.runner.wake_it();
    }

    fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        let (busy, this) = (self.runner.busy(), Weak::clone(&self.this));
        thread::spawn(move || {
            let _busy = busy;
            let _entered = this.upgrade().map(|this| runtime::enter(this));
            work();
        });
    }

    fn block_on(&self, future: BoxFuture<'static, ()>) {
        block_on(&self.runner, future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.clock.sleep(duration).boxed()
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn connect(&self, _: SocketAddr) -> BoxFuture<'static, io::Result<Box<dyn Socket>>> {
        let error =
            io::Error::new(io::ErrorKind::Unsupported, "there is no network in virtual time");
        async { Err(error) }.boxed()
    }
}

impl Default for VirtualTime {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for VirtualTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualTime")
            .field("elapsed", &self.clock.elapsed())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join;
    use tokio::sync::oneshot;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn time_passes_where_nothing_else_is_to_do() {
        let time = VirtualTime::new();
        let runtime = time.runtime();
        let woken = Mutex::new(Vec::new());
        let nap = |seconds| {
            let (runtime, woken) = (&runtime, &woken);
            async move {
                runtime.sleep(s(seconds)).await;
                woken.lock().unwrap().push(seconds);
            }
        };
        time.run(join(join(nap(3600), nap(1)), nap(60)));
        assert_eq!(*woken.lock().unwrap(), [1, 60, 3600]);
        assert_eq!(time.elapsed(), s(3600));
        time.run(runtime::timeout(&*runtime, s(5), std::future::pending::<()>()));
        time.advance(s(10));
        assert_eq!(time.elapsed(), s(3615));
    }

    /// A task waits on the clock, a thread blocks and then waits on the clock as well.
    #[test]
    fn tasks_and_threads_take_part() {
        let time = VirtualTime::new();
        let runtime = time.runtime();
        let (first, second) = (oneshot::channel(), oneshot::channel());
        let (on_task, on_thread) = (Arc::clone(&runtime), Arc::clone(&runtime));
        runtime.spawn(Box::pin(async move {
            on_task.sleep(s(30)).await;
            let _ = first.0.send("task");
        }));
        runtime.spawn_blocking(Box::new(move || {
            thread::yield_now();
            let clock = Arc::clone(&on_thread);
            on_thread.block_on(Box::pin(async move {
                clock.sleep(s(20)).await;
                let _ = second.0.send(clock.now());
            }));
        }));
        let start = runtime.now();
        let (task, thread) = time.run(join(first.1, second.1));
        assert_eq!((task, thread.map(|at| at - start)), (Ok("task"), Ok(s(20))));
        assert_eq!(time.elapsed(), s(30));
    }

    #[test]
    #[should_panic = "nobody waits for a moment"]
    fn what_would_never_end_is_told() {
        VirtualTime::new().run(std::future::pending::<()>());
    }
}
