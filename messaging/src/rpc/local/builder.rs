//! Local clients in the making.

use std::fmt;
use std::sync::Arc;

use super::{Local, Script};
use crate::rpc::client::{ClientCore, client_around};
use crate::rpc::dispatcher::{BuiltIn, Dispatcher, Itself, Served};
use crate::runtime::{self, Runtime};
use crate::transport::Contracts;
use crate::{AccessPolicy, Endpoint, Proxy, RpcClient, Target};

/// Endpoints, and the clients over them that need no transport: what [`Proxy::local`] is the short
/// form of.
///
/// A request is written as JSON and read again, routed by namespace, version, method and access
/// policy, run, and its answer written and read, all by the code that does it over a broker. So
/// errors, versions, the context and deadlines are what they are there. What is of the broker is
/// not: requests reach these endpoints whatever topic, exchange or server they name, a fanout
/// reaches them once, a gather has one answer and is over, and nothing is lost or comes twice. What every server tells of itself,
/// [`introspection`](Proxy::introspection), is served as well.
///
/// - A method runs in the future of its caller, not in the background. It is dropped where the
///   caller gives up, which on a server it is not.
/// - A cast ends when its method has, so that a test sees what it did. It waits for no longer than
///   its timeout; the method then goes on in the background.
/// - Time is that of the runtime that the calling code runs on, of
///   [`runtime`](Self::runtime) if it was given one, and where there is neither, that of the system.
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
/// use std::sync::Arc;
///
/// use messaging::AccessPolicy;
/// use messaging::testing::LocalServer;
///
/// let held = Arc::new(Friendly);
/// let server = LocalServer::new()
///     .endpoint(GreeterEndpoint::from_arc(Arc::clone(&held)))
///     .access_policy(AccessPolicy::explicit(["greet"]));
/// let greeter: GreeterClient = server.client();
/// assert_eq!(greeter.greet("bus".into()).await?, "hello, bus");
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use = "take a client from it"]
pub struct LocalServer {
    endpoints: Vec<Served>,
    policy: AccessPolicy,
    runtime: Option<Arc<dyn Runtime>>,
    script: Option<Arc<dyn Script>>,
}

impl LocalServer {
    /// One without endpoints.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves one more API, as [`RpcServerBuilder::endpoint`](crate::RpcServerBuilder::endpoint)
    /// does.
    pub fn endpoint(mut self, endpoint: impl Endpoint) -> Self {
        self.endpoints.push(Served::new(endpoint, []));
        self
    }

    /// Which methods may be called. The default is [`AccessPolicy::default`].
    pub fn access_policy(mut self, policy: AccessPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The runtime whose clock deadlines are told by. The default is the one that the calling code
    /// runs on, at each call.
    pub fn runtime(mut self, runtime: Arc<dyn Runtime>) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Answers in place of the endpoints, which say what there is.
    pub(crate) fn script(mut self, script: Arc<dyn Script>) -> Self {
        self.script = Some(script);
        self
    }

    /// A client over these endpoints, of a literal version where its type says so;
    /// [`prepare`](Proxy::prepare) derives more.
    #[must_use]
    pub fn client<C: Proxy>(self) -> C {
        client_around(ClientCore::local(self.build(), C::API))
    }

    /// A client that names methods by text; of `target`, namespace and version matter alone.
    #[must_use]
    pub fn client_for(self, target: Target) -> RpcClient {
        RpcClient::local(self.build(), target)
    }

    fn build(self) -> Arc<Local> {
        let Self { mut endpoints, policy, runtime, script } = self;
        let itself = Itself::new(
            Local::NAME.to_owned(),
            String::new(),
            runtime.clone().unwrap_or_else(runtime::here),
            endpoints.iter().map(|served| Arc::clone(&served.api)).collect(),
        );
        if script.is_none() {
            endpoints.push(Served::built_in(BuiltIn(Arc::new(itself))));
        }
        let dispatcher = Dispatcher::new(endpoints, policy);
        Arc::new(Local { dispatcher, runtime, script, contracts: Contracts::default() })
    }
}

impl fmt::Debug for LocalServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalServer")
            .field("endpoints", &self.endpoints)
            .field("access_policy", &self.policy)
            .finish_non_exhaustive()
    }
}
