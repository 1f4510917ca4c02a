//! What rows share: the brokers, started when a row first needs one.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OnceCell;

use crate::broker::Broker;

/// What rows share.
#[derive(Debug)]
pub(crate) struct World {
    folder: PathBuf,
    single: OnceCell<Broker>,
    cluster: OnceCell<Broker>,
    loads: AtomicU32,
    pub(crate) minutes: u32,
}

impl World {
    pub(crate) fn new(folder: PathBuf, minutes: u32) -> Self {
        let (single, cluster) = (OnceCell::new(), OnceCell::new());
        Self { folder, single, cluster, loads: AtomicU32::new(0), minutes }
    }

    /// The name of a broker: the test run stops those that begin with `test`.
    pub(crate) fn name(which: &str) -> String {
        let of = std::env::var("MESSAGING_FAULTS_BROKERS").unwrap_or_else(|_| "test-faults".into());
        format!("{of}-{which}")
    }

    /// A broker of one node.
    pub(crate) async fn single(&self) -> &Broker {
        let name = Self::name("one");
        self.single.get_or_init(|| Broker::start(&name, 1)).await
    }

    /// A cluster of three nodes, all of them up.
    pub(crate) async fn cluster(&self) -> &Broker {
        let name = Self::name("three");
        let cluster = self.cluster.get_or_init(|| Broker::start(&name, 3)).await;
        for node in 1..=3 {
            cluster.boot(node).await;
        }
        cluster.ctl(1, &["await_online_nodes", "3"]).await;
        cluster
    }

    /// A folder for the ledgers of one load.
    pub(crate) fn ledgers(&self) -> PathBuf {
        let number = self.loads.fetch_add(1, Ordering::Relaxed);
        self.folder.join("ledgers").join(number.to_string())
    }

    /// Where reports go.
    pub(crate) fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Stops the brokers.
    pub(crate) async fn close(&self) {
        for broker in [self.single.get(), self.cluster.get()].into_iter().flatten() {
            broker.down().await;
        }
    }
}
