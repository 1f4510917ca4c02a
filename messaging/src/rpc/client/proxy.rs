//! What every generated client can do.

use std::convert::Infallible;
use std::time::Duration;

use super::{ClientCore, FromCore, Negotiate, Prepare, contract};
use crate::contract::Contract;
use crate::introspection::{ContractDifference, Introspection};
use crate::rpc::local::{LocalServer, Serves};
use crate::{
    AnyVersion, ApiDescriptor, Error, Gathered, MethodDescriptor, Pin, Transport, Version,
};

/// What every client that `#[rpc_api]` generates can do.
///
/// The framework's verbs are here so that the names of the client's own methods belong to the API:
/// bring them into scope with `use messaging::Proxy as _;`. The trait also lets one write functions
/// over any client.
pub trait Proxy: FromCore {
    /// The API as plain data. Each method has a constant of its own as well, such as
    /// `SchedulerClient::SELECT_HOSTS`.
    const API: ApiDescriptor;

    /// A client on the API's topic and namespace; of a literal version, where the type says so, as
    /// `SchedulerClientAt::<version!("2.3")>` does. One that the API cannot have does not compile.
    #[must_use]
    fn new(transport: &Transport) -> Self {
        client_around(ClientCore::for_api(transport, Self::API))
    }

    /// The API as data that can be written down, sent and compared.
    #[must_use]
    fn contract() -> Contract {
        Contract::of(&Self::API)
    }

    /// A client over `implementation` itself, with no transport and nothing in the background: for
    /// tests, and for a program that holds both sides.
    ///
    /// It is a client like any other: arguments, context and results travel as JSON, versions are
    /// checked on both sides, and what fails gives the same errors. See
    /// [`LocalServer`], which also takes several implementations, or one that others hold.
    ///
    #[cfg_attr(all(feature = "macros", feature = "tokio"), doc = "```")]
    #[cfg_attr(not(all(feature = "macros", feature = "tokio")), doc = "```ignore")]
    /// # use messaging::{Context, Proxy as _, rpc_api};
    /// # #[rpc_api(topic = "greeter", version = "1.0")]
    /// # trait Greeter {
    /// #     async fn greet(&self, ctx: &Context, name: String) -> Result<String, String>;
    /// # }
    /// # struct Friendly;
    /// # impl Greeter for Friendly {
    /// #     async fn greet(&self, _: &Context, name: String) -> Result<String, String> {
    /// #         Ok(format!("hello, {name}"))
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let greeter = GreeterClient::local(Friendly);
    /// assert_eq!(greeter.greet("bus".into()).await?, "hello, bus");
    /// # Ok(()) }
    /// ```
    #[must_use]
    fn local<T>(implementation: T) -> Self
    where
        Self: Serves<T>,
    {
        LocalServer::new().endpoint(Self::endpoint(implementation)).client()
    }

    /// Begins another client with some settings changed; this one stays as it is.
    fn prepare(&self) -> Prepare<Self> {
        Prepare::new(self.core())
    }

    /// Asks the servers of the topic, and gives a client pinned to the highest version that all of
    /// them speak, so that a rolling upgrade needs no cap that is set by hand. It is never above
    /// what this client knows, is pinned to, or is capped to. Servers in Python are asked as well;
    /// a client of one [`server`](Prepare::server) asks that one alone.
    ///
    #[doc = include_str!("../../../docs/negotiate.md")]
    fn negotiate(&self) -> Negotiate<Self> {
        Negotiate::new(self.core())
    }

    /// Asks the servers that this client calls who they are, what they serve and what they have
    /// done; see [`Introspection`].
    #[must_use]
    fn introspection(&self) -> Introspection {
        Introspection::beside(self.core())
    }

    /// Asks a server of the topic, or the one that this client is prepared for, how its contract
    /// differs from this client's: which methods, what of them, and what that means for the two. None
    /// is that it does not.
    ///
    /// It need not be asked to be warned: when an answer shows that a server has another contract,
    /// the log says once how it differs, as a warning if something breaks or cannot be judged.
    ///
    /// # Errors
    ///
    /// As those of any call. [`UnsupportedVersion`](crate::ErrorKind::UnsupportedVersion) is a
    /// server that does not describe itself: one in Python, or one that was told not to.
    fn contract_difference(
        &self,
    ) -> impl Future<Output = Result<Option<ContractDifference>, Error>> + Send + use<Self> {
        contract::difference(self.core().clone(), Self::contract())
    }

    /// Asks every server of the topic the same; `window` is how long answers are waited for, as in
    /// [`Call::gather`](crate::Call::gather).
    ///
    /// A server that does not describe itself is among them with its error.
    ///
    /// # Errors
    ///
    /// As those of a call that could not be sent.
    fn contract_differences(
        &self,
        window: Duration,
    ) -> impl Future<Output = Result<Vec<Gathered<Option<ContractDifference>, Infallible>>, Error>>
    + Send
    + use<Self> {
        contract::differences(self.core().clone(), Self::contract(), window)
    }

    /// The same client as a type that forgets its literal version, to be kept beside others: what is
    /// newer is then refused when it is to be sent, and no more by the compiler.
    #[must_use]
    fn any_version(&self) -> Self::At<AnyVersion> {
        Self::At::from_core(self.core().clone())
    }

    /// Whether `method` may be sent: whether the version pinned, or the cap, has it.
    ///
    /// A parameter that is newer may still be refused; it has its own `since` among
    /// [`MethodDescriptor::params`].
    #[must_use]
    fn can_send<S>(&self, method: MethodDescriptor<S>) -> bool {
        self.can_send_version(method.since)
    }

    /// Whether what came with `version` may be sent: whether the API as this client knows it has
    /// it, and the version pinned, or the cap.
    #[must_use]
    fn can_send_version(&self, version: impl Into<Version>) -> bool {
        let version = version.into();
        let limit = self.core().settings().limit();
        Self::API.version.serves(version) && limit.is_none_or(|limit| limit.serves(version))
    }
}

/// The client around `core`, of a literal version where the type says so.
pub(crate) fn client_around<C: Proxy>(core: ClientCore) -> C {
    const {
        if let Some(version) = <C::Pin as Pin>::VERSION {
            assert!(C::API.version.serves(version), "the API has no such version");
        }
    }
    C::from_core(core.pinned::<C::Pin>())
}
