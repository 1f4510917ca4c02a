//! What every generated client can do.

use super::{ClientCore, FromCore, Prepare};
use crate::contract::Contract;
use crate::introspection::Introspection;
use crate::{ApiDescriptor, MethodDescriptor, Transport, Version};

/// What every client that `#[rpc_api]` generates can do.
///
/// The framework's verbs are here so that the names of the client's own methods belong to the API:
/// bring them into scope with `use messaging::Proxy as _;`. The trait also lets one write functions
/// over any client.
pub trait Proxy: FromCore {
    /// The API as plain data. Each method has a constant of its own as well, such as
    /// `SchedulerClient::SELECT_HOSTS`.
    const API: ApiDescriptor;

    /// A client on the API's topic, namespace and version.
    #[must_use]
    fn new(transport: &Transport) -> Self {
        Self::from_core(ClientCore::for_api(transport, Self::API))
    }

    /// The API as data that can be written down, sent and compared.
    #[must_use]
    fn contract() -> Contract {
        Contract::of(&Self::API)
    }

    /// Begins another client with some settings changed; this one stays as it is.
    fn prepare(&self) -> Prepare<Self> {
        Prepare::new(self.core())
    }

    /// Asks the servers that this client calls who they are, what they serve and what they have
    /// done; see [`Introspection`].
    #[must_use]
    fn introspection(&self) -> Introspection {
        Introspection::beside(self.core())
    }

    /// Whether `method` may be sent: whether the version pinned, or the cap, has it.
    ///
    /// A parameter that is newer may still be refused; it has its own `since` among
    /// [`MethodDescriptor::params`].
    #[must_use]
    fn can_send(&self, method: MethodDescriptor) -> bool {
        self.can_send_version(method.since)
    }

    /// Whether what came with `version` may be sent: whether the API as this client knows it has
    /// it, and the version pinned, or the cap.
    #[must_use]
    fn can_send_version(&self, version: Version) -> bool {
        let limit = self.core().settings().limit();
        Self::API.version.serves(version) && limit.is_none_or(|limit| limit.serves(version))
    }
}
