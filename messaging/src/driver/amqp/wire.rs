//! The byte stream beneath a connection, and the switch that cuts it.

mod guard;
mod traces;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use futures_util::task::AtomicWaker;

pub(super) use self::guard::Guard;
pub(super) use self::traces::Traces;
use crate::runtime::Socket;

/// A socket that can be cut from outside, and of which nothing is read that lapin cannot bear.
///
/// lapin bounds none of its waits, and a connection whose broker has gone silent in a handshake
/// would keep its thread and its socket until the broker speaks again. Once cut, all reading and
/// writing fails, lapin's thread ends, and the socket with it.
#[derive(Debug)]
pub(super) struct Wire {
    socket: Box<dyn Socket>,
    switch: Arc<Switch>,
    guard: Guard,
}

/// Cuts one [`Wire`].
#[derive(Debug, Default)]
pub(super) struct Switch {
    cut: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl Wire {
    pub(super) fn new(socket: Box<dyn Socket>) -> Self {
        Self { socket, switch: Arc::default(), guard: Guard::default() }
    }

    pub(super) fn switch(&self) -> &Arc<Switch> {
        &self.switch
    }

    /// What is seen on it.
    pub(super) fn traces(&self) -> &Arc<Traces> {
        self.guard.traces()
    }

    /// How many bytes were read, if it goes on after that.
    fn count(&self, read: io::Result<usize>) -> io::Result<usize> {
        if !matches!(read, Ok(1..)) {
            self.guard.traces().ended();
        }
        read
    }
}

impl Switch {
    /// Fails whatever waits on the wire, and all that comes after. Harmless on a closed one.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        self.reader.wake();
        self.writer.wake();
    }

    /// The waker is left before the flag is read, so that a cut in between is not missed.
    fn check(&self, waker: &AtomicWaker, context: &Context<'_>) -> io::Result<()> {
        waker.register(context.waker());
        if self.cut.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.count(self.switch.check(&self.switch.reader, context).map(|()| 1))?;
        let read = ready!(Pin::new(&mut self.socket).poll_read(context, buffer));
        let read = self.count(read)?;
        self.guard.pass(buffer.get_mut(..read).unwrap_or_default());
        Poll::Ready(Ok(read))
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &mut [io::IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.count(self.switch.check(&self.switch.reader, context).map(|()| 1))?;
        let read = ready!(Pin::new(&mut self.socket).poll_read_vectored(context, buffers));
        let read = self.count(read)?;
        let mut left = read;
        for buffer in buffers {
            let filled = left.min(buffer.len());
            self.guard.pass(buffer.get_mut(..filled).unwrap_or_default());
            left -= filled;
        }
        Poll::Ready(Ok(read))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.switch.check(&self.switch.writer, context)?;
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.switch.check(&self.switch.writer, context)?;
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.switch.check(&self.switch.writer, context)?;
        Pin::new(&mut self.socket).poll_flush(context)
    }

    /// Also of a cut wire: closing the socket is what the cut is for.
    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(context)
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use std::net::TcpListener;

    #[cfg(feature = "smol")]
    use async_rs::util::simple_block_on;
    use futures_util::future::{join, poll_fn};

    use super::*;
    use crate::runtime::Runtime;

    async fn a_cut_ends_a_read_that_waits(runtime: Arc<dyn Runtime>) {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = runtime.connect(silent.local_addr().unwrap()).await.unwrap();
        let mut wire = Wire::new(socket);
        let switch = Arc::clone(wire.switch());

        let mut byte = [0];
        let reading = poll_fn(|context| Pin::new(&mut wire).poll_read(context, &mut byte));
        // `join` polls the read first, so it waits when the cut comes.
        let (read, ()) = join(reading, async { switch.cut() }).await;
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
        let written = poll_fn(|context| Pin::new(&mut wire).poll_write(context, b"late")).await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test]
    async fn a_cut_ends_a_read_that_waits_on_tokio() {
        a_cut_ends_a_read_that_waits(crate::runtime::tokio().unwrap()).await;
    }

    #[cfg(feature = "smol")]
    #[test]
    fn a_cut_ends_a_read_that_waits_on_smol() {
        simple_block_on(a_cut_ends_a_read_that_waits(crate::runtime::smol()));
    }
}
