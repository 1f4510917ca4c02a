//! Where no runtime runs: threads of the system, and its clock.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, lazy};
use tokio::sync::oneshot;

use super::{Runtime, Socket};

/// A thread for each task and each wait that is begun.
#[derive(Debug)]
pub(super) struct Threads;

impl Runtime for Threads {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        drop(thread::spawn(|| block_on(task)));
    }

    fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        drop(thread::spawn(work));
    }

    fn block_on(&self, future: BoxFuture<'static, ()>) {
        block_on(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // No thread where nobody comes to wait: most calls have ended before that.
        lazy(move |_| {
            let (waker, woken) = oneshot::channel::<()>();
            #[allow(clippy::disallowed_methods)] // this is the runtime
            thread::spawn(move || {
                thread::sleep(duration);
                drop(waker);
            });
            woken.map(drop)
        })
        .flatten()
        .boxed()
    }

    #[allow(clippy::disallowed_methods)] // this is the runtime
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn connect(&self, _: SocketAddr) -> BoxFuture<'static, io::Result<Box<dyn Socket>>> {
        let error = io::Error::new(io::ErrorKind::Unsupported, "no runtime is running here");
        async { Err(error) }.boxed()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::timeout;

    #[test]
    fn waits_end_without_a_runtime() {
        let short = Duration::from_millis(5);
        assert_eq!(block_on(timeout(&Threads, short, std::future::pending::<()>())), None);
        assert_eq!(block_on(timeout(&Threads, Duration::MAX, async { 7 })), Some(7));
        let (sender, receiver) = oneshot::channel();
        Threads.spawn(async { _ = sender.send(7) }.boxed());
        assert_eq!(block_on(receiver), Ok(7));
    }
}
