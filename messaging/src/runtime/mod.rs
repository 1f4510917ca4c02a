//! The runtime as a value: what spawns, sleeps, tells the time and opens sockets.
//!
//! A transport is given its runtime and uses no other. `tokio()` and `smol()` are ready; any
//! other is an implementation of [`Runtime`], and the AMQP driver runs on it as well.

#[cfg(any(feature = "tokio", feature = "smol"))]
mod async_rs;
#[cfg(feature = "tokio")]
mod at_home;
#[cfg(feature = "health")]
pub(crate) mod http;
mod threads;

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_io::{AsyncRead, AsyncWrite};
use futures_util::future::{BoxFuture, Either, select};

use crate::{Error, ErrorKind};

#[cfg(feature = "smol")]
pub use async_rs::smol;
#[cfg(feature = "tokio")]
pub use async_rs::tokio;

/// What the library needs of an executor, a clock and a network.
///
/// All time is taken from here, so that tests run on virtual time.
pub trait Runtime: fmt::Debug + Send + Sync + 'static {
    /// Runs `task` in the background, to its end.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Runs `work` on a thread where blocking is allowed.
    fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>);

    /// Drives `future` to its end on this thread, which may block.
    fn block_on(&self, future: BoxFuture<'static, ()>);

    /// Ends when `duration` has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// The time on the clock by which [`sleep`](Self::sleep) sleeps.
    fn now(&self) -> Instant;

    /// Opens a TCP connection, with `TCP_NODELAY` set.
    fn connect(&self, address: SocketAddr) -> BoxFuture<'static, io::Result<Box<dyn Socket>>>;
}

/// A byte stream as [`Runtime::connect`] opens it.
pub trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Socket for T {}

impl fmt::Debug for dyn Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

/// The runtime that the calling code runs on.
///
/// # Errors
///
/// [`ErrorKind::Config`] if there is none that can be told: outside a tokio runtime, or in a build
/// without the feature `tokio`.
pub fn current() -> Result<Arc<dyn Runtime>, Error> {
    if let Some(runtime) = ENTERED.with_borrow(Clone::clone) {
        return Ok(runtime);
    }
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio() {
        return Ok(runtime);
    }
    Err(Error::new(
        ErrorKind::Config,
        "no tokio runtime is running here; connect inside one, or hand a runtime to \
         `Transport::with_runtime`, such as `messaging::runtime::smol()`",
    ))
}

thread_local! {
    /// The runtime that runs on this thread, where it says so itself.
    static ENTERED: RefCell<Option<Arc<dyn Runtime>>> = const { RefCell::new(None) };
}

/// Until this is dropped, the thread runs on a runtime that was entered.
pub(crate) struct Entered(Option<Arc<dyn Runtime>>);

/// What runs on this thread runs on `runtime`, as [`current`] tells it.
pub(crate) fn enter(runtime: Arc<dyn Runtime>) -> Entered {
    Entered(ENTERED.replace(Some(runtime)))
}

impl Drop for Entered {
    fn drop(&mut self) {
        ENTERED.set(self.0.take());
    }
}

/// The runtime that the calling code runs on; where that cannot be told, threads and the clock of
/// the system.
pub(crate) fn here() -> Arc<dyn Runtime> {
    current().unwrap_or_else(|_| Arc::new(threads::Threads))
}

/// The output of `future` if it ends within `duration`.
pub(crate) async fn timeout<F: Future>(
    runtime: &dyn Runtime,
    duration: Duration,
    future: F,
) -> Option<F::Output> {
    match select(pin!(future), runtime.sleep(duration)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
