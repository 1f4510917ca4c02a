//! What keeps one connection to the broker: dials, and dials anew.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::select;
use tokio::sync::watch;

use super::connection::Connection;
use super::failure;
use super::fault::Fault;
use super::gate::Gate;
use super::hosts::{Hosts, Vain};
use super::pauses::Pauses;
use super::peer::Peer;
use super::tries::Tries;
use crate::context::Deadline;
use crate::driver::events::{Event, Purpose};
use crate::driver::teller::{self, Teller};
use crate::driver::{ConnectionHealth, ConnectionState};
use crate::runtime::{self, Runtime};
use crate::{Error, ErrorKind, RabbitOptions};

/// How long the cause of a loss may take to become known, once the loss is.
const CAUSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A connection for one purpose: made when it is first wanted, and anew whenever it was lost.
///
/// lapin's own recovery is not used: it tells nobody that the connection was lost, leaves the
/// consumers of a closed channel hanging, and knows one host only.
#[derive(Debug)]
pub(super) struct Link(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    purpose: Purpose,
    hosts: Hosts,
    options: RabbitOptions,
    runtime: Arc<dyn Runtime>,
    teller: Arc<Teller>,
    gate: Arc<Gate>,
    standing: watch::Sender<Standing>,
}

/// How the link is: what it does, who waits for it and its health are all read from here.
#[derive(Debug)]
struct Standing {
    state: State,
    since: Instant,
    /// How many connections there were, this one included.
    generation: u64,
    /// Whom the last one was with.
    host: Option<String>,
    last_error: Option<String>,
}

#[derive(Debug)]
enum State {
    Idle,
    /// With what the last round over the hosts ended with.
    Dialling(Option<Error>),
    Open(Arc<Connection>),
    Closed,
}

impl Link {
    pub(super) fn new(
        purpose: Purpose,
        peers: Vec<Peer>,
        options: RabbitOptions,
        runtime: Arc<dyn Runtime>,
        teller: Arc<Teller>,
        gate: Arc<Gate>,
    ) -> Self {
        let standing = watch::Sender::new(Standing {
            state: State::Idle,
            since: runtime.now(),
            generation: 0,
            host: None,
            last_error: None,
        });
        let hosts = Hosts::new(peers, options.failover_strategy);
        Self(Arc::new(Shared { purpose, hosts, options, runtime, teller, gate, standing }))
    }

    /// Connects for the first time: each host once, and no more.
    pub(super) async fn open(&self) -> Result<(), Error> {
        let connection = self.0.round().await.map_err(|vain| vain.error)?;
        self.0.opened(connection);
        Ok(())
    }

    /// The connection, dialled anew if need be. Each round over the hosts that ends in vain is one
    /// of `tries`, also one that others wanted.
    pub(super) async fn current(
        &self,
        deadline: &Deadline,
        tries: &mut Tries,
    ) -> Result<Arc<Connection>, Error> {
        let mut changes = self.0.standing.subscribe();
        loop {
            let wanted = match &changes.borrow_and_update().state {
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
        match &self.0.standing.borrow().state {
            State::Open(connection) if connection.alive() => Some(Arc::clone(connection)),
            _ => None,
        }
    }

    /// Ends when there is a connection, however long that takes, or the link is closed.
    pub(super) async fn until_open(&self) {
        self.0.dial();
        let open_or_closed = |standing: &Standing| match &standing.state {
            State::Open(connection) => connection.alive(),
            State::Closed => true,
            State::Idle | State::Dialling(_) => false,
        };
        // An error would mean that the sender is gone, and it is here.
        let _ = self.0.standing.subscribe().wait_for(open_or_closed).await.map(drop);
    }

    /// Ends when the link is closed.
    pub(super) fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        closing(self.0.standing.subscribe())
    }

    /// Whether it was closed.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.0.standing.borrow().state, State::Closed)
    }

    /// Closes the link: no connection is made any more. Hands out the one that there is, to be
    /// taken leave of.
    pub(super) fn close(&self) -> Option<Arc<Connection>> {
        let mut before = State::Closed;
        self.0.standing.send_modify(|standing| {
            if !matches!(standing.state, State::Closed) {
                before = standing.turn(State::Closed, self.0.runtime.now());
            }
        });
        match before {
            State::Open(connection) => Some(connection),
            _ => None,
        }
    }

