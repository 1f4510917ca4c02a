//! lapin on any [`Runtime`]: what it asks of an executor and of a reactor, answered by ours.

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_rs::traits::{Executor, Reactor, RuntimeKit};
use async_rs::util::{DummyIO, Task, TaskImpl, simple_block_on};
use futures_io::{AsyncRead, AsyncWrite};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream};
use tokio::sync::oneshot;

use super::wire::Wire;
use crate::runtime::Runtime;

/// A [`Runtime`] as lapin wants one.
#[derive(Clone, Debug)]
pub(super) struct Kit(Arc<dyn Runtime>);

impl Kit {
    /// The runtime that a connection of lapin's is handed.
    pub(super) fn runtime(runtime: &Arc<dyn Runtime>) -> async_rs::Runtime<Self> {
        async_rs::Runtime::new(Self(Arc::clone(runtime)))
    }
}

impl RuntimeKit for Kit {}

impl Executor for Kit {
    type Task<T: Send + 'static> = Output<T>;

    /// Parks the thread, which is lapin's own: the runtime is not needed to drive one future.
    fn block_on<T, F: Future<Output = T>>(&self, future: F) -> T {
        simple_block_on(future)
    }

    fn spawn<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        future: F,
    ) -> Task<Self::Task<T>> {
        let (sender, output) = oneshot::channel();
        self.0.spawn(Box::pin(async move {
            // Nobody may be waiting: lapin detaches most of its tasks.
            let _ = sender.send(future.await);
        }));
        Output(output).into()
    }

    fn spawn_blocking<T: Send + 'static, F: FnOnce() -> T + Send + 'static>(
        &self,
        work: F,
    ) -> Task<Self::Task<T>> {
        let (sender, output) = oneshot::channel();
        self.0.spawn_blocking(Box::new(move || {
            let _ = sender.send(work());
        }));
        Output(output).into()
    }
}

impl Reactor for Kit {
    type TcpStream = Wire;
    type Sleep = BoxFuture<'static, ()>;

    /// Refused: it would take a handle of the operating system, and a [`Runtime`] deals in
    /// sockets that it opened itself. lapin does not ask for it.
    fn register<H: Read + Write + Send + 'static>(
        &self,
        _: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<DummyIO, _>(io::Error::from(io::ErrorKind::Unsupported))
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }

    fn interval(&self, period: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        let first = true;
        stream::unfold((Arc::clone(&self.0), first), move |(runtime, first)| async move {
            if !first {
                runtime.sleep(period).await;
            }
            Some((runtime.now(), (runtime, false)))
        })
    }

    fn tcp_connect_addr(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        let connecting = self.0.connect(address);
        async move { Ok(Wire::new(connecting.await?)) }
    }
}

/// What a task will have returned.
#[derive(Debug)]
pub(super) struct Output<T>(oneshot::Receiver<T>);

impl<T: Send + 'static> TaskImpl for Output<T> {}

impl<T> Future for Output<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match Pin::new(&mut self.0).poll(context) {
            Poll::Ready(Ok(output)) => Poll::Ready(output),
            // The task panicked or its runtime is gone. The trait has no word for that, and a
            // panic here would reach a thread that did nothing wrong.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    fn on_each_runtime(test: impl AsyncFn(Kit)) {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio.block_on(async { test(Kit(crate::runtime::tokio().unwrap())).await });
        #[cfg(feature = "smol")]
        simple_block_on(test(Kit(crate::runtime::smol())));
    }

    #[test]
    fn tasks_hand_back_what_they_return() {
        on_each_runtime(async |kit| {
            assert_eq!(kit.spawn(async { 42 }).await, 42);
            assert_eq!(kit.spawn_blocking(|| 43).await, 43);
        });
    }

    #[test]
    fn an_interval_begins_at_once() {
        on_each_runtime(async |kit| {
            let period = Duration::from_millis(2);
            let ticks: Vec<_> = kit.interval(period).take(3).collect().await;
            assert!(ticks[2].duration_since(ticks[0]) >= 2 * period);
        });
    }
}
