//! What every client is: a transport and the settings that its requests are made with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{ApiDescriptor, Context, Target, Transport, Version};

/// What every client holds. Generated code passes it around and looks at nothing in it.
#[derive(Clone)]
pub struct ClientCore {
    transport: Transport,
    settings: Arc<Settings>,
}

/// Clients that are made of a core, so that [`Prepare`](super::Prepare) can build them.
pub trait FromCore: Clone {
    /// The client around `core`.
    fn from_core(core: ClientCore) -> Self;

    /// The core of the client.
    fn core(&self) -> &ClientCore;
}

/// What requests are made with; none means the default.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) api: Option<ApiDescriptor>,
    pub(super) topic: String,
    pub(super) exchange: Option<String>,
    pub(super) server: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) version: Option<Version>,
    pub(super) version_cap: Option<Version>,
    pub(super) timeout: Option<Duration>,
    pub(super) context: Option<Context>,
}

impl Settings {
    /// The version that no request may exceed: the one pinned, else the cap.
    pub(super) fn limit(&self) -> Option<Version> {
        self.version.or(self.version_cap)
    }
}

impl ClientCore {
    /// The core of a generated client.
    #[must_use]
    pub fn for_api(transport: &Transport, api: ApiDescriptor) -> Self {
        let mut target = Target::topic(api.topic);
        target.namespace = api.namespace.map(str::to_owned);
        let mut core = Self::for_target(transport, target);
        Arc::make_mut(&mut core.settings).api = Some(api);
        core
    }

    pub(super) fn for_target(transport: &Transport, target: Target) -> Self {
        Self {
            transport: transport.clone(),
            settings: Arc::new(Settings {
                api: None,
                topic: target.topic,
                exchange: target.exchange,
                server: target.server,
                namespace: target.namespace,
                version: target.version,
                version_cap: None,
                timeout: None,
                context: None,
            }),
        }
    }

    pub(super) fn with(&self, settings: Settings) -> Self {
        Self { transport: self.transport.clone(), settings: Arc::new(settings) }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.transport
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
