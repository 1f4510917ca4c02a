//! Testing what calls, and what is called, without a broker.

pub use crate::rpc::local::LocalServer;
