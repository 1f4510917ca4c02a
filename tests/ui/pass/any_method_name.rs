//! No method name is taken: not by the client's verbs, not by the variables of generated code.

use messaging::{Context, Failure, Proxy, Transport, rpc_api};

#[rpc_api(topic = "names", version = "1.0")]
pub trait Names {
    async fn new(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn prepare(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn call(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn cast(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn api(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn handle(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn clone(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn core(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn from_core(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn from_arc(&self, ctx: &Context) -> Result<u32, Failure>;
    async fn fmt(&self, ctx: &Context) -> Result<u32, Failure>;

    async fn variables(
        &self,
        context: &Context,
        implementation: u32,
        invocation: u32,
        unpack: u32,
        ctx: u32,
        runtime: u32,
    ) -> Result<u32, Failure>;

    fn blocking_variables(
        &self,
        context: &Context,
        implementation: u32,
        invocation: u32,
        unpack: u32,
        ctx: u32,
        runtime: u32,
    ) -> Result<u32, Failure>;
}

/// Those that came later have names for the compiler to speak of.
#[rpc_api(topic = "names", version = "1.1")]
pub trait Later {
    #[rpc(since = "1.1")]
    async fn a(&self, ctx: &Context, #[rpc(since = "1.1")] b: u32) -> Result<u32, Failure>;
    async fn of_a(&self, ctx: &Context, #[rpc(since = "1.1")] b: u32) -> Result<u32, Failure>;
    async fn parameters(&self, ctx: &Context, #[rpc(since = "1.1")] a: u32)
    -> Result<u32, Failure>;
}

fn call(transport: &Transport) {
    let names = <NamesClient as Proxy>::new(transport);
    drop(names.new());
    drop(names.prepare());
    drop(names.clone());
    drop(Clone::clone(&names).core());
}

fn main() {
    let _ = call;
    assert_eq!(<NamesClient as Proxy>::API.methods.len(), 13);
    assert_eq!(NamesClient::API.name, "api");
}
