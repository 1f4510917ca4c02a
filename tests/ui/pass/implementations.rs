//! A trait is implemented as any trait is: for many types at once, behind a pointer, by a macro, by
//! hand without `async`.

#![deny(warnings)]

use std::future::{Ready, ready};
use std::sync::Arc;

use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};

#[rpc_api(topic = "named", version = "1.0")]
pub trait Named {
    async fn name(&self, ctx: &Context, loud: bool) -> Result<String, String>;
}

/// For all that can be shown.
#[rpc_api(topic = "shown", version = "1.0")]
pub trait Shown {
    async fn show(&self, ctx: &Context) -> Result<String, String>;
}

impl<T: std::fmt::Display + Sync> Shown for T {
    async fn show(&self, _: &Context) -> Result<String, String> {
        Ok(self.to_string())
    }
}

/// By hand: the future need not come of an `async fn`.
struct Fixed(&'static str);

impl Named for Fixed {
    #[allow(refining_impl_trait, clippy::manual_async_fn)]
    fn name(&self, _: &Context, loud: bool) -> Ready<Result<String, String>> {
        ready(Ok(if loud { self.0.to_uppercase() } else { self.0.to_owned() }))
    }
}

/// Behind a pointer.
impl<T: Named + Send + Sync> Named for Arc<T> {
    async fn name(&self, ctx: &Context, loud: bool) -> Result<String, String> {
        T::name(self, ctx, loud).await
    }
}

macro_rules! named {
    ($($ty:ident)*) => {
        $(struct $ty;

        impl Named for $ty {
            async fn name(&self, _: &Context, _: bool) -> Result<String, String> {
                Ok(stringify!($ty).to_owned())
            }
        })*
    };
}

named!(One Two);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let server = |topic, name: &str| {
        RpcServer::builder(&transport, Target::topic(topic).server(name.to_owned()))
    };
    let fixed = NamedEndpoint::new(Arc::new(Fixed("fixed")));
    let _fixed = server("named", "fixed").endpoint(fixed).start().await.unwrap();
    let _one = server("named", "one").endpoint(NamedEndpoint::new(One)).start().await.unwrap();
    let _two = server("named", "two").endpoint(NamedEndpoint::new(Two)).start().await.unwrap();
    let _shown = server("shown", "one").endpoint(ShownEndpoint::new(7)).start().await.unwrap();

    for (name, expected) in [("fixed", "FIXED"), ("one", "One"), ("two", "Two")] {
        let named = NamedClient::new(&transport).prepare().server(name).build().unwrap();
        assert_eq!(named.name(true).await.unwrap(), expected);
    }
    assert_eq!(ShownClient::new(&transport).show().await.unwrap(), "7");
}
