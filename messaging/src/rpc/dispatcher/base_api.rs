//! The base API that every service of OpenStack has.

use serde::Serialize;
use serde_json::value::RawValue;

use super::endpoint::{Answer, Endpoint, Handled};
use super::{Invocation, Unpack, no_such_method};
use crate::{ApiDescriptor, MethodDescriptor, ParamDescriptor, Version};

/// The base API that every service of OpenStack serves beside its own: namespace `baseapi`,
/// version 1.1.
///
/// - `ping(arg)` answers `{"service": .., "arg": ..}`;
/// - `get_backdoor_port()`, since 1.1, answers the port of a debugging back door, or null.
///
/// ```
/// # async fn example(transport: &messaging::Transport) -> Result<(), messaging::Error> {
/// use messaging::{BaseApi, RpcServer, Target};
///
/// let server = RpcServer::builder(transport, Target::topic("scheduler").server("host-1"))
///     .endpoint(BaseApi::new("scheduler"))
///     .start()
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct BaseApi {
    service: String,
    backdoor_port: Option<u16>,
}

const PING: MethodDescriptor = MethodDescriptor::__new(
    "ping",
    Version::new(1, 0),
    false,
    true,
    None,
    "Answers the service's name and the argument.",
    &[ParamDescriptor::__new("arg", 1, 0, false)],
);

const GET_BACKDOOR_PORT: MethodDescriptor = MethodDescriptor::__new(
    "get_backdoor_port",
    Version::new(1, 1),
    false,
    true,
    None,
    "Answers the port of the debugging back door, or null.",
    &[],
);

impl BaseApi {
    /// What describes this API.
    pub const API: ApiDescriptor = ApiDescriptor::__new(
        "BaseApi",
        "",
        Some("baseapi"),
        Version::new(1, 1),
        "The base API that every service of OpenStack serves beside its own.",
        &[PING, GET_BACKDOOR_PORT],
    );

    /// The base API of the service called `service`, without a back door.
    #[must_use]
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into(), backdoor_port: None }
    }

    /// The port that `get_backdoor_port` answers. The default is none.
    #[must_use]
    pub fn backdoor_port(mut self, port: u16) -> Self {
        self.backdoor_port = Some(port);
        self
    }
}

/// What `ping` answers.
#[derive(Serialize)]
struct Pong {
    service: String,
    /// As it came: numbers of any size stay what they are.
    arg: Box<RawValue>,
}

impl Endpoint for BaseApi {
    fn api(&self) -> ApiDescriptor {
        Self::API
    }

    fn handle(&self, invocation: Invocation) -> Handled {
        let Self { service, backdoor_port } = self.clone();
        Box::pin(async move {
            let method = invocation.method().to_owned();
            let mut args = Unpack::new(invocation);
            if method == PING.name {
                let arg = args.take("arg")?;
                args.finish()?;
                Answer::new(&Pong { service, arg })
            } else if method == GET_BACKDOOR_PORT.name {
                args.finish()?;
                Answer::new(&backdoor_port)
            } else {
                Err(no_such_method(Self::API.namespace, &method))
            }
        })
    }
}
