//! From the name of a host to a socket.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::peer::Peer;
use super::wire::Switch;
use crate::context::Deadline;
use crate::runtime::{self, Runtime, Socket};

/// Opens the socket, to the first address of the host that takes it.
pub(super) async fn dial(
    runtime: &Arc<dyn Runtime>,
    peer: &Peer,
    deadline: &Deadline,
) -> io::Result<Box<dyn Socket>> {
    let addresses = resolve(&**runtime, peer).await?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for (tried, address) in addresses.iter().enumerate() {
        // An address that swallows everything must leave time for the others.
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = deadline.remaining() / left;
        match runtime::timeout(&**runtime, share, runtime.connect(*address)).await {
            Some(Ok(socket)) => return Ok(socket),
            Some(Err(error)) => last = error,
            None => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

async fn resolve(runtime: &dyn Runtime, peer: &Peer) -> io::Result<Vec<SocketAddr>> {
    let (host, port) = peer.address();
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![(address, port).into()]);
    }
    let host = host.to_owned();
    blocking(runtime, move || (host, port).to_socket_addrs().map(Iterator::collect)).await?
}

/// What `work` returns, on a thread where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    runtime: &dyn Runtime,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, output) = oneshot::channel();
    runtime.spawn_blocking(Box::new(move || {
        let _ = sender.send(work());
    }));
    output.await.map_err(|_| io::Error::other("the runtime is shutting down"))
}

/// Cuts a wire whose handshake was given up, so that lapin's thread does not wait for ever.
pub(super) struct CutOnDrop(Option<Arc<Switch>>);

impl CutOnDrop {
    pub(super) fn new(switch: &Arc<Switch>) -> Self {
        Self(Some(Arc::clone(switch)))
    }

    /// The handshake succeeded: the wire is not cut.
    pub(super) fn keep(mut self) -> Arc<Switch> {
        self.0.take().unwrap_or_default()
    }
}

impl Drop for CutOnDrop {
    fn drop(&mut self) {
        if let Some(switch) = &self.0 {
            switch.cut();
        }
    }
}
