//! What every verb is given: the options that all have, and where to write.

use std::sync::Mutex;
use std::time::Duration;

use messaging::Transport;

use crate::connect::{self, Connection};
use crate::exit::Failure;
use crate::globals::Globals;
use crate::output::Output;

/// How long the connection may take to end well.
const GOODBYE: Duration = Duration::from_secs(1);

/// What every verb is given.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) globals: Globals,
    pub(crate) output: Output,
    /// What was connected, to be closed at the end.
    connected: Mutex<Vec<Transport>>,
}

impl App {
    pub(crate) fn new(globals: Globals) -> Self {
        Self { output: Output::new(globals.json), globals, connected: Mutex::default() }
    }

    /// Connects to the broker that the options, the environment or a context names.
    ///
    /// # Errors
    ///
    /// As [`Transport::from_config`], and if a context cannot be read.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let connection = connect::connect(&self.globals).await?;
        if let Ok(mut connected) = self.connected.lock() {
            connected.push(connection.transport.clone());
        }
        Ok(connection)
    }

    /// Closes what was connected, however the verb ended. A reply queue to which an answer may still
    /// come is left to expire.
    pub(crate) async fn close(&self) {
        let connected = self.connected.lock().map(|mut it| std::mem::take(&mut *it));
        for transport in connected.unwrap_or_default() {
            transport.close(GOODBYE).await;
        }
    }
}
