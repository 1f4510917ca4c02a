//! A process: a runtime of its own, whose tasks all stop in the middle when it is killed, and a
//! connection of its own.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use messaging::Transport;
use messaging::runtime::{Runtime, Socket};
use tokio::sync::watch;

use crate::chaos::{Chaos, Link};
use crate::ledger::LifeId;
use crate::world::World;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A process.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) runtime: Arc<NodeRuntime>,
    pub(crate) link: Arc<Link>,
    pub(crate) transport: Transport,
}

impl Node {
    pub(crate) async fn start(world: &Arc<World>, name: &str, life: Option<LifeId>) -> Self {
        let runtime = Arc::new(NodeRuntime::new(Arc::clone(&world.clock)));
        let link = Arc::new(Link::new(world, name, life));
        let driver = Chaos::new(world, &link, world.driver().await);
        let on = Arc::<NodeRuntime>::clone(&runtime);
        let transport = Transport::with_driver(&world.config(), on, Arc::new(driver));
        let transport = transport.expect("a transport over any driver");
        Self { name: name.to_owned(), runtime, link, transport }
    }

    /// Everything of it stops where it is, and its connection is cut.
    pub(crate) fn kill(&self) {
        self.runtime.kill();
        self.link.kill();
    }
}

/// The runtime of one process.
#[derive(Debug)]
pub(crate) struct NodeRuntime {
    inner: Arc<dyn Runtime>,
    killed: watch::Sender<bool>,
    tasks: Arc<AtomicUsize>,
}

impl NodeRuntime {
    fn new(inner: Arc<dyn Runtime>) -> Self {
        Self { inner, killed: watch::Sender::new(false), tasks: Arc::default() }
    }

    fn kill(&self) {
        self.killed.send_replace(true);
    }

    /// How many of its tasks have not ended.
    pub(crate) fn tasks(&self) -> usize {
        self.tasks.load(Ordering::SeqCst)
    }
}

impl Runtime for NodeRuntime {
    fn spawn(&self, task: BoxFuture<()>) {
        let mut killed = self.killed.subscribe();
        if *killed.borrow() {
            return;
        }
        let counted = Counted::one(&self.tasks);
        self.inner.spawn(Box::pin(async move {
            let _counted = counted;
            tokio::select! {
                biased;
                _ = killed.wait_for(|killed| *killed) => {}
                () = task => {}
            }
        }));
    }

    fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        self.inner.spawn_blocking(work);
    }

    fn block_on(&self, future: BoxFuture<()>) {
        self.inner.block_on(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        self.inner.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<io::Result<Box<dyn Socket>>> {
        self.inner.connect(address)
    }
}

/// A task that has not ended.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn one(tasks: &Arc<AtomicUsize>) -> Self {
        tasks.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(tasks))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
