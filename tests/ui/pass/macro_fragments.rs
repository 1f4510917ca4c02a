//! A trait that a macro by example makes, of every kind of fragment.

#![deny(warnings)]

use messaging::{Context, Failure, Proxy as _, RpcServer, Target, Transport, rpc_api};

fn one() -> u32 {
    1
}

macro_rules! api {
    (
        $(#[$meta:meta])* $vis:vis trait $name:ident: $topic:literal $version:literal;
        fn $method:ident($($argument:ident: $ty:ty $(= $default:literal)?),*) -> $output:ty $body:block
    ) => {
        $(#[$meta])*
        #[rpc_api(topic = $topic, version = $version)]
        $vis trait $name {
            #[rpc(name = "travelling", timeout = "5s")]
            async fn $method(
                &self,
                _ctx: &Context,
                $($(#[serde(default = $default)])? $argument: $ty),*
            ) -> $output $body

            fn blocking(&self, ctx: &Context, $($argument: $ty),*) -> $output;
        }
    };
}

api! {
    /// By pieces.
    #[allow(clippy::used_underscore_binding)]
    pub(crate) trait Pieces: "pieces" "1.0";
    fn add(a: u32, b: u32 = "one") -> Result<u32, Failure> { Ok(a + b) }
}

struct It;

impl Pieces for It {
    async fn add(&self, _: &Context, a: u32, b: u32) -> Result<u32, Failure> {
        Ok(a + b)
    }

    fn blocking(&self, _: &Context, a: u32, b: u32) -> Result<u32, Failure> {
        Ok(a * b)
    }
}

// The whole trait as tokens.
macro_rules! whole {
    ($($tokens:tt)*) => {
        #[rpc_api(topic = "whole", version = "1.1")]
        $($tokens)*
    };
}

whole! {
    trait Whole {
        async fn greet(&self, ctx: &Context, #[rpc(since = "1.1")] name: String) -> Result<String, Failure>;
    }
}

// The same as one item, which comes in a group that cannot be seen.
macro_rules! item {
    ($item:item) => {
        $item
    };
}

item! {
    #[rpc_api(topic = "item", version = "1.0")]
    trait Item {
        async fn greet(&self, ctx: &Context, name: String) -> Result<String, Failure>;
    }
}

// A method for each name, some by another macro.
macro_rules! methods {
    ($trait:ident { $($method:ident($path:path, $ctx:ty))* }) => {
        #[rpc_api(topic = "methods", version = "1.0")]
        trait $trait {
            $(async fn $method(&self, ctx: $ctx, value: $path) -> Result<$path, Failure>;)*
        }

        impl $trait for It {
            $(async fn $method(&self, _: $ctx, value: $path) -> Result<$path, Failure> {
                Ok(value)
            })*
        }
    };
}

macro_rules! outer {
    ($name:ident) => {
        methods!($name { text(std::string::String, &Context) number(u64, Context) });
    };
}

outer!(Methods);

impl Whole for It {
    async fn greet(&self, _: &Context, name: String) -> Result<String, Failure> {
        Ok(name)
    }
}

impl Item for It {
    async fn greet(&self, _: &Context, name: String) -> Result<String, Failure> {
        Ok(name)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    for topic in ["pieces", "whole", "item", "methods"] {
        let server = RpcServer::builder(&transport, Target::topic(topic).server("one"));
        let server = match topic {
            "pieces" => server.endpoint(PiecesEndpoint::new(It)),
            "whole" => server.endpoint(WholeEndpoint::new(It)),
            "item" => server.endpoint(ItemEndpoint::new(It)),
            _ => server.endpoint(MethodsEndpoint::new(It)),
        };
        std::mem::forget(server.start().await.unwrap());
    }
    let pieces = PiecesClient::new(&transport);
    assert_eq!(pieces.add(2, 3).await.unwrap(), 5);
    assert_eq!(pieces.blocking(2, 3).await.unwrap(), 6);
    assert_eq!(PiecesClient::ADD.name, "travelling");
    assert_eq!(WholeClient::new(&transport).greet("a".into()).await.unwrap(), "a");
    assert_eq!(ItemClient::new(&transport).greet("b".into()).await.unwrap(), "b");
    let methods = MethodsClient::new(&transport);
    assert_eq!(methods.text("c".into()).await.unwrap(), "c");
    assert_eq!(methods.number(7).await.unwrap(), 7);
}
