//! [`Runtime`] for tokio and smol, through async-rs, in one build.

use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_rs::traits::{Executor, Reactor};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

#[cfg(feature = "tokio")]
use super::at_home::AtHome;
use super::{Runtime, Socket};
#[cfg(feature = "tokio")]
use crate::{Error, ErrorKind};

/// The tokio runtime that the calling code runs in.
///
/// # Errors
///
/// [`ErrorKind::Config`] outside a tokio runtime.
#[cfg(feature = "tokio")]
pub fn tokio() -> Result<Arc<dyn Runtime>, Error> {
    match tokio::runtime::Handle::try_current() {
        Ok(home) => {
            let runtime = async_rs::Runtime::tokio_with_handle(home.clone());
            Ok(Arc::new(Tokio(runtime, home)))
        }
        Err(error) => {
            Err(Error::new(ErrorKind::Config, "no tokio runtime is running here")
                .with_source(error))
        }
    }
}

/// smol, with its global executor.
#[cfg(feature = "smol")]
#[must_use]
pub fn smol() -> Arc<dyn Runtime> {
    Arc::new(Smol(async_rs::Runtime::smol()))
}

#[cfg(feature = "tokio")]
#[derive(Debug)]
struct Tokio(async_rs::TokioRuntime, tokio::runtime::Handle);

#[cfg(feature = "smol")]
#[derive(Debug)]
struct Smol(async_rs::SmolRuntime);

#[cfg(feature = "tokio")]
impl Tokio {
    /// What is to be done with a socket of it.
    fn settle(&self) -> impl FnOnce(Box<dyn Socket>) -> Box<dyn Socket> + Send + 'static {
        let home = self.1.clone();
        |socket| Box::new(AtHome::new(socket, home))
    }
}

#[cfg(feature = "smol")]
impl Smol {
    #[allow(clippy::unused_self)] // tokio's has a use for it
    fn settle(&self) -> impl FnOnce(Box<dyn Socket>) -> Box<dyn Socket> + Send + 'static {
        std::convert::identity
    }
}

/// The two kits differ in their clock, for tokio's can be paused by a test, and in where a socket
/// may be dropped.
macro_rules! runtime {
    ($runtime:ident, $now:expr) => {
        impl Runtime for $runtime {
            fn spawn(&self, task: BoxFuture<'static, ()>) {
                // Dropping async-rs' task detaches it.
                drop(Executor::spawn(&self.0, task));
            }

            fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
                drop(Executor::spawn_blocking(&self.0, work));
            }

            fn block_on(&self, future: BoxFuture<'static, ()>) {
                Executor::block_on(&self.0, future);
            }

            fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
                let sleeping = Reactor::sleep(&self.0, duration).map(drop);
                // tokio's timers panic once their runtime is gone; what waits then waits no more.
                AssertUnwindSafe(sleeping).catch_unwind().map(drop).boxed()
            }

            fn now(&self) -> Instant {
                $now
            }

            fn connect(
                &self,
                address: SocketAddr,
            ) -> BoxFuture<'static, io::Result<Box<dyn Socket>>> {
                let connecting = Reactor::tcp_connect_addr(&self.0, address);
                let settle = self.settle();
                async move { Ok(settle(Box::new(connecting.await?))) }.boxed()
            }
        }
    };
}

#[cfg(feature = "tokio")]
runtime!(Tokio, tokio::time::Instant::now().into_std());

#[cfg(feature = "smol")]
#[allow(clippy::disallowed_methods)] // smol's timers run by this very clock
mod smol_clock {
    use super::*;

    runtime!(Smol, Instant::now());
}
