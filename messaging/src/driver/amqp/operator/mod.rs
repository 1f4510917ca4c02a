//! A connection for somebody who looks at the broker, and changes nothing on it.
//!
//! It is not kept: whoever has lost one connects again, and decides what to look at then.

mod compare;
mod deed;
mod greeting;
mod sighting;
mod spy;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::compare::{Compared, Expected, Found, Standing};
pub use self::deed::Deed;
pub use self::greeting::{Greeting, Sealed};
pub use self::sighting::{Sighting, Trace};
pub use self::spy::{Spy, Spying};

use super::connection::Connection;
use super::fault::Fault;
use super::hosts::{Hosts, Vain};
use super::look::look_over;
use super::peer::Peer;
use super::topology::short;
use crate::context::Deadline;
use crate::driver::Look;
use crate::driver::events::Purpose;
use crate::driver::teller::Teller;
use crate::runtime::Runtime;
use crate::{Config, Error, ErrorKind, RabbitOptions};

/// A connection for somebody who looks on.
pub struct Operator {
    connection: Arc<Connection>,
    peer: Peer,
    options: RabbitOptions,
    control_exchange: String,
    longest: usize,
    runtime: Arc<dyn Runtime>,
}

/// What both sides of the connection have agreed on.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The heartbeat; zero is none.
    pub heartbeat: Duration,
    /// The longest frame, in bytes.
    pub frame_max: u32,
    /// The most channels.
    pub channel_max: u16,
}

impl Operator {
    /// Connects to the first host of `config`'s URL that can be used, each tried once.
    ///
    /// # Errors
    ///
    /// As [`Transport::from_config`](crate::Transport::from_config), and
    /// [`Config`](ErrorKind::Config) if the URL is not that of a RabbitMQ.
    pub async fn connect(config: &Config, runtime: Arc<dyn Runtime>) -> Result<Self, Error> {
        let resolved = config.resolve()?;
        let scheme = resolved.url.scheme.as_str();
        if !matches!(scheme, "rabbit" | "kombu+amqp" | "kombu+rabbit") {
            let text = format!("there is no broker to look at behind `{scheme}://`");
            return Err(Error::new(ErrorKind::Config, text));
        }
        let (options, longest) = (resolved.rabbit, resolved.own.max_message_size);
        let hosts = Hosts::new(Peer::all(&resolved.url)?, options.failover_strategy);
        let teller = Arc::<Teller>::default();
        let mut errors = Vec::new();
        for (_, peer) in hosts.in_order() {
            match Connection::open(peer, Purpose::Consume, &options, &runtime, &teller).await {
                Ok(connection) => {
                    let (peer, control_exchange) = (peer.clone(), resolved.control_exchange);
                    return Ok(Self {
                        connection,
                        peer,
                        options,
                        control_exchange,
                        longest,
                        runtime,
                    });
                }
                Err(error) => errors.push(error),
            }
        }
        Err(Vain::new(errors).error)
    }

    /// The host and port.
    #[must_use]
    pub fn host(&self) -> String {
        self.peer.to_string()
    }

    /// Whether the way there leads over this machine alone, as the URL has it.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.peer.is_here()
    }

    /// The user that the URL names.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.peer.user
    }

    /// The virtual host.
    #[must_use]
    pub fn virtual_host(&self) -> &str {
        &self.peer.virtual_host
    }

    /// The control exchange, as the configuration has it.
    #[must_use]
    pub fn control_exchange(&self) -> &str {
        &self.control_exchange
    }

    /// The options of the driver, as the configuration has them.
    #[must_use]
    pub fn options(&self) -> &RabbitOptions {
        &self.options
    }

    /// What both sides have agreed on.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.connection.limits()
    }

    /// Why the broker takes nothing from this connection, if it does not. It says so after the next
    /// message.
    #[must_use]
    pub fn blocked(&self) -> Option<String> {
        self.connection.blocked()
    }

    /// What the broker says of itself before anybody logs in, over a socket of its own.
    ///
    /// # Errors
    ///
    /// [`Connection`](ErrorKind::Connection), if it says nothing that can be read.
    pub async fn greeting(&self, within: Duration) -> Result<Greeting, Error> {
        greeting::ask(&self.peer, &self.options, &self.runtime, within).await
    }

    /// Looks at a queue.
    ///
    /// # Errors
    ///
    /// If the broker cannot be asked.
    pub async fn queue(&self, name: &str, within: Duration) -> Result<Look, Error> {
        look_over(&self.connection, short(name)?, &self.deadline(within)).await
    }

    /// Lays what servers of a topic, and their clients, would declare beside what there is. Only
    /// what exists is declared, which changes nothing, and is answered by a difference where there
    /// is one.
    ///
    /// # Errors
    ///
    /// If the broker cannot be asked, or a name cannot be one.
    pub async fn compare(
        &self,
        expected: &Expected,
        within: Duration,
    ) -> Result<Vec<Compared>, Error> {
        compare::all(self, expected, within).await
    }

    /// Whether the user may do it; why not, in the broker's words. Nothing is done.
    ///
    /// # Errors
    ///
    /// If the broker cannot be asked.
    pub async fn refusal(
        &self,
        deed: &Deed<'_>,
        within: Duration,
    ) -> Result<Option<String>, Error> {
        deed::refusal(self, deed, &self.deadline(within)).await
    }

    /// A private queue of bounded length, consumed, which goes with this connection. Nothing comes
    /// to it before it is [bound](Spy::bind).
    ///
    /// # Errors
    ///
    /// As [`Driver::listen`](crate::driver::Driver::listen).
    pub async fn spy(&self, spying: &Spying, within: Duration) -> Result<Spy, Error> {
        Spy::open(self, spying, &self.deadline(within)).await
    }

    /// Sends a message of a few bytes to a queue that this program made, of which nobody else is
    /// told.
    ///
    /// # Errors
    ///
    /// If it could not be written, or the user may not send.
    pub async fn touch(&self, queue: &str, within: Duration) -> Result<(), Error> {
        spy::touch(self, queue, &self.deadline(within)).await
    }

    /// Ends when the connection does, with what ended it.
    pub fn ended(&self) -> impl Future<Output = Error> + Send + use<> {
        let (ended, host) = (self.connection.ended(), self.host());
        async move {
            let fault = Fault::Told(ended.await);
            let text = format!("the connection to {host} was lost: {}", fault.words());
            fault.into_error(ErrorKind::Connection, text)
        }
    }

    /// Says goodbye.
    pub async fn close(&self, within: Duration) {
        self.connection.close(&self.deadline(within)).await;
    }

    fn deadline(&self, within: Duration) -> Deadline {
        Deadline::after(&self.runtime, within)
    }
}

/// Why `what` was not done.
fn failed(what: &str, fault: Fault) -> Error {
    let text = format!("{what}: {}", fault.words());
    let kind = match fault.refusal() {
        Some(super::fault::Refusal::Access) => ErrorKind::AccessRefused,
        _ => ErrorKind::Connection,
    };
    fault.into_error(kind, text)
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("connection", &self.connection).finish_non_exhaustive()
    }
}
