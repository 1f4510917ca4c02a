//! What a transport is made with.

mod ini;
mod kind;
mod known;
mod names;
mod own;
mod overlay;
mod rabbit;
mod report;
mod resolve;
mod sources;
mod substitute;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::time::Duration;

pub(crate) use own::Own;
pub use rabbit::{Compression, FailoverStrategy, LoginMethod, RabbitOptions, TlsVersion};
pub(crate) use resolve::Resolved;

use crate::{Error, TransportUrl};
use report::Report;
use sources::Sources;

#[doc = include_str!("../../docs/configuration.md")]
#[derive(Clone)]
#[must_use = "hand it to `Transport::from_config`"]
pub struct Config {
    url: Option<Result<TransportUrl, Error>>,
    control_exchange: Option<String>,
    response_timeout: Option<Duration>,
    executor_pool_size: Option<usize>,
    rpc_ping_enabled: Option<bool>,
    max_message_size: Option<usize>,
    send_user_id: Option<bool>,
    max_calls_in_flight: Option<usize>,
    wait_beyond_max_calls: Option<bool>,
    rabbit: Option<RabbitOptions>,
    /// Options by name, in the order in which they were set.
    named: Vec<(String, String)>,
    sources: Sources,
    /// The first file or variable that could not be read.
    mistake: Option<Error>,
}

impl Config {
    /// The defaults: `rabbit://`, which is `guest` on this machine. No file is read, and nothing
    /// of the environment.
    pub fn new() -> Self {
        Self {
            url: None,
            control_exchange: None,
            response_timeout: None,
            executor_pool_size: None,
            rpc_ping_enabled: None,
            max_message_size: None,
            send_user_id: None,
            max_calls_in_flight: None,
            wait_beyond_max_calls: None,
            rabbit: None,
            named: Vec::new(),
            sources: Sources::default(),
            mistake: None,
        }
    }

