//! A block of free ports.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};

/// Below the ports that Linux gives to outgoing connections (32768 and up), so that none of
/// those takes a port between our look and the node's start.
const FIRST: u16 = 20_000;
const BLOCKS: u16 = 400;
const BLOCK: u16 = 16;

/// How many nodes fit into a block.
pub(crate) const MAX_NODES: u16 = 3;

/// The ports of a broker: AMQP from the first on, one for each node; then what the nodes use
/// between themselves; then epmd; then their management APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ports {
    base: u16,
    nodes: u16,
}

/// A block that nobody else claims for as long as this lives: two brokers that start at once, of
/// whichever checkout, would else find the same one free.
#[derive(Debug)]
pub(super) struct Claim {
    ports: Ports,
    _claim: TcpListener,
}

impl Claim {
    /// Finds a block in which nobody listens.
    pub(super) fn probe(nodes: u16) -> Result<Self> {
        // Different processes begin at different blocks, so that two of them rarely meet.
        let begin = std::process::id() % u32::from(BLOCKS);
        let begin = u16::try_from(begin).unwrap_or(0);
        let blocks = (0..BLOCKS).map(|step| FIRST + (begin + step) % BLOCKS * BLOCK);
        let mut claims = blocks.filter_map(|base| Ports { base, nodes }.claim());
        claims.next().ok_or_else(|| {
            let last = FIRST + BLOCKS * BLOCK - 1;
            format!("no {BLOCK} free ports in a row between {FIRST} and {last} on 127.0.0.1").into()
        })
    }

    pub(super) fn ports(&self) -> Ports {
        self.ports
    }
}

impl Ports {
    /// What [`Self::save`] wrote.
    pub(super) fn load(folder: &Path) -> Option<Self> {
        let text = fs::read(folder.join("ports.json")).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Keeps the ports for later commands.
    pub(super) fn save(self, folder: &Path) -> Result<()> {
        let path = folder.join("ports.json");
        let text =
            serde_json::to_vec(&self).map_err(|error| Failure::file("write", &path, error))?;
        fs::write(&path, text).map_err(|error| Failure::file("write", &path, error))
    }

    pub(super) fn nodes(self) -> u16 {
        self.nodes
    }

    /// Where clients of a node connect; nodes count from 1.
    pub(super) fn amqp(self, node: u16) -> u16 {
        self.base + node - 1
    }

    /// Where nodes and rabbitmqctl connect to a node.
    pub(super) fn distribution(self, node: u16) -> u16 {
        self.base + MAX_NODES + node - 1
    }

    /// Where nodes find each other.
    pub(super) fn epmd(self) -> u16 {
        self.base + 2 * MAX_NODES
    }

    /// Where the management API of a node listens, if it is on.
    pub(super) fn http(self, node: u16) -> u16 {
        self.epmd() + node
    }

    fn claim(self) -> Option<Claim> {
        let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok();
        let claim = listen(self.base + BLOCK - 1)?;
        // Whoever has a block has an epmd. It is asked first, so that no port is held for an
        // instant that a node of another broker is about to open.
        listen(self.epmd())?;
        let mut own = (1..=self.nodes)
            .flat_map(|node| [self.amqp(node), self.distribution(node), self.http(node)]);
        own.all(|port| listen(port).is_some()).then_some(Claim { ports: self, _claim: claim })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_in_use_is_passed_over() {
        let free = Claim::probe(1).unwrap().ports();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, free.epmd())).unwrap();
        assert_ne!(Claim::probe(1).unwrap().ports(), free);
    }

    #[test]
    fn two_that_start_at_once_have_blocks_of_their_own() {
        let claims = [Claim::probe(1).unwrap(), Claim::probe(1).unwrap()];
        assert_ne!(claims[0].ports(), claims[1].ports());
    }

    #[test]
    fn no_two_uses_share_a_port() {
        let ports = Ports { base: FIRST, nodes: MAX_NODES };
        let mut all: Vec<u16> = (1..=MAX_NODES)
            .flat_map(|node| [ports.amqp(node), ports.distribution(node), ports.http(node)])
            .chain([ports.epmd(), ports.base + BLOCK - 1])
            .collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 11);
        assert!(all.iter().all(|port| (FIRST..FIRST + BLOCK).contains(port)));
    }
}
