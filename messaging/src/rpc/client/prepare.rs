//! Clients derived from clients.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::core::{ClientCore, FromCore, Settings};
use crate::{AnyVersion, Context, Error, ErrorKind, Pin, Pinned, Version};

/// Another client in the making: settings that are not mentioned are inherited, `None` clears one,
/// a value sets it. The client that it comes from stays as it is.
///
/// ```
/// # use messaging::{RpcClient, Target, Transport, version};
/// # fn example(client: &RpcClient) -> Result<(), messaging::Error> {
/// let old = client.prepare().version(version!("2.3")).server("host-1").build()?;
/// let any_server = old.prepare().server(None).build()?; // still pinned to 2.3
/// # Ok(()) }
/// ```
#[must_use = "call `build()` to get the client"]
pub struct Prepare<C> {
    core: ClientCore,
    settings: Settings,
    _client: PhantomData<fn() -> C>,
}

/// A value for a setting, or `None` to clear it.
pub trait Setting<T> {
    /// The value, or none.
    fn into_setting(self) -> Option<T>;
}

impl<T> Setting<T> for Option<T> {
    fn into_setting(self) -> Option<T> {
        self
    }
}

macro_rules! setting {
    ($($from:ty => $to:ty),*) => {$(
        impl Setting<$to> for $from {
            fn into_setting(self) -> Option<$to> {
                Some(self.into())
            }
        }
    )*};
}

setting!(&str => String, &String => String, String => String, Version => Version);
setting!(Duration => Duration, u32 => u32, Context => Context);

impl<const MAJOR: u32, const MINOR: u32> Setting<Version> for Pinned<MAJOR, MINOR> {
    fn into_setting(self) -> Option<Version> {
        Some(self.into())
    }
}

/// A version to pin a client to: a [`Version`], `None` for none, or a literal, which the compiler
/// checks what is sent against.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a version to pin a client to",
    note = "write a literal, `version!(\"2.3\")`, a `Version`, or an `Option<Version>`: \
            `Some(version!(\"2.3\").version())`"
)]
pub trait VersionSetting: Setting<Version> {
    /// What the compiler knows of it.
    type Pin: Pin;
}

impl VersionSetting for Version {
    type Pin = AnyVersion;
}

impl VersionSetting for Option<Version> {
    type Pin = AnyVersion;
}

impl<const MAJOR: u32, const MINOR: u32> VersionSetting for Pinned<MAJOR, MINOR> {
    type Pin = Self;
}

impl Setting<Context> for &Context {
    fn into_setting(self) -> Option<Context> {
        Some(self.clone())
    }
}

impl<C: FromCore> Prepare<C> {
    pub(super) fn new(core: &ClientCore) -> Self {
        Self { settings: core.settings().clone(), core: core.clone(), _client: PhantomData }
    }

    /// The version that requests are made for: what is newer is refused. Cleared, requests are
    /// made for the lowest version that has what they hold.
    ///
    /// Where it is a literal, `version!("2.3")`, the client is of another type,
    /// `SchedulerClientAt<Pinned<2, 3>>`, and what is newer does not compile. Else it is refused
    /// before it is sent. [`Proxy::any_version`](super::Proxy::any_version) forgets the literal.
    pub fn version<V: VersionSetting>(mut self, version: V) -> Prepare<C::At<V::Pin>> {
        self.settings.version = version.into_setting();
        Prepare { core: self.core, settings: self.settings, _client: PhantomData }
    }

    /// A version that requests may not exceed, while servers of different versions run. Cleared,
    /// there is no cap.
    pub fn version_cap(mut self, cap: impl Setting<Version>) -> Self {
        self.settings.version_cap = cap.into_setting();
        self
    }

    /// The one server to send to. Cleared, any server of the topic takes a request.
    pub fn server(mut self, server: impl Setting<String>) -> Self {
        self.settings.server = server.into_setting();
        self
    }

