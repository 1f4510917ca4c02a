//! Versioned, typed RPC over message brokers.

#[macro_use]
mod version;
mod context;
mod descriptor;
mod target;
mod config;
mod error;
mod transport;
pub mod driver;
pub mod runtime;

pub use config::{LoginMethod, RabbitOptions};
pub use context::Context;
pub use descriptor::{ApiDescriptor, MethodDescriptor, ParamDescriptor};
pub use error::{CallError, Error, ErrorKind, Failure, RemoteError};
pub use target::Target;
pub use transport::url::TransportUrl;
pub use version::{ParseVersionError, Version};
