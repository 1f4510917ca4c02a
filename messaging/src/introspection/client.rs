//! The client of the built-in API.

use std::convert::Infallible;

use super::{Description, Pong, Statistics};
use crate::rpc::client::{ClientCore, FromCore, Pack};
use crate::{ApiDescriptor, Call, Error, MethodDescriptor, Proxy, Target, Transport, Version};

/// Asks servers who they are, what they serve and what they have done.
///
/// It is a client like every other: a call goes to any server of the topic, or to the one that
/// [`prepare`](Proxy::prepare) or the target names.
///
/// ```
/// # async fn example(transport: &messaging::Transport) -> Result<(), Box<dyn std::error::Error>> {
/// use messaging::Target;
/// use messaging::introspection::Introspection;
///
/// let server = Introspection::of(transport, Target::topic("scheduler").server("host-1"))?;
/// println!("there for {} s", server.ping().await?.uptime);
/// for api in server.stats().await?.apis {
///     for method in api.methods {
///         println!("{}.{}: {} calls", api.api, method.method, method.calls);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Introspection {
    core: ClientCore,
}

const V1_0: Version = Version::new(1, 0);

impl Introspection {
    /// The namespace of the built-in API: `messaging.server`.
    pub const NAMESPACE: &'static str = "messaging.server";

    /// Describes the method `ping`.
    pub const PING: MethodDescriptor =
        MethodDescriptor::__new("ping", V1_0, false, true, None, "Who the server is.", &[]);

    /// Describes the method `describe`.
    pub const DESCRIBE: MethodDescriptor =
        MethodDescriptor::__new("describe", V1_0, false, true, None, "What it serves.", &[]);

    /// Describes the method `stats`.
    pub const STATS: MethodDescriptor = MethodDescriptor::__new(
        "stats",
        V1_0,
        false,
        true,
        None,
        "What the server has done since it was made, method by method.",
        &[],
    );

    /// A client of the servers of `target`: its topic, and its exchange and server if it names
    /// them.
    ///
    /// # Errors
    ///
    /// [`Target`](crate::ErrorKind::Target) for a topic, a server or an exchange that a broker
    /// cannot have.
    pub fn of(transport: &Transport, target: Target) -> Result<Self, Error> {
        let Target { topic, exchange, server, .. } = target;
        Self::new(transport).prepare().topic(topic).exchange(exchange).server(server).build()
    }

    /// The same servers as those of another client.
    pub(crate) fn beside(core: &ClientCore) -> Self {
        Self { core: core.of_api(Self::API) }
    }

    /// Who the server is. As every call it waits for a worker that is free: an answer says that
    /// the server works, and not merely that its process is there.
    pub fn ping(&self) -> Call<Result<Pong, Infallible>> {
        Pack::new(&self.core, Self::API.name, &Self::PING).call()
    }

    /// What the server serves: each API with its methods, parameters, documentation and, where it
    /// was declared with them, schemas; and the hashes of its contract. It is what was declared: an
    /// access policy may allow less.
    pub fn describe(&self) -> Call<Result<Description, Infallible>> {
        Pack::new(&self.core, Self::API.name, &Self::DESCRIBE).call()
    }

    /// What the server has done since it was made, method by method.
    pub fn stats(&self) -> Call<Result<Statistics, Infallible>> {
        Pack::new(&self.core, Self::API.name, &Self::STATS).call()
    }
}

impl Proxy for Introspection {
    const API: ApiDescriptor = ApiDescriptor::__new(
        "Introspection",
        "",
        Some(Self::NAMESPACE),
        V1_0,
        "What every server tells of itself.",
        &[Self::PING, Self::DESCRIBE, Self::STATS],
    );
}

impl FromCore for Introspection {
    type Pin = crate::AnyVersion;
    type At<P: crate::Pin> = Self;

    fn from_core(core: ClientCore) -> Self {
        Self { core }
    }

    fn core(&self) -> &ClientCore {
        &self.core
    }
}
