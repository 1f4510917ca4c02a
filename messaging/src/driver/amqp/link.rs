//! What keeps one connection to the broker: dials, and dials anew.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::select;
use tokio::sync::watch;

use super::connection::Connection;
use super::failure;
use super::pauses::{Pauses, shuffle};
use super::peer::Peer;
use super::tries::Tries;
use crate::context::Deadline;
use crate::runtime::{self, Runtime};
use crate::{Error, ErrorKind, FailoverStrategy, RabbitOptions};

/// A connection for one purpose, replaced by a new one when it is wanted and has died.
///
/// lapin's own recovery is not used: it tells nobody that the connection was lost, leaves the
/// consumers of a closed channel hanging, and knows one host only.
#[derive(Debug)]
pub(super) struct Link(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    purpose: &'static str,
    peers: Vec<Peer>,
    /// Which host is tried first next time, unless chance decides: the one after the last that
    /// worked.
    first: AtomicUsize,
    options: RabbitOptions,
    runtime: Arc<dyn Runtime>,
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    /// With what the last round over the hosts ended with.
    Dialling(Option<Error>),
    Open(Arc<Connection>),
    Closed,
}

impl Link {
    pub(super) fn new(
        purpose: &'static str,
        mut peers: Vec<Peer>,
        options: RabbitOptions,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        // So that the clients of a cluster spread over it (wire document, section 17.1).
        shuffle(&mut peers);
        let state = watch::Sender::default();
        let first = AtomicUsize::new(0);
        Self(Arc::new(Shared { purpose, peers, first, options, runtime, state }))
    }

    /// Connects for the first time: each host once, and no more.
    pub(super) async fn open(&self) -> Result<(), Error> {
        let connection = self.0.round().await?;
        self.0.state.send_replace(State::Open(connection));
        Ok(())
    }

    /// The connection, dialled anew if need be. Each round over the hosts that ends in vain is one
    /// of `tries`, also one that others wanted.
    pub(super) async fn current(
        &self,
        deadline: &Deadline,
        tries: &mut Tries,
    ) -> Result<Arc<Connection>, Error> {
        let mut changes = self.0.state.subscribe();
        loop {
            let wanted = match &*changes.borrow_and_update() {
                State::Closed => return Err(failure::closed()),
                State::Open(connection) if connection.alive() => return Ok(Arc::clone(connection)),
                State::Dialling(Some(error)) if failure::lasts(error) || !tries.spend() => {
                    return Err(error.clone());
                }
                State::Dialling(_) => false,
                State::Open(_) | State::Idle => true,
            };
            if wanted {
                self.0.dial();
            }
            let runtime = &*self.0.runtime;
            match runtime::timeout(runtime, deadline.remaining(), changes.changed()).await {
                Some(Ok(())) => {}
                Some(Err(_)) => return Err(failure::closed()),
                None => return Err(self.0.not_connected()),
            }
        }
    }

    /// The connection, if there is one at this moment.
    pub(super) fn open_now(&self) -> Option<Arc<Connection>> {
        match &*self.0.state.borrow() {
            State::Open(connection) if connection.alive() => Some(Arc::clone(connection)),
            _ => None,
        }
    }

    /// Ends when the link is closed.
    pub(super) async fn until_closed(&self) {
        self.0.until_closed().await;
    }

    /// Whether it was closed.
    pub(super) fn is_closed(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Closed)
    }

    /// Closes the link: no connection is made any more. Hands out the one that there is, to be
    /// taken leave of.
    pub(super) fn close(&self) -> Option<Arc<Connection>> {
        match self.0.state.send_replace(State::Closed) {
            State::Open(connection) => Some(connection),
            _ => None,
        }
    }
}

