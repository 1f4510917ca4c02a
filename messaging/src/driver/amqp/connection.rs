//! One connection, from its dialling to its end.

use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use lapin::{AsyncTcpStream, ConnectionProperties};

use super::channel::Channel;
use super::dial::{CutOnDrop, dial};
use super::failure;
use super::fault::{Fault, bounded};
use super::kit::Kit;
use super::number::this_program;
use super::operator::Limits;
use super::peer::Peer;
use super::seen::{Place, Seen, ends_it, watch};
use super::tls::Tls;
use super::wire::{Switch, Traces, Wire};
use crate::context::Deadline;
use crate::driver::events::Purpose;
use crate::driver::teller::Teller;
use crate::runtime::Runtime;
use crate::{Error, RabbitOptions};

/// How long one host may take, from its name to the end of the handshake (wire document,
/// section 4.2).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection that nobody wants any more may take to say goodbye.
const CLOSE_GRACE: Duration = Duration::from_secs(5);

/// A connection, alive or dead; it is never revived.
pub(super) struct Connection {
    inner: lapin::Connection,
    /// The host that it is with.
    peer: Peer,
    switch: Arc<Switch>,
    traces: Arc<Traces>,
    seen: Arc<Seen>,
    runtime: Arc<dyn Runtime>,
}

impl Connection {
    /// Connects to one host, as `PROGRAM:PID:PURPOSE`: what operators find in the broker's list.
    pub(super) async fn open(
        peer: &Peer,
        purpose: Purpose,
        options: &RabbitOptions,
        runtime: &Arc<dyn Runtime>,
        teller: &Arc<Teller>,
    ) -> Result<Arc<Self>, Error> {
        let deadline = Deadline::after(runtime, CONNECT_TIMEOUT);
        let refused = |fault| failure::connecting(peer, options.login_method, fault);
        let tls = Tls::of(options, &**runtime).await?;
        let dialling = async {
            let socket = dial(runtime, peer, &deadline).await?;
            Ok(Wire::new(match &tls {
                Some(tls) => tls.over(socket, peer).await?,
                None => socket,
            }))
        };
        let wire = bounded(&**runtime, &deadline, dialling).await.map_err(refused)?;

        let (switch, traces) = (CutOnDrop::new(wire.switch()), Arc::clone(wire.traces()));
        let name = format!("{}:{}:{purpose}", this_program(), std::process::id());
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let wire = Mutex::new(Some(wire));
        let take = async move |_, _| {
            let taken = wire.lock().unwrap_or_else(PoisonError::into_inner).take();
            taken.map(AsyncTcpStream::Plain).ok_or_else(|| io::Error::other("dialled once").into())
        };
        let handshake = lapin::Connection::connector(
            peer.uri(options),
            Kit::runtime(runtime),
            take,
            properties,
        );
        let inner = bounded(&**runtime, &deadline, handshake).await.map_err(refused)?;

        let seen = Arc::new(Seen::default());
        let events = inner.events_listener();
        let status = inner.status().clone();
        let (host, teller) = (peer.to_string(), Arc::clone(teller));
        let place = Place { host, purpose, teller };
        runtime.spawn(Box::pin(watch(events, status, Arc::clone(&seen), place)));
        let (peer, runtime) = (peer.clone(), Arc::clone(runtime));
        let switch = switch.keep();
        Ok(Arc::new(Self { inner, peer, switch, traces, seen, runtime }))
    }

    /// Who is logged in, by the URL.
    pub(super) fn user(&self) -> &str {
        &self.peer.user
    }

    /// What is seen on its wire.
    pub(super) fn traces(&self) -> &Traces {
        &self.traces
    }

    /// Whether it can be used, as far as is known.
    pub(super) fn alive(&self) -> bool {
        self.inner.status().connected() && !self.seen.is_over()
    }

    /// Whether it is silent, and a sign of life is waited for.
    pub(super) fn is_doubted(&self) -> bool {
        self.seen.is_doubted()
    }

    /// Ends when it is [doubted](Self::is_doubted) no more, or has ended.
    pub(super) async fn trusted(&self) {
        self.seen.trusted().await;
    }

