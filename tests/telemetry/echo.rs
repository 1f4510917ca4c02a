//! The API that is served.

use std::convert::Infallible;

use messaging::{Context, RemoteError, rpc_api};
use serde_json::Value;

#[rpc_api(topic = "echo", version = "1.0")]
pub(crate) trait Echo {
    async fn echo(&self, ctx: &Context, value: Value) -> Result<Value, Infallible>;
    async fn refuse(&self, ctx: &Context) -> Result<(), Refusal>;
    /// Never ends by itself.
    async fn hold(&self, ctx: &Context) -> Result<(), Infallible>;
}

#[derive(Clone, Debug, PartialEq, RemoteError)]
#[remote(module = "echo")]
pub(crate) enum Refusal {
    NotToday(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not today")
    }
}

pub(crate) struct Echoing;

impl Echo for Echoing {
    async fn echo(&self, _: &Context, value: Value) -> Result<Value, Infallible> {
        Ok(value)
    }

    async fn refuse(&self, _: &Context) -> Result<(), Refusal> {
        Err(Refusal::NotToday("monday".into()))
    }

    async fn hold(&self, _: &Context) -> Result<(), Infallible> {
        std::future::pending().await
    }
}

/// What a client may take the same server for.
#[rpc_api(topic = "echo", version = "1.0")]
pub(crate) trait Mistaken {
    async fn echo(&self, ctx: &Context, value: Value) -> Result<u64, Infallible>;
}

/// The API of `relay.py`.
#[rpc_api(topic = "relay", version = "1.0")]
pub(crate) trait Relay {
    async fn relay(&self, ctx: &Context, topic: String, value: Value) -> Result<Value, Infallible>;
}