impl Drop for Link {
    /// The task that dials must not outlive those who want the connection.
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Begins to dial, unless that was begun.
    fn dial(self: &Arc<Self>) {
        let mut pause = Duration::ZERO;
        let begun = self.state.send_if_modified(|state| {
            let wanted = match state {
                State::Idle => true,
                State::Open(connection) => {
                    pause = Pauses::before_reconnecting(&self.options);
                    !connection.alive()
                }
                State::Dialling(_) | State::Closed => false,
            };
            if wanted {
                *state = State::Dialling(None);
            }
            wanted
        });
        if begun {
            let shared = Arc::clone(self);
            self.runtime.spawn(Box::pin(async move {
                let dialling = async {
                    shared.runtime.sleep(pause).await;
                    shared.dial_until_open().await;
                };
                select(pin!(dialling), pin!(shared.until_closed())).await;
            }));
        }
    }

    async fn dial_until_open(&self) {
        let mut pauses = Pauses::between_connections(&self.options);
        loop {
            let error = match self.round().await {
                Ok(connection) => return self.settle(State::Open(connection)),
                Err(error) => error,
            };
            // Whoever must first change a password or a right is not helped by many tries.
            let pause = match failure::lasts(&error) {
                true => self.options.retry_max.max(Duration::from_secs(1)),
                false => pauses.next(),
            };
            tracing::warn!("{error}; trying again in {pause:.1?} to {}", self.purpose);
            self.settle(State::Dialling(Some(error)));
            self.runtime.sleep(pause).await;
        }
    }

    fn settle(&self, new: State) {
        self.state.send_if_modified(|state| {
            let open = !matches!(state, State::Closed);
            if open {
                *state = new;
            }
            open
        });
    }

    /// In which order the hosts are tried.
    fn order(&self) -> Vec<usize> {
        let (first, count) = (self.first.load(Ordering::Relaxed), self.peers.len());
        let mut order: Vec<_> = (0..count).map(|step| (first + step) % count).collect();
        if self.options.failover_strategy == FailoverStrategy::Shuffle {
            shuffle(&mut order);
        }
        order
    }

    /// Tries each host once.
    async fn round(&self) -> Result<Arc<Connection>, Error> {
        let mut errors = Vec::new();
        for index in self.order() {
            let Some(peer) = self.peers.get(index) else { continue };
            match Connection::open(peer, self.purpose, &self.options, &self.runtime).await {
                Ok(connection) => {
                    tracing::info!("connected to {peer} to {}", self.purpose);
                    self.first.store((index + 1) % self.peers.len(), Ordering::Relaxed);
                    return Ok(connection);
                }
                // Credentials are for one host: the next may take its own.
                Err(error) => errors.push(error),
            }
        }
        match errors.pop() {
            Some(only) if errors.is_empty() => Err(advised(only)),
            Some(last) => {
                let texts: Vec<_> = errors.iter().chain([&last]).map(Error::to_string).collect();
                let text = format!("no host of the URL can be used: {}", texts.join("; "));
                let alike = errors.iter().all(|error| error.kind() == last.kind());
                let kind = if alike { last.kind() } else { ErrorKind::Connection };
                Err(advised(Error::new(kind, text)).with_source(last))
            }
            None => Err(Error::new(ErrorKind::Config, "the URL names no host")),
        }
    }

    fn not_connected(&self) -> Error {
        match &*self.state.borrow() {
            State::Closed => failure::closed(),
            State::Dialling(Some(error)) => {
                error.clone().within("no connection to the broker in time")
            }
            _ => {
                let peers: Vec<_> = self.peers.iter().map(ToString::to_string).collect();
                let text = format!("no connection to the broker in time: {}", peers.join(", "));
                Error::new(ErrorKind::Connection, text).with_next_step()
            }
        }
    }

    async fn until_closed(&self) {
        // An error would mean that the sender is gone, and it is here.
        let mut state = self.state.subscribe();
        let _ = state.wait_for(|state| matches!(state, State::Closed)).await.map(drop);
    }
}

/// The error of a round over the hosts. What a broker said holds its own advice.
fn advised(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Connection => error.with_next_step(),
        _ => error,
    }
}