    /// `operation`, ended by `deadline`, and by the end of the connection: lapin never answers
    /// what it is asked for after it has lost the connection, and before it says so.
    pub(super) async fn bounded<T>(
        &self,
        deadline: &Deadline,
        operation: impl Future<Output = lapin::Result<T>>,
    ) -> Result<T, Fault> {
        let operation = async {
            match select(pin!(operation), pin!(self.seen.ended())).await {
                Either::Left((result, _)) => result,
                Either::Right((ended, _)) => Err(ended),
            }
        };
        bounded(&*self.runtime, deadline, operation).await
    }

    /// A new channel.
    pub(super) async fn channel(self: &Arc<Self>, deadline: &Deadline) -> Result<Channel, Fault> {
        let creating = self.inner.create_channel();
        let channel =
            self.bounded(deadline, creating).await.inspect_err(|fault| self.note(fault))?;
        Ok(Channel::new(channel, Arc::clone(self), Arc::clone(&self.runtime)))
    }

    /// Asks a broker that was silent for a sign of life, and without one gives the connection up,
    /// so that the next message finds another, or another host (wire document, section 17.2). A
    /// broker short of memory is silent too, and says so.
    fn doubt(self: &Arc<Self>) {
        if self.inner.status().blocked() || !self.seen.doubt(true) {
            return;
        }
        let connection = Arc::clone(self);
        self.runtime.spawn(Box::pin(async move {
            let deadline = Deadline::after(&connection.runtime, CONNECT_TIMEOUT);
            match connection.channel(&deadline).await {
                Ok(channel) => channel.close(&deadline).await,
                Err(Fault::Silence(_)) => {
                    tracing::warn!(
                        "{connection}: the broker is silent; the connection is given up"
                    );
                    let silent = io::Error::new(io::ErrorKind::TimedOut, "the broker is silent");
                    connection.seen.end(Some(silent.into()));
                    connection.switch.cut();
                }
                // It said something.
                Err(Fault::Told(_)) => {}
            }
            connection.seen.doubt(false);
        }));
    }

    /// `fault` with its cause put in its place, where the whole connection went down. A broker
    /// that said nothing is [doubted](Self::doubt).
    pub(super) fn explain(self: &Arc<Self>, fault: Fault) -> Fault {
        self.note(&fault);
        if let Fault::Silence(_) = fault {
            self.doubt();
        }
        if self.alive() || fault.refusal().is_some() {
            return fault;
        }
        match self.seen.cause() {
            Some(cause) => Fault::Told(cause),
            None => fault,
        }
    }

    /// Takes a fault for the end of the connection, if it is.
    fn note(&self, fault: &Fault) {
        if let Fault::Told(error) = fault
            && ends_it(error)
        {
            self.seen.end(None);
        }
    }

    /// Ends when it does, with what ended it; keeps nothing of it but the word.
    pub(super) fn ended(&self) -> impl Future<Output = lapin::Error> + Send + use<> {
        let seen = Arc::clone(&self.seen);
        async move { seen.ended().await }
    }

    /// What both sides have agreed on.
    pub(super) fn limits(&self) -> Limits {
        let agreed = self.inner.configuration();
        Limits {
            heartbeat: Duration::from_secs(agreed.heartbeat().into()),
            frame_max: agreed.frame_max(),
            channel_max: agreed.channel_max(),
        }
    }

    /// Why the broker takes nothing from it, if it does not.
    pub(super) fn blocked(&self) -> Option<String> {
        self.seen.blocked()
    }

    /// What to add to the error of an operation that got no answer.
    pub(super) fn hint(&self) -> String {
        match self.seen.blocked() {
            Some(reason) => format!("; the broker has blocked this connection: {reason}"),
            None => String::new(),
        }
    }

    /// Says goodbye within `deadline`, then hangs up in any case. A broker that has blocked the
    /// connection would not hear it.
    pub(super) async fn close(&self, deadline: &Deadline) {
        if self.alive() && !self.inner.status().blocked() {
            let closing = self.inner.close(200, "OK".into());
            let _ = self.bounded(deadline, closing).await;
        }
        self.seen.end(None);
        self.switch.cut();
    }
}

impl Drop for Connection {
    /// lapin says goodbye by itself; this is for a broker that does not answer.
    fn drop(&mut self) {
        self.seen.end(None);
        let (switch, pause) = (Arc::clone(&self.switch), self.runtime.sleep(CLOSE_GRACE));
        self.runtime.spawn(Box::pin(async move {
            pause.await;
            switch.cut();
        }));
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.peer.fmt(f)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("peer", &self.peer)
            .field("alive", &self.alive())
            .finish()
    }
}
