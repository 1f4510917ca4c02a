//! What every client is: a road and the settings that its requests are made with.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::road::Road;
use crate::driver::Address;
use crate::error::shortened;
use crate::rpc::local::Local;
use crate::transport::Known;
use crate::{ApiDescriptor, Context, Error, ErrorKind, Pin, Target, Transport, Version, target};

/// What every client holds. Generated code passes it around and looks at nothing in it.
#[derive(Clone)]
pub struct ClientCore {
    road: Road,
    settings: Arc<Settings>,
}

/// Clients that are made of a core, so that [`Prepare`](super::Prepare) can build them.
pub trait FromCore: Clone {
    /// What the compiler knows of the version that the client is pinned to.
    type Pin: Pin;

    /// The client whose version is known so.
    type At<P: Pin>: FromCore;

    /// The client around `core`.
    fn from_core(core: ClientCore) -> Self;

    /// The core of the client.
    fn core(&self) -> &ClientCore;
}

/// What requests are made with; none means the default.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) api: Option<ApiDescriptor>,
    /// What is known of the API's contract, once there was an answer to compare it with.
    contract: OnceLock<Arc<Known>>,
    address: OfThese<Arc<Address>>,
    pub(super) topic: String,
    pub(super) exchange: Option<String>,
    pub(super) server: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) version: Option<Version>,
    pub(super) version_cap: Option<Version>,
    pub(super) timeout: Option<Duration>,
    pub(super) monitor: Option<Duration>,
    pub(super) send_retries: Option<u32>,
    pub(super) mandatory: bool,
    pub(super) context: Option<Context>,
}

/// What was made of settings: whoever changes a copy of them makes it anew.
#[derive(Debug)]
struct OfThese<T>(OnceLock<T>);

impl<T> Default for OfThese<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Clone for OfThese<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Settings {
    /// The version that no request may exceed: the one pinned, else the cap.
    pub(super) fn limit(&self) -> Option<Version> {
        self.version.or(self.version_cap)
    }

    /// Whether topic, server and exchange are names that a broker can have.
    pub(super) fn check_address(&self) -> Result<(), Error> {
        let server = self.server.as_deref();
        let exchange = self.exchange.as_deref();
        target::check_topic(&self.topic)
            .and(server.map_or(Ok(()), |server| target::check_server(&self.topic, server)))
            .and(exchange.map_or(Ok(()), target::check_exchange))
            .map_err(|why| {
                let topic = shortened(&self.topic);
                Error::new(ErrorKind::Target, format!("no client of topic `{topic}`: {why}"))
                    .with_next_step()
            })
    }
}

impl ClientCore {
    /// The core of a generated client.
    #[must_use]
    pub fn for_api(transport: &Transport, api: ApiDescriptor) -> Self {
        Self::over(transport.into(), api)
    }

    /// The same over endpoints that it holds itself.
    pub(crate) fn local(local: Arc<Local>, api: ApiDescriptor) -> Self {
        Self::over(Road::Local(local), api)
    }

    fn over(road: Road, api: ApiDescriptor) -> Self {
        let mut target = Target::topic(api.topic);
        target.namespace = api.namespace.map(str::to_owned);
        let mut core = Self::for_target(road, target);
        Arc::make_mut(&mut core.settings).api = Some(api);
        core
    }

    /// The same, pinned to what the compiler knows.
    #[must_use]
    pub(super) fn pinned<P: Pin>(mut self) -> Self {
        if P::VERSION.is_some() {
            Arc::make_mut(&mut self.settings).version = P::VERSION;
        }
        self
    }

    pub(super) fn for_target(road: Road, target: Target) -> Self {
        Self {
            road,
            settings: Arc::new(Settings {
                api: None,
                contract: OnceLock::new(),
                address: OfThese::default(),
                topic: target.topic,
                exchange: target.exchange,
                server: target.server,
                namespace: target.namespace,
                version: target.version,
                version_cap: None,
                timeout: None,
                monitor: None,
                send_retries: None,
                mandatory: true,
                context: None,
            }),
        }
    }

    /// The core of a client of another API, which asks the same servers.
    pub(crate) fn of_api(&self, api: ApiDescriptor) -> Self {
        let mut settings = Settings::clone(&self.settings);
        (settings.api, settings.contract) = (Some(api), OnceLock::new());
        settings.namespace = api.namespace.map(str::to_owned);
        (settings.version, settings.version_cap) = (None, None);
        self.with(settings)
    }

    pub(super) fn with(&self, settings: Settings) -> Self {
        Self { road: self.road.clone(), settings: Arc::new(settings) }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where requests go that are for one server.
    ///
    /// # Errors
    ///
    /// If it is made of names that no broker has.
    pub(super) fn address(&self) -> Result<Arc<Address>, Error> {
        let settings = self.settings();
        if let Some(address) = settings.address.0.get() {
            return Ok(Arc::clone(address));
        }
        settings.check_address()?;
        let exchange = settings.exchange.as_deref();
        let address = Address::Topic {
            exchange: exchange.unwrap_or_else(|| self.road.control_exchange()).to_owned(),
            topic: settings.topic.clone(),
            server: settings.server.clone(),
        };
        Ok(Arc::clone(settings.address.0.get_or_init(|| Arc::new(address))))
    }

    /// What is known of the contract of `api`, which is that of the settings.
    pub(super) fn known_contract(&self, api: &ApiDescriptor) -> &Known {
        self.settings.contract.get_or_init(|| self.road.contracts().known(api))
    }

    pub(super) fn road(&self) -> &Road {
        &self.road
    }
}

impl fmt::Debug for ClientCore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.debug_struct("Client")
            .field("topic", &settings.topic)
            .field("server", &settings.server)
            .field("namespace", &settings.namespace)
            .field("version", &settings.version)
            .field("version_cap", &settings.version_cap)
            .finish_non_exhaustive()
    }
}
