//! What a transport is made with.

mod rabbit;

use std::time::Duration;

pub use rabbit::{LoginMethod, RabbitOptions};

use crate::{Error, TransportUrl};

/// What a transport is made with: the URL, and the options of oslo.messaging that have a meaning
/// here, each with that library's default.
///
/// An option in the URL's query overrides the one given here.
///
/// ```
/// use messaging::Config;
/// use std::time::Duration;
///
/// let config = Config::new()
///     .url("rabbit://guest:guest@localhost:5672/")
///     .control_exchange("nova")
///     .response_timeout(Duration::from_secs(20));
/// ```
#[derive(Clone, Debug)]
#[must_use = "hand it to `Transport::from_config`"]
pub struct Config {
    url: Result<TransportUrl, Error>,
    control_exchange: String,
    response_timeout: Duration,
    rabbit: RabbitOptions,
}

impl Config {
    /// The defaults: `rabbit://`, which is `guest` on this machine.
    pub fn new() -> Self {
        Self {
            url: "rabbit://".parse(),
            control_exchange: "openstack".to_owned(),
            response_timeout: Duration::from_secs(60),
            rabbit: RabbitOptions::default(),
        }
    }

    /// `transport_url`: which broker, as whom. A mistake in it is reported when the transport is
    /// made. The default is `rabbit://`.
    pub fn url(mut self, url: &str) -> Self {
        self.url = url.parse();
        self
    }

    /// `control_exchange`: the exchange of all targets that name none. The default is `openstack`.
    pub fn control_exchange(mut self, exchange: impl Into<String>) -> Self {
        self.control_exchange = exchange.into();
        self
    }

    /// `rpc_response_timeout`: how long a call waits for its reply, and a cast for its
    /// confirmation, unless the method, the client or the call says otherwise. The default is
    /// 60 s.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// The options of the RabbitMQ driver. The default is [`RabbitOptions::default`].
    pub fn rabbit(mut self, options: RabbitOptions) -> Self {
        self.rabbit = options;
        self
    }

    /// The parts, with the query of the URL laid over the options.
    pub(crate) fn resolve(&self) -> Result<Resolved, Error> {
        let url = self.url.clone()?;
        let mut rabbit = self.rabbit.clone();
        for (key, value) in &url.query {
            rabbit
                .set(key, value)
                .map_err(|error| error.within("in the query of the transport URL"))?;
        }
        Ok(Resolved {
            url,
            control_exchange: self.control_exchange.clone(),
            response_timeout: self.response_timeout,
            rabbit,
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// A configuration without open questions.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) url: TransportUrl,
    pub(crate) control_exchange: String,
    pub(crate) response_timeout: Duration,
    pub(crate) rabbit: RabbitOptions,
}
