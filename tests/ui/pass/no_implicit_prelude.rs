//! Nothing that is generated leans on the prelude.

#![no_implicit_prelude]

/// An error.
#[derive(::std::fmt::Debug, ::messaging::RemoteError)]
pub enum Refused {
    Closed,
    Full(u32, ::std::string::String),
    Busy { host: ::std::string::String },
}

impl ::std::fmt::Display for Refused {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.write_str("refused")
    }
}

#[::messaging::rpc_api(topic = "doors", version = "1.2", namespace = "house")]
pub trait Doors {
    #[rpc(timeout = "1500ms")]
    async fn open(
        &self,
        ctx: &::messaging::Context,
        door: ::std::string::String,
        #[rpc(since = "1.1")] force: bool,
        #[serde(default)] note: ::std::option::Option<::std::string::String>,
    ) -> ::std::result::Result<bool, Refused>;

    #[rpc(cast)]
    async fn ring(&self, ctx: ::messaging::Context);

    fn count(&self, ctx: &::messaging::Context) -> ::std::result::Result<u32, Refused>;

    #[rpc(cast)]
    fn log(&self, ctx: &::messaging::Context, line: ::std::string::String);
}

fn main() {}