    /// How long a call waits for its reply, and a cast for its confirmation. Cleared, the method's
    /// own time holds, or the transport's.
    pub fn timeout(mut self, timeout: impl Setting<Duration>) -> Self {
        self.settings.timeout = timeout.into_setting();
        self
    }

    /// How long a call goes on without a sign of life from the server; see
    /// [`Call::monitor`](super::Call::monitor). Cleared, calls are not monitored.
    pub fn monitor(mut self, monitor: impl Setting<Duration>) -> Self {
        self.settings.monitor = monitor.into_setting();
        self
    }

    /// How often a request is sent again while the broker cannot be reached or does not take it;
    /// zero is never, so that the error comes after one round over the hosts, each given up to
    /// five seconds, or at once where such a round has just failed. Cleared, which is the default, it is sent
    /// again for as long as there is time. One round over all hosts of the transport URL is one
    /// try. What the broker may have is never sent again, whatever this says.
    ///
    /// The peer's `retry`: there None and -1 are for ever, whatever the timeout.
    pub fn send_retries(mut self, retries: impl Setting<u32>) -> Self {
        self.settings.send_retries = retries.into_setting();
        self
    }

    /// Whether it is an error that no queue takes a request
    /// ([`Unroutable`](ErrorKind::Unroutable)). The default is true; with false such a request
    /// vanishes: a cast succeeds, a call waits for its timeout. A fanout may always reach nobody.
    ///
    /// The peer's transport option `at_least_once`, whose default is false.
    pub fn mandatory(mut self, mandatory: bool) -> Self {
        self.settings.mandatory = mandatory;
        self
    }

    /// The topic, where servers run the API on another than its own.
    pub fn topic(mut self, topic: impl Into<String>) -> Self {
        self.settings.topic = topic.into();
        self
    }

    /// The exchange. Cleared, it is the control exchange of the transport.
    pub fn exchange(mut self, exchange: impl Setting<String>) -> Self {
        self.settings.exchange = exchange.into_setting();
        self
    }

    /// The namespace. Cleared, it is the null namespace.
    pub fn namespace(mut self, namespace: impl Setting<String>) -> Self {
        self.settings.namespace = namespace.into_setting();
        self
    }

    /// The context that requests carry, and whose deadline bounds them. Cleared, it is empty.
    pub fn context(mut self, context: impl Setting<Context>) -> Self {
        self.settings.context = context.into_setting();
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`Version`](ErrorKind::Version) if the version or the cap is none that the API can have, or
    /// the version exceeds the cap; [`Target`](ErrorKind::Target) for a topic, a server or an
    /// exchange that a broker cannot have.
    pub fn build(self) -> Result<C, Error> {
        check(&self.settings)?;
        Ok(C::from_core(self.core.with(self.settings)))
    }
}

fn check(settings: &Settings) -> Result<(), Error> {
    settings.check_address()?;
    let refused = |why: String| Err(Error::new(ErrorKind::Version, why));
    if let (Some(version), Some(cap)) = (settings.version, settings.version_cap)
        && !cap.serves(version)
    {
        return refused(format!(
            "version {version} for topic `{}` exceeds the cap {cap}; pin a version within the \
             cap, or clear the cap with `.version_cap(None)`",
            settings.topic
        ));
    }
    let Some(api) = settings.api else {
        return Ok(());
    };
    if let Some(version) = settings.version
        && !api.version.serves(version)
    {
        return refused(format!(
            "this client knows API `{}` as version {} and cannot be pinned to {version}; pin one \
             from {}.0 to {}",
            api.name, api.version, api.version.major, api.version
        ));
    }
    // A cap above what this client knows caps nothing; another major caps everything.
    if let Some(cap) = settings.version_cap
        && cap.major != api.version.major
    {
        return refused(format!(
            "this client knows API `{}` as version {} and could send nothing under the cap {cap}; \
             cap it to a version {}.N",
            api.name, api.version, api.version.major
        ));
    }
    Ok(())
}

impl<C> fmt::Debug for Prepare<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prepare").field(&self.settings).finish()
    }
}
