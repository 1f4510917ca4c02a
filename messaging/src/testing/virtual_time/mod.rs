//! A runtime whose time passes only where nothing else is left to do.

mod block;
mod clock;
mod tasks;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::runtime::{self, Runtime, Socket};
use block::{Runner, block_on};
use clock::Clock;
use tasks::{MAIN, Tasks};

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
///
/// Of several tasks that can run, the one that was woken first is polled first; with
/// [`seeded`](Self::seeded) it is any of them.
#[derive(Clone)]
pub struct VirtualTime(Arc<Inner>);

struct Inner {
    /// Itself, for threads to run on.
    this: Weak<Inner>,
    clock: Clock,
    tasks: Tasks,
    /// Held while something is run.
    running: Mutex<()>,
    runner: Arc<Runner>,
}

impl VirtualTime {
    /// A runtime at whose clock no time has passed.
    #[must_use]
    pub fn new() -> Self {
        Self::with(None)
    }

    /// The same, with an order of tasks that `seed` chooses: whenever several can run, the one that
    /// is polled next is any of them. The same code with the same seed runs in the same order, with
    /// another seed in another, so that a test of many seeds sees what rarely happens, and one seed
    /// shows it again. The pauses between the attempts of a call that is
    /// [retried](crate::Call::retry) are drawn from it as well.
    ///
    /// That holds for what runs on the one thread: methods that block, and
    /// [`Executor::threads`](crate::Executor::threads), run on threads of their own, in an order
    /// that nobody chooses. Random ids, such as those of messages, differ between two runs; nothing
    /// in this library depends on their order, and the code that is run must not either, nor on
    /// that of a `HashMap`.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use messaging::testing::VirtualTime;
    ///
    /// let order_of = |seed| {
    ///     let time = VirtualTime::seeded(seed);
    ///     let order = Arc::<Mutex<Vec<u32>>>::default();
    ///     for number in 0..10 {
    ///         let order = Arc::clone(&order);
    ///         time.runtime().spawn(Box::pin(async move { order.lock().unwrap().push(number) }));
    ///     }
    ///     time.run(time.runtime().sleep(std::time::Duration::from_secs(1)));
    ///     order.lock().unwrap().clone()
    /// };
    /// assert_eq!(order_of(1), order_of(1));
    /// assert_ne!(order_of(1), order_of(2));
    /// ```
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::with(Some(seed))
    }

    fn with(seed: Option<u64>) -> Self {
        let runner = Arc::<Runner>::default();
        Self(Arc::new_cyclic(|this| Inner {
            this: Weak::clone(this),
            clock: Clock::new(),
            tasks: Tasks::new(&runner, seed),
            running: Mutex::default(),
            runner,
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

    /// How many tasks were spawned and have not ended: none, where everything has been shut down.
    #[must_use]
    pub fn tasks(&self) -> usize {
        self.0.tasks.count()
    }

    /// Runs `future` to its end on this thread, and what it spawns beside it. What has not ended
    /// then goes on at the next `run`.
    ///
    /// # Panics
    ///
    /// If nothing can run and nobody waits for a moment, since that would be for ever; and if it is
    /// called within another `run` of the same clock.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let Inner { clock, tasks, running, runner, .. } = &*self.0;
        let _entered = runtime::enter(self.runtime());
        let _running = match running.try_lock() {
            Ok(running) => running,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => {
                panic!("this virtual time runs a future already; await the other one in it")
            }
        };
        let _chance = tasks.draw().map(Chance::seeded);
        runner.is(thread::current());
        let wake = tasks.wake_of(MAIN);
        let waker = Waker::from(Arc::clone(&wake));
        waker.wake_by_ref();
        let mut future = pin!(future);
        loop {
            while let Some(id) = tasks.next() {
                if id != MAIN {
                    tasks.poll(id);
                    continue;
                }
                wake.is_polled();
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker))
                {
                    return output;
                }
            }
            // In this order: what a thread woke, it woke before it was no longer busy.
            let is_busy = runner.is_busy();
            if tasks.any_ready() {
                continue;
            }
            if is_busy {
                thread::park();
            } else if !clock.go_on() {
                panic!(
                    "nothing can run and nobody waits for a moment, so this would never end: look \
                     for an answer that nobody gives"
                );
            }
        }
    }
}

/// Chance on this thread goes by a seed until this is dropped: it is where pauses are drawn from.
struct Chance {
    before: u64,
}

impl Chance {
    fn seeded(seed: u64) -> Self {
        let before = fastrand::get_seed();
        fastrand::seed(seed);
        Self { before }
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        fastrand::seed(self.before);
    }
}

impl Runtime for Inner {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.tasks.spawn(task);
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
            .field("tasks", &self.tasks.count())
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

    /// Who goes on when, of some that yield to each other, wake each other and sleep.
    fn history(time: &VirtualTime) -> Vec<(u128, usize)> {
        let runtime = time.runtime();
        let history = Arc::<Mutex<Vec<_>>>::default();
        let notify = Arc::new(tokio::sync::Notify::new());
        for number in 0..8 {
            let (clock, history) = (Arc::clone(&runtime), Arc::clone(&history));
            let (notify, time) = (Arc::clone(&notify), time.clone());
            runtime.spawn(Box::pin(async move {
                for step in 1..5 {
                    history.lock().unwrap().push((time.elapsed().as_millis(), number));
                    let pause = Duration::from_millis(fastrand::u64(..step));
                    let _ = runtime::timeout(&*clock, pause, notify.notified()).await;
                    notify.notify_one();
                }
            }));
        }
        time.run(runtime.sleep(s(1)));
        assert_eq!(time.tasks(), 0);
        let history = history.lock().unwrap();
        history.clone()
    }

    #[test]
    fn a_seed_chooses_the_order_and_the_pauses_and_repeats_them() {
        let of_seed = |seed| history(&VirtualTime::seeded(seed));
        assert!((0..20).all(|seed| of_seed(seed) == of_seed(seed)));
        let different: std::collections::HashSet<_> = (0..20).map(of_seed).collect();
        assert_eq!(different.len(), 20);
    }

    #[test]
    fn without_a_seed_tasks_run_in_the_order_in_which_they_were_woken() {
        let time = VirtualTime::new();
        let order = Arc::<Mutex<Vec<_>>>::default();
        for number in 0..10 {
            let order = Arc::clone(&order);
            time.runtime().spawn(Box::pin(async move { order.lock().unwrap().push(number) }));
        }
        assert_eq!(time.tasks(), 10);
        time.run(time.runtime().sleep(s(1)));
        assert!(order.lock().unwrap().iter().copied().eq(0..10));
    }

    #[test]
    #[should_panic = "nobody waits for a moment"]
    fn what_would_never_end_is_told() {
        VirtualTime::new().run(std::future::pending::<()>());
    }
}
