//! What every side of ours serves and calls.

use messaging::{Context, rpc_api};

/// Gives back what it is given, as every subject here does.
#[rpc_api(topic = "bench", version = "1.0")]
pub trait Bench {
    /// The text again.
    async fn echo(&self, ctx: &Context, data: String) -> Result<String, String>;

    /// The same of a method that may run again: it is acknowledged when it has run.
    #[rpc(idempotent)]
    async fn echo_again(&self, ctx: &Context, data: String) -> Result<String, String>;

    /// Takes it and answers nothing.
    #[rpc(cast)]
    async fn note(&self, ctx: &Context, data: String);
}

/// It.
#[derive(Clone, Copy, Debug)]
pub struct Echo;

impl Bench for Echo {
    async fn echo(&self, _: &Context, data: String) -> Result<String, String> {
        Ok(data)
    }

    async fn echo_again(&self, _: &Context, data: String) -> Result<String, String> {
        Ok(data)
    }

    async fn note(&self, _: &Context, _: String) {}
}
