//! The context is taken by reference or by value, however its type is written.

use messaging::{Context, Failure, rpc_api};

type Ctx<'a> = &'a Context;
type Owned = Context;

macro_rules! api {
    ($name:ident, $ctx:ty, $param:ty, $nothing:ty) => {
        #[rpc_api(topic = "contexts", version = "1.1")]
        pub trait $name {
            async fn called(&self, ctx: $ctx, text: $param) -> Result<u32, Failure>;

            #[rpc(cast)]
            async fn cast(&self, ctx: $ctx) -> $nothing;

            #[rpc(cast)]
            fn blocking(&self, ctx: $ctx, #[rpc(since = "1.1")] text: $param);
        }
    };
}

macro_rules! written {
    () => {
        &Context
    };
}

api!(ByReference, &Context, String, ());
api!(ByValue, Context, String, ());

#[rpc_api(topic = "contexts", version = "1.0")]
#[allow(unused_parens)]
pub trait Contexts {
    async fn alias(&self, ctx: Ctx<'_>) -> Result<u32, Failure>;

    fn owned(&self, ctx: Owned) -> Result<u32, Failure>;

    #[rpc(cast)]
    async fn parentheses(&self, ctx: (&Context), count: (u32)) -> (());

    async fn by_macro(&self, ctx: written!()) -> Result<u32, Failure>;
}

fn main() {}
