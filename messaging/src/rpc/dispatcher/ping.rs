//! The peer's probe of a server.

use super::endpoint::{Answer, Endpoint, Handled};
use super::invocation::Invocation;
use crate::{ApiDescriptor, MethodDescriptor, Version};

/// Answers `"pong"` to `oslo_rpc_server_ping`, whatever the arguments (wire document, section
/// 16.4). Served after all others where the option `rpc_ping_enabled` says so.
pub(crate) struct Ping;

const PING: MethodDescriptor = MethodDescriptor::__new(
    "oslo_rpc_server_ping",
    Version::new(1, 0),
    false,
    true,
    None,
    "Answers `pong`.",
    &[],
);

impl Endpoint for Ping {
    fn api(&self) -> ApiDescriptor {
        let docs = "The probe of a server.";
        ApiDescriptor::__new("Ping", "", None, Version::new(1, 0), docs, &[PING])
    }

    fn handle(&self, _: Invocation) -> Handled {
        Box::pin(async { Answer::new("pong") })
    }
}
