//! `src/lib.rs`, where it begins.

use messaging::{Context, rpc_api};

/// Greets people.
#[rpc_api(topic = "greeter", version = "1.0", schema)]
pub trait Greeter {
    /// A greeting for `name`.
    async fn greet(&self, ctx: &Context, name: String) -> Result<String, String>;
}
