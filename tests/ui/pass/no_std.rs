//! Generated code names nothing of `std`.

#![no_std]

extern crate alloc;

#[messaging::rpc_api(topic = "small", version = "1.1")]
pub trait Small {
    async fn ping(
        &self,
        ctx: &messaging::Context,
        #[rpc(since = "1.1")] text: alloc::string::String,
    ) -> Result<u32, Refused>;

    fn pong(&self, ctx: &messaging::Context) -> Result<u32, Refused>;

    #[rpc(cast)]
    async fn tell(&self, _ctx: &messaging::Context) {}
}

#[derive(messaging::RemoteError)]
pub enum Refused {
    Closed,
    Full(u32),
    Busy { host: alloc::string::String },
}

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
