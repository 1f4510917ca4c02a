//! The calling side: generated clients, [`RpcClient`] by method name, and the calls they make.

mod again;
mod answer;
#[cfg(feature = "bench")]
pub(crate) mod bench;
mod call;
mod contract;
mod core;
mod gather;
mod negotiate;
mod outgoing;
mod pack;
mod poll;
mod prepare;
mod proxy;
mod retry;
mod retry_policy;
mod road;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::again::{AtMostOnce, Idempotent, MayRunAgain};
pub use self::call::{Call, CallFuture, Cast};
pub use self::core::{ClientCore, FromCore};
pub use self::gather::{Answers, Gather, Gathered};
pub use self::negotiate::{Negotiate, Negotiated};
pub use self::pack::Pack;
pub use self::prepare::{Prepare, Setting, VersionSetting};
pub use self::proxy::Proxy;
pub(crate) use self::proxy::client_around;
pub use self::retry::Retried;
pub use self::retry_policy::RetryPolicy;

use self::outgoing::Outgoing;
use self::road::Road;
use crate::rpc::local::Local;
use crate::{AnyVersion, Error, ErrorKind, Failure, Pin, Target, Transport, Version};

/// A client that names methods by text and passes arguments as JSON, for APIs that are not known
/// while compiling. Where the API is a trait, use the client that `#[rpc_api]` generates.
///
/// ```
/// # async fn example(transport: &messaging::Transport) -> Result<(), Box<dyn std::error::Error>> {
/// use messaging::{RpcClient, Target, version};
/// use serde_json::json;
///
/// let client = RpcClient::new(transport, Target::topic("scheduler").version(version!("2.0")));
/// let hosts: Vec<String> = client.call("select_hosts", json!({"request_spec": {}})).await?;
/// client.cast("forget", json!({"host": "host-1"})).fanout().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct RpcClient {
    core: ClientCore,
}

impl RpcClient {
    /// A client of `target`; its server, exchange, namespace and version are those that requests
    /// are made with until [`prepare`](Self::prepare) says otherwise.
    #[must_use]
    pub fn new(transport: &Transport, target: Target) -> Self {
        Self { core: ClientCore::for_target(transport.into(), target) }
    }

    /// The same over endpoints of this program; [`LocalServer::client_for`] makes one.
    ///
    /// [`LocalServer::client_for`]: crate::testing::LocalServer::client_for
    pub(crate) fn local(local: Arc<Local>, target: Target) -> Self {
        Self { core: ClientCore::for_target(Road::Local(local), target) }
    }

    /// Begins another client with some settings changed; this one stays as it is.
    pub fn prepare(&self) -> Prepare<Self> {
        Prepare::new(&self.core)
    }

    /// Whether a request made for `version` may be sent: whether it is within the cap. As in the
    /// peer, the version that this client is made for has no part in it.
    #[must_use]
    pub fn can_send_version(&self, version: impl Into<Version>) -> bool {
        let version = version.into();
        self.core.settings().version_cap.is_none_or(|cap| cap.serves(version))
    }

    /// Calls `method` with the named arguments `args`, anything that serialises to a JSON object.
    ///
    /// A failure that the server answers with is [`CallError::Remote`](crate::CallError::Remote)
    /// with its data.
    pub fn call<T>(
        &self,
        method: impl Into<String>,
        args: impl Serialize,
    ) -> Call<Result<T, Failure>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        Call::new(self.outgoing(method.into(), &args))
    }

    /// The same, of a method of which you know that running it twice does no more than running it
    /// once, so that the call can be [made again](Call::retry). Nothing checks that it is so.
    pub fn call_idempotent<T>(
        &self,
        method: impl Into<String>,
        args: impl Serialize,
    ) -> Call<Result<T, Failure>, Idempotent>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        Call::new(self.outgoing(method.into(), &args))
    }

    /// Casts `method`: sends it without waiting for an answer.
    pub fn cast(&self, method: impl Into<String>, args: impl Serialize) -> Cast {
        Cast::new(self.outgoing(method.into(), &args))
    }

    /// The same, of a method of which you know that running it twice does no more than running it
    /// once, so that the cast can be [made again](Cast::retry). Nothing checks that it is so.
    pub fn cast_idempotent(
        &self,
        method: impl Into<String>,
        args: impl Serialize,
    ) -> Cast<Idempotent> {
        Cast::new(self.outgoing(method.into(), &args))
    }

    fn outgoing(&self, method: String, args: &impl Serialize) -> Result<Box<Outgoing>, Error> {
        let settings = self.core.settings();
        if let Some(cap) = settings.version_cap {
            let allowed = settings.version.is_some_and(|version| cap.serves(version));
            if !allowed {
                let made_for = match settings.version {
                    Some(version) => format!("is made for version {version}"),
                    None => "names no version".to_owned(),
                };
                return Err(Error::new(
                    ErrorKind::Version,
                    format!(
                        "method `{method}` of topic `{}` was not sent: the request {made_for} and \
                         the client is capped to {cap}; pin a version within the cap with \
                         `.prepare().version(..)`",
                        settings.topic
                    ),
                ));
            }
        }
        let not_encodable = |why: &str| {
            Error::new(
                ErrorKind::Encode,
                format!("the arguments of method `{method}` of topic `{}` {why}", settings.topic),
            )
        };
        let args = serde_json::to_vec(args).map_err(|error| {
            not_encodable("cannot be written as JSON").with_next_step().with_source(error)
        })?;
        if !args.starts_with(b"{") {
            return Err(not_encodable(
                "are not a JSON object; arguments travel by name, as `json!({\"name\": value})`",
            ));
        }
        Ok(Outgoing::new(&self.core, method.into(), args, settings.version))
    }
}

/// Names its methods at run time, so its version is nothing to the compiler.
impl FromCore for RpcClient {
    type Pin = AnyVersion;
    type At<P: Pin> = Self;

    fn from_core(core: ClientCore) -> Self {
        Self { core }
    }

    fn core(&self) -> &ClientCore {
        &self.core
    }
}

impl fmt::Debug for RpcClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RpcClient").field(&self.core).finish()
    }
}
