//! Erlang's port mapper, by which nodes and rabbitmqctl find a node.
//!
//! Ours is started before the nodes, in the foreground: otherwise the first node starts one as a
//! daemon that nobody owns.

use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::installed::Installed;
use crate::failure::Result;
use crate::process;

/// A port mapper of our own.
#[derive(Debug)]
pub(super) struct Epmd {
    pid: u32,
    mark: String,
    log: PathBuf,
}

impl Epmd {
    /// Starts it, and waits until it listens.
    pub(super) fn start(installed: &Installed, folder: &Path, port: u16) -> Result<Self> {
        let mut command = Command::new(installed.epmd());
        command.args(["-address", "127.0.0.1", "-port", &port.to_string()]).current_dir(folder);
        let log = folder.join("epmd.log");
        let mark = super::mark(folder);
        let pid = process::detach(&command, &mark, &log)?;
        let epmd = Self { pid, mark, log };
        let end = Instant::now() + Duration::from_secs(5);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() >= end {
                return Err(format!(
                    "epmd does not listen on 127.0.0.1:{port}; see {}",
                    epmd.log.display()
                )
                .into());
            }
            process::tick()?;
        }
        epmd.check()?;
        Ok(epmd)
    }

    /// A failure if it has ended, as it does when another one holds the port.
    pub(super) fn check(&self) -> Result<()> {
        if process::is_marked(self.pid, &self.mark) {
            return Ok(());
        }
        Err(format!("epmd has ended; see {}", self.log.display()).into())
    }
}
