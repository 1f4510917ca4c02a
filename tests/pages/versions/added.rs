//! "I add an argument": as one would in a program of one piece.

use messaging::{Context, rpc_api};

#[rpc_api(topic = "greeter", version = "1.0", schema)]
pub trait Greeter {
    async fn greet(&self, ctx: &Context, name: String, politely: bool) -> Result<String, String>;
}

struct Friendly;

impl Greeter for Friendly {
    async fn greet(&self, _: &Context, name: String, politely: bool) -> Result<String, String> {
        Ok(if politely { format!("good day, {name}") } else { format!("hello, {name}") })
    }
}
