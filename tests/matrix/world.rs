//! What all trials share: virtual hosts, the Python programs, and a pair for each set of options.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::broker::VirtualHosts;
use crate::cases::{BOTH, PYTHON, RUST};
use crate::options::Options;
use crate::pair::{Pair, Programs};
use crate::rust::RustServer;
use crate::topology::Topologies;

/// Pairs are made when the first trial needs one. What is dropped first stands first: a virtual
/// host goes when nobody uses it any more.
pub(crate) struct World {
    pairs: BTreeMap<&'static str, OnceCell<Served>>,
    topologies: Topologies,
    programs: Arc<Programs>,
    hosts: Arc<VirtualHosts>,
}

/// A pair, and what both serve for all trials.
struct Served {
    pair: Pair,
    _rust: [RustServer; 2],
}

impl World {
    /// Makes the virtual hosts, and starts the Python programs.
    pub(crate) fn make(sets: &[Options], captures: &[&'static str]) -> Self {
        let names = sets.iter().map(|set| set.name.to_owned());
        let names = names.chain(captures.iter().map(|name| Topologies::virtual_host(name)));
        // Python takes longer to start than the broker to make these.
        let programs = Arc::new(Programs::start());
        let hosts = Arc::new(VirtualHosts::make(names.collect()));
        Self {
            pairs: sets.iter().map(|set| (set.name, OnceCell::new())).collect(),
            topologies: Topologies::of(captures, &programs, &hosts),
            programs,
            hosts,
        }
    }

    /// The pair of a set of options, with its topics served.
    pub(crate) async fn pair(&self, options: Options) -> &Pair {
        let served = self.pairs[options.name].get_or_init(|| async {
            let Options { name, query } = options;
            let pair = Pair::connect(&self.programs, &self.hosts, name, query).await;
            pair.python_serves(PYTHON, PYTHON).await;
            pair.python_serves(BOTH, PYTHON).await;
            let rust = [pair.rust_serves(RUST, RUST).await, pair.rust_serves(BOTH, RUST).await];
            Served { pair, _rust: rust }
        });
        &served.await.pair
    }

    pub(crate) fn topologies(&self) -> &Topologies {
        &self.topologies
    }

    /// What the Python programs logged last.
    pub(crate) fn log(&self) -> String {
        self.programs.log()
    }
}

impl Drop for World {
    /// Removes the counters that the queue managers leave behind, and their locks.
    fn drop(&mut self) {
        let folders = ["/dev/shm", env!("CARGO_TARGET_TMPDIR")].map(std::fs::read_dir);
        for entry in folders.into_iter().flatten().flatten().flatten() {
            if entry.file_name().to_string_lossy().contains(self.hosts.run()) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}
