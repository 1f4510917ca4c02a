//! A socket of tokio that may be dropped anywhere.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;

use super::Socket;

/// A socket that ends in the runtime that it began in.
///
/// lapin's thread is outside of any when it drops its socket. async-compat, which the socket comes
/// from, then starts a runtime of its own; if it cannot, as where there are no more file
/// descriptors, it panics there and each time after, and no connection ends well any more.
#[derive(Debug)]
pub(super) struct AtHome {
    /// None once it is dropped.
    socket: Option<Box<dyn Socket>>,
    home: Handle,
}

impl AtHome {
    pub(super) fn new(socket: Box<dyn Socket>, home: Handle) -> Self {
        Self { socket: Some(socket), home }
    }

    fn socket(&mut self) -> io::Result<Pin<&mut Box<dyn Socket>>> {
        let gone = || io::Error::from(io::ErrorKind::NotConnected);
        self.socket.as_mut().map(Pin::new).ok_or_else(gone)
    }
}

impl Drop for AtHome {
    fn drop(&mut self) {
        let _within = self.home.enter();
        self.socket = None;
    }
}

impl AsyncRead for AtHome {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.socket()?.poll_read(context, buffer)
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &mut [io::IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.socket()?.poll_read_vectored(context, buffers)
    }
}

impl AsyncWrite for AtHome {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.socket()?.poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.socket()?.poll_write_vectored(context, buffers)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket()?.poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket()?.poll_close(context)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    #[tokio::test]
    async fn a_socket_that_is_dropped_outside_starts_no_other_runtime() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let runtime = crate::runtime::tokio().unwrap();
        let socket = runtime.connect(listener.local_addr().unwrap()).await.unwrap();
        std::thread::spawn(move || drop(socket)).join().unwrap();
        // By its thread: names are cut there after fifteen letters.
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let names = tasks.flat_map(|task| std::fs::read_to_string(task.path().join("comm")));
        let names: Vec<_> = names.filter(|name| name.starts_with("async-compat")).collect();
        assert!(names.is_empty(), "{names:?}");
    }
}
