//! A server in Rust.

use std::sync::Arc;

use messaging::Transport;
use tokio::task::JoinHandle;

use crate::demo::Rust;
use crate::events::Events;

/// The demo in Rust, until this is dropped.
#[derive(Debug)]
pub(crate) struct RustServer(JoinHandle<()>);

impl RustServer {
    /// Starts one, which tells of the casts that it ran.
    pub(crate) async fn start(
        transport: &Transport,
        topic: &str,
        name: &str,
        noted: &Arc<Events>,
    ) -> Self {
        let server = Rust::serve_over(transport, topic, name).await;
        Self(tokio::spawn(tell(server, Arc::clone(noted))))
    }
}

/// Holds the server, and passes on what it notes.
async fn tell(mut server: Rust, noted: Arc<Events>) {
    while let Some(note) = server.notes.recv().await {
        noted.tell(note);
    }
}

impl Drop for RustServer {
    fn drop(&mut self) {
        // The server goes with the task that holds it.
        self.0.abort();
    }
}
