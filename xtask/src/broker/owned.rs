//! A broker that is somebody's own.

use std::io::Write as _;
use std::ops::Deref;
use std::path::PathBuf;

use super::{Broker, Installed, folder, stop};
use crate::failure::Result;
use crate::workspace::Workspace;

/// A broker that is stopped when this is dropped: at the end, on failure and on Ctrl-C.
#[derive(Debug)]
pub(crate) struct Owned {
    folder: PathBuf,
    broker: Broker,
}

impl Owned {
    /// Starts one node, and waits until it is ready. What an earlier run left behind under this
    /// name is stopped.
    pub(crate) fn start(installed: &Installed, workspace: &Workspace, name: &str) -> Result<Self> {
        let folder = folder(workspace).join(name);
        let broker = Broker::start(installed, &folder, 1)?;
        let owned = Self { folder, broker };
        owned.wait_ready()?;
        Ok(owned)
    }
}

impl Deref for Owned {
    type Target = Broker;

    fn deref(&self) -> &Broker {
        &self.broker
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Err(failure) = stop(&self.folder) {
            // Not eprintln: it panics if nobody reads any more.
            let _ = writeln!(std::io::stderr(), "xtask: {failure}");
        }
    }
}
