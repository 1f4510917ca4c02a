//! From a request to the endpoint that serves it: namespace, version, method.

mod base_api;
mod built_in;
mod endpoint;
mod invocation;
mod ping;
mod policy;
mod routing;
mod served;
mod tally;
mod unpack;

pub use base_api::BaseApi;
pub(crate) use built_in::{BuiltIn, Itself};
pub use endpoint::{Answer, Endpoint, Handled};
pub use invocation::Invocation;
pub(crate) use ping::Ping;
pub use policy::{AccessPolicy, AccessRequest};
pub(crate) use routing::{Dispatcher, Refused, Route, no_such_method};
pub(crate) use served::{Served, ServedApi};
pub(crate) use tally::{Running, Tally};
pub use unpack::Unpack;

/// The module of the failures that a dispatcher answers with, and that a Python client rebuilds.
pub(crate) const MODULE: &str = "oslo_messaging.rpc.dispatcher";
