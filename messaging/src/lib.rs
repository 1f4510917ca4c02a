//! Versioned, typed RPC over message brokers.

// The vocabulary: plain data, no I/O.
#[macro_use]
mod version;
mod target;
mod context;
mod descriptor;
mod config;
mod error;
mod wire;
// The calling and the serving side.
mod rpc;
// The road between.
mod transport;
pub mod driver;
// Across.
pub mod runtime;
#[doc(hidden)]
pub mod __private;

#[cfg(feature = "macros")]
pub use messaging_macros::{RemoteError, rpc_api};

pub use config::{Config, LoginMethod, RabbitOptions};
pub use context::Context;
pub use descriptor::{ApiDescriptor, MethodDescriptor, ParamDescriptor};
pub use error::{CallError, Error, ErrorKind, Failure, FailureParts, RemoteError};
pub use rpc::Reply;
pub use rpc::client::{Call, Cast, Prepare, Proxy, RpcClient, Setting};
pub use rpc::dispatcher::{Answer, BaseApi, Dispatcher, Endpoint, Handled, Invocation, Unpack};
pub use rpc::server::{
    CutOff, Execute, Executor, Job, RpcServer, RpcServerBuilder, ShutdownReport,
};
pub use target::Target;
pub use transport::Transport;
pub use transport::url::TransportUrl;
pub use version::{ParseVersionError, Version};
