//! A server in this process, which works when it is let.

use std::convert::Infallible;
use std::sync::Arc;

use messaging::{Context, Executor, RpcServer, Target, Transport};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use crate::broker::WITHIN;
use crate::work::{Work, WorkEndpoint};

/// A server in this process.
pub(crate) struct Worker {
    pub(crate) server: RpcServer,
    begun: mpsc::UnboundedReceiver<String>,
    gate: Arc<Semaphore>,
}

struct Service {
    name: String,
    begun: mpsc::UnboundedSender<String>,
    gate: Arc<Semaphore>,
}

impl Worker {
    /// One that works at once.
    pub(crate) async fn start(transport: &Transport, topic: &str, executor: Executor) -> Self {
        let worker = Self::start_held(transport, topic, executor).await;
        worker.release();
        worker
    }

    /// One whose methods begin, and do not end before they are [released](Self::release).
    pub(crate) async fn start_held(transport: &Transport, topic: &str, executor: Executor) -> Self {
        let (sender, begun) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let service = Service { name: "here".to_owned(), begun: sender, gate: Arc::clone(&gate) };
        let server = RpcServer::builder(transport, Target::topic(topic).server("here"))
            .endpoint(WorkEndpoint::new(service))
            .executor(executor)
            .start()
            .await
            .expect("the server starts");
        Self { server, begun, gate }
    }

    /// Lets methods end, from now on.
    pub(crate) fn release(&self) {
        self.gate.add_permits(1);
    }

    /// What begins next.
    pub(crate) async fn next(&mut self) -> String {
        let next = timeout(WITHIN, self.begun.recv()).await;
        next.expect("something begins in time").expect("the server is there")
    }

    /// What began before this, and this.
    pub(crate) async fn until(&mut self, id: &str) -> Vec<String> {
        let mut begun = vec![self.next().await];
        while begun.last().is_some_and(|last| last != id) {
            begun.push(self.next().await);
        }
        begun
    }

    /// Takes no more, lets what runs finish, and says what began since it was asked last.
    pub(crate) async fn finish(mut self) -> Vec<String> {
        self.server.stop();
        timeout(WITHIN, self.server.wait()).await.expect("what runs ends");
        let mut begun = Vec::new();
        while let Ok(id) = self.begun.try_recv() {
            begun.push(id);
        }
        begun
    }
}

impl Service {
    async fn work(&self, id: &str) {
        let _ = self.begun.send(id.to_owned());
        // Given back at once: the gate stays open.
        let _ = self.gate.acquire().await;
    }
}

impl Work for Service {
    async fn note(&self, _: &Context, id: String) {
        self.work(&id).await;
    }

    async fn note_again(&self, _: &Context, id: String) {
        self.work(&id).await;
    }

    async fn ask(&self, _: &Context, id: String) -> Result<String, Infallible> {
        self.work(&id).await;
        Ok(format!("{id} by {}", self.name))
    }

    async fn ask_again(&self, ctx: &Context, id: String) -> Result<String, Infallible> {
        self.ask(ctx, id).await
    }
}
