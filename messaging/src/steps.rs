//! The steps of a call on their own, for `cargo xtask bench codec`: the functions that client and
//! server call, and no others. No part of the API; behind the feature `bench`.

pub use crate::rpc::client::bench::Requested;
pub use crate::rpc::server::bench::{invocation, reply};
