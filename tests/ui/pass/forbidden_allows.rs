//! What a crate forbids is not allowed behind its back.

#![forbid(dead_code, deprecated, unreachable_pub, unused, missing_docs, non_camel_case_types)]

mod called {
    use messaging::{Context, Proxy as _, Transport, rpc_api};

    #[rpc_api(topic = "called", version = "1.0")]
    trait Called<T: Send, const SIZE: usize> {
        async fn ping(&self, ctx: &Context, count: u32) -> Result<(), String>;

        fn pong(&self, ctx: &Context) -> Result<(), String>;
    }

    pub(crate) fn call(transport: &Transport) {
        drop(CalledClient::<u32, 3>::new(transport).ping(1));
    }
}

mod served {
    use messaging::{Context, rpc_api};

    #[rpc_api(topic = "served", version = "1.0")]
    trait Served {
        #[rpc(cast)]
        async fn ping(&self, ctx: &Context, count: u32);

        async fn pong(&self, _ctx: &Context) -> Result<u32, Closed> {
            Ok(1)
        }
    }

    #[rpc_api(topic = "nothing", version = "1.0")]
    trait Nothing {}

    #[derive(messaging::RemoteError)]
    pub(crate) enum Closed {
        ByWhom { whom: String },
    }

    impl std::fmt::Display for Closed {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let Self::ByWhom { whom } = self;
            write!(f, "closed by {whom}")
        }
    }

    struct It;

    impl Served for It {
        async fn ping(&self, _: &Context, _: u32) {}
    }

    impl Nothing for It {}

    pub(crate) fn serve() {
        drop(Closed::ByWhom { whom: String::new() });
        drop(ServedEndpoint::new(It));
        drop(NothingEndpoint::new(It));
    }
}

fn main() {
    served::serve();
    if let Some(transport) = None {
        called::call(transport);
    }
}
