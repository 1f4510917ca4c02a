//! `src/lib.rs` when the argument came.

use messaging::{Context, rpc_api};

/// Greets people.
#[rpc_api(topic = "greeter", version = "1.1", schema)]
pub trait Greeter {
    /// A greeting for `name`.
    async fn greet(
        &self,
        ctx: &Context,
        name: String,
        #[rpc(since = "1.1")] politely: bool,
    ) -> Result<String, String>;
}