    /// Reads the file of an oslo.messaging service, such as `/etc/nova/nova.conf`, now. Of several
    /// files the one that is added last wins, option by option, as with `--config-file`.
    ///
    /// Groups of other libraries are ignored. A file that cannot be read, and what is wrong in it,
    /// is reported when the transport is made, or by [`check`](Self::check).
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        let read = self.sources.add_file(path.as_ref());
        self.blame(read)
    }

    /// Reads all files of a folder that end in `.conf`, in the order of their names, as
    /// `--config-dir` does; see [`file`](Self::file). A folder that is not there is a mistake, an
    /// empty one is none.
    pub fn folder(mut self, path: impl AsRef<Path>) -> Self {
        let read = self.sources.add_folder(path.as_ref());
        self.blame(read)
    }

    /// Reads the variables of the environment that oslo.config reads, now:
    /// `OS_DEFAULT__TRANSPORT_URL`, `OS_OSLO_MESSAGING_RABBIT__RABBIT_QUORUM_QUEUE`, and so on.
    /// They win over all files, whichever is read first.
    pub fn environment(mut self) -> Self {
        let read = self.sources.add_environment();
        self.blame(read)
    }

    /// `transport_url`: which broker, as whom. A mistake in it is reported when the transport is
    /// made. The default is `rabbit://`.
    pub fn url(mut self, url: &str) -> Self {
        self.url = Some(url.parse());
        self
    }

    /// `control_exchange`: the exchange of all targets that name none. The default is `openstack`.
    pub fn control_exchange(mut self, exchange: impl Into<String>) -> Self {
        self.control_exchange = Some(exchange.into());
        self
    }

    /// `rpc_response_timeout`: how long a call waits for its reply, and a cast for its
    /// confirmation, unless the method, the client or the call says otherwise. The default is
    /// 60 s.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = Some(timeout);
        self
    }

    /// `executor_thread_pool_size`: how many messages a server of this transport runs at once,
    /// unless it is given an [`Executor`](crate::Executor). The default is 64; zero counts as one.
    pub fn executor_pool_size(mut self, size: usize) -> Self {
        self.executor_pool_size = Some(size);
        self
    }

    /// `rpc_ping_enabled`: servers of this transport answer `oslo_rpc_server_ping`, which probes
    /// of a service's health call (wire document, section 16.4). The default is false.
    pub fn rpc_ping_enabled(mut self, enabled: bool) -> Self {
        self.rpc_ping_enabled = Some(enabled);
        self
    }

    /// `max_message_size`: how many bytes a message may have, before it is compressed and after it
    /// is decompressed. The default is 16 MiB, which is what RabbitMQ lets a message have from 4.0
    /// on; before that it is 128 MiB (`max_message_size` in its `rabbitmq.conf`). Zero counts as
    /// one.
    ///
    /// What is longer is [refused](crate::ErrorKind::Refused) here and not sent; a reply in its
    /// place tells the caller so. A longer request that comes in is not read, and its caller is told
    /// where that can be seen without reading it; a longer reply ends its call with
    /// [`Decode`](crate::ErrorKind::Decode). Whoever raises it raises it on both sides, and on the
    /// broker.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = Some(bytes);
        self
    }

    /// `send_user_id`: every message says which user of the URL has sent it. RabbitMQ refuses one
    /// that names another user than the one logged in
    /// ([Validated User-ID](https://www.rabbitmq.com/docs/validated-user-id)), so that an
    /// [`AccessPolicy::by_request`](crate::AccessPolicy::by_request) of the server can go by it. The
    /// default is false.
    ///
    /// With the login method EXTERNAL the URL has to name the user of the certificate. A broker in
    /// memory takes the user of the URL for granted: whoever is in the process is trusted.
    pub fn send_user_id(mut self, send: bool) -> Self {
        self.send_user_id = Some(send);
        self
    }

    /// `max_calls_in_flight`: how many calls of the transport may wait for their answers at once,
    /// so that its memory has a bound. The default is 65,536. Zero counts as one.
    pub fn max_calls_in_flight(mut self, calls: usize) -> Self {
        self.max_calls_in_flight = Some(calls);
        self
    }

    /// `wait_beyond_max_calls`: whether a call beyond
    /// [`max_calls_in_flight`](Self::max_calls_in_flight) waits for another to end, within its own
    /// time, or fails at once by [`Busy`](crate::ErrorKind::Busy). The default is true.
    pub fn wait_beyond_max_calls(mut self, wait: bool) -> Self {
        self.wait_beyond_max_calls = Some(wait);
        self
    }

    /// The options of the RabbitMQ driver: those of them that differ from
    /// [`RabbitOptions::default`] win over the URL, the environment and the files. To win with a
    /// default, name it to [`option`](Self::option).
    pub fn rabbit(mut self, options: RabbitOptions) -> Self {
        self.rabbit = Some(options);
        self
    }

    /// An option by its name, of `[DEFAULT]`, `[oslo_messaging_rabbit]` or `[messaging]`, with its
    /// value as a file would hold it. For programs that take options on their command line.
    ///
    /// It wins over [`rabbit`](Self::rabbit) and over every source; the methods of this type
    /// that set one option of `[DEFAULT]` win over it. A name that there is not, or a value of the
    /// wrong type, is reported when the transport is made.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.named.push((name.into(), value.into()));
        self
    }

    /// Quorum queues for everything, which RabbitMQ accepts from 3.10 on and in the releases to
    /// come. The classic queues that oslo.messaging declares by default are deprecated, because
    /// they are neither durable nor exclusive: a broker whose
    /// `deprecated_features.permit.transient_nonexcl_queues` is false refuses them, which 4.3
    /// announces as the default of a later release.
    ///
    /// It sets `rabbit_quorum_queue` and `rabbit_transient_quorum_queue`, as by
    /// [`option`](Self::option). Python services of the same fleet need the same lines, since
    /// both sides declare the same queues:
    ///
    /// ```ini
    /// [oslo_messaging_rabbit]
    /// rabbit_quorum_queue = true
    /// rabbit_transient_quorum_queue = true
    /// ```
    ///
    /// `use_queue_manager` stays as it is: names of queues do not matter to the broker's refusal.
    pub fn quorum(self) -> Self {
        self.option("rabbit_quorum_queue", "true").option("rabbit_transient_quorum_queue", "true")
    }

    /// Whether a transport can be made of this, without connecting.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config): the first mistake, with the file, line, group and
    /// option that it stands in.
    pub fn check(&self) -> Result<(), Error> {
        resolve::resolve(self, &mut Report::default()).map(drop)
    }

    /// Each option with its value, and above it where that came from, in the form of a file, for
    /// operators to read. What has no effect is told with the reason, and so is the first mistake, if there
    /// is one. Passwords, and the query of the URL, are left out.
    ///
    /// ```
    /// use messaging::Config;
    ///
    /// let config = Config::new().url("rabbit://nova:secret@host/").control_exchange("nova");
    /// let text = config.explain();
    /// assert!(text.contains("# set by the program\ntransport_url = rabbit://nova:***@host/\n"));
    /// assert!(text.contains("# the default\nrpc_response_timeout = 60\n"));
    /// ```
    #[must_use]
    pub fn explain(&self) -> String {
        let mut report = Report::default();
        match resolve::resolve(self, &mut report) {
            Ok(_) => report.to_string(),
            Err(error) => format!("{report}# mistake: {error}\n"),
        }
    }

    /// All options settled; warns of those that are accepted and have no effect.
    pub(crate) fn resolve(&self) -> Result<Resolved, Error> {
        let mut report = Report::default();
        let resolved = resolve::resolve(self, &mut report)?;
        for warning in &report.warnings {
            tracing::warn!("{warning}");
        }
        Ok(resolved)
    }

    fn blame(mut self, read: Result<(), Error>) -> Self {
        if let Err(error) = read {
            self.mistake.get_or_insert(error);
        }
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Config {
    /// What is not as by default, and where it was set; no secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut report = Report::default();
        let mistake = resolve::resolve(self, &mut report).err();
        let mut debug = f.debug_struct("Config");
        for (name, value) in report.set() {
            debug.field(name, &format_args!("{value}"));
        }
        if let Some(mistake) = mistake {
            debug.field("mistake", &format_args!("{mistake}"));
        }
        debug.finish_non_exhaustive()
    }
}