    /// How it is.
    pub(super) fn health(&self) -> ConnectionHealth {
        let standing = self.0.standing.borrow();
        let state = match &standing.state {
            State::Idle => ConnectionState::Idle,
            State::Open(connection) if connection.alive() => match connection.blocked() {
                Some(reason) => ConnectionState::Blocked(reason),
                None => ConnectionState::Open,
            },
            State::Open(_) | State::Dialling(_) => ConnectionState::Connecting,
            State::Closed => ConnectionState::Closed,
        };
        ConnectionHealth {
            purpose: self.0.purpose,
            state,
            lasting: self.0.runtime.now().saturating_duration_since(standing.since),
            host: standing.host.clone(),
            generation: standing.generation,
            last_error: standing.last_error.clone(),
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
        let mut before = None;
        self.standing.send_if_modified(|standing| {
            let wanted = match &standing.state {
                State::Idle => true,
                State::Open(connection) => !connection.alive(),
                State::Dialling(_) | State::Closed => false,
            };
            if wanted {
                before = Some(standing.turn(State::Dialling(None), self.runtime.now()));
            }
            wanted
        });
        let Some(before) = before else { return };
        let shared = Arc::clone(self);
        self.runtime.spawn(Box::pin(async move {
            let dialling = async {
                if let State::Open(connection) = before {
                    shared.tell_of_loss(&connection).await;
                    drop(connection);
                    shared.runtime.sleep(Pauses::before_reconnecting(&shared.options)).await;
                }
                shared.dial_until_open().await;
            };
            select(pin!(dialling), pin!(shared.until_closed())).await;
        }));
    }

    /// Notes a new connection, and dials again when it is lost.
    fn opened(self: &Arc<Self>, connection: Arc<Connection>) {
        let (host, ended) = (connection.to_string(), connection.ended());
        let mut generation = None;
        self.change(|standing, now| {
            standing.generation += 1;
            standing.host = Some(host.clone());
            generation = Some(standing.generation);
            standing.turn(State::Open(connection), now);
        });
        let Some(generation) = generation else { return };
        self.teller.tell(Event::Connected { purpose: self.purpose, host, generation });
        let (shared, closed) = (Arc::downgrade(self), self.standing.subscribe());
        self.runtime.spawn(Box::pin(async move {
            select(pin!(ended), pin!(closing(closed))).await;
            if let Some(shared) = shared.upgrade() {
                shared.dial();
            }
        }));
    }

    /// Tells that `connection` was lost, and by what.
    async fn tell_of_loss(&self, connection: &Connection) {
        let ended = runtime::timeout(&*self.runtime, CAUSE_TIMEOUT, connection.ended()).await;
        let reason = match ended {
            Some(cause) => Fault::Told(cause).words(),
            None => "it has ended".to_owned(),
        };
        let (purpose, host) = (self.purpose, connection.to_string());
        let last_error = Some(format!("the connection to {host} was lost: {reason}"));
        self.change(|standing, _| standing.last_error = last_error);
        let reason = teller::bounded(&reason);
        self.teller.tell(Event::Disconnected { purpose, host, reason });
    }

    async fn dial_until_open(self: &Arc<Self>) {
        let mut pauses = Pauses::between_connections(&self.options);
        loop {
            let refused = || Pauses::after_refusal(&self.options);
            while let Some((wait, why)) = self.gate.enter(self.runtime.now(), refused()) {
                // Whoever wants a connection does not wait for a password to be changed.
                self.change(|standing, _| standing.state = State::Dialling(Some(why)));
                self.runtime.sleep(wait).await;
            }
            let Vain { error, away } = match self.round().await {
                Ok(connection) => {
                    self.gate.open();
                    return self.opened(connection);
                }
                Err(vain) => vain,
            };
            let pause = match (failure::lasts(&error), away) {
                (true, _) => self.gate.shut_for(self.runtime.now(), refused(), &error),
                (false, true) => pauses.next_while_away(),
                (false, false) => pauses.next(),
            };
            tracing::warn!("{error}; trying again in {pause:.1?} to {}", self.purpose);
            let reason = teller::bounded(&error);
            self.change(|standing, _| {
                standing.last_error = Some(reason.clone());
                // It is dialled for as long as before.
                standing.state = State::Dialling(Some(error));
            });
            let (purpose, retry_in) = (self.purpose, pause);
            self.teller.tell(Event::ConnectFailed { purpose, reason, retry_in });
            // Where the other connection of the driver has come about, this one does as well.
            select(self.runtime.sleep(pause), pin!(self.gate.opened())).await;
        }
    }

    /// Has `change` change how the link is, unless it was closed.
    fn change(&self, change: impl FnOnce(&mut Standing, Instant)) {
        let now = self.runtime.now();
        self.standing.send_if_modified(|standing| {
            let open = !matches!(standing.state, State::Closed);
            if open {
                change(standing, now);
            }
            open
        });
    }

    /// Tries each host once.
    async fn round(&self) -> Result<Arc<Connection>, Vain> {
        let (purpose, options) = (self.purpose, &self.options);
        let mut errors = Vec::new();
        for (place, peer) in self.hosts.in_order() {
            match Connection::open(peer, purpose, options, &self.runtime, &self.teller).await {
                Ok(connection) => {
                    tracing::info!("connected to {peer} to {purpose}");
                    self.hosts.worked(place);
                    return Ok(connection);
                }
                // Credentials are for one host: the next may take its own.
                Err(error) => errors.push(error),
            }
        }
        Err(Vain::new(errors))
    }

    fn not_connected(&self) -> Error {
        match &self.standing.borrow().state {
            State::Closed => failure::closed(),
            State::Dialling(Some(error)) => {
                error.clone().within("no connection to the broker in time")
            }
            _ => {
                let text = format!("no connection to the broker in time: {}", self.hosts.names());
                Error::new(ErrorKind::Connection, text).with_next_step()
            }
        }
    }

    async fn until_closed(&self) {
        closing(self.standing.subscribe()).await;
    }
}

impl Standing {
    /// Turns to `state`, from the one that is returned.
    fn turn(&mut self, state: State, now: Instant) -> State {
        self.since = now;
        std::mem::replace(&mut self.state, state)
    }
}

/// Ends when the link is closed, or gone.
async fn closing(mut standing: watch::Receiver<Standing>) {
    let _ = standing.wait_for(|standing| matches!(standing.state, State::Closed)).await.map(drop);
}
