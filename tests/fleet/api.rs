//! The API of the fleet at two versions, as two builds of a program have it: what `fleet.py` has,
//! as Rust traits.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long a method works: a server that is stopped has some under way.
const WORK: Duration = Duration::from_millis(5);

/// What every method answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) server: String,
    /// Which start of that server it was, from 1.
    pub(crate) start: u32,
    /// The version of the API that it runs.
    pub(crate) version: String,
    pub(crate) value: Value,
}

/// One start of a server, at whichever version.
pub(crate) struct Service {
    server: String,
    start: u32,
    ran: Arc<AtomicU64>,
}

impl Service {
    /// Counts in `ran` what it runs.
    pub(crate) fn new(server: &str, start: u32, ran: &Arc<AtomicU64>) -> Self {
        Self { server: server.to_owned(), start, ran: Arc::clone(ran) }
    }

    async fn answer(&self, version: &str, value: Value) -> Result<Answer, Infallible> {
        self.ran.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(WORK).await;
        let (server, version) = (self.server.clone(), version.to_owned());
        Ok(Answer { server, start: self.start, version, value })
    }
}

/// What the fleet begins with.
pub(crate) mod old {
    use std::convert::Infallible;

    use messaging::{Context, rpc_api};
    use serde_json::json;

    use super::{Answer, Service};

    #[rpc_api(topic = "fleet", version = "2.5")]
    pub(crate) trait Fleet {
        async fn echo(&self, ctx: &Context, value: String) -> Result<Answer, Infallible>;
        async fn add(&self, ctx: &Context, a: i64, b: i64) -> Result<Answer, Infallible>;
    }

    impl Fleet for Service {
        async fn echo(&self, _: &Context, value: String) -> Result<Answer, Infallible> {
            self.answer("2.5", json!(value)).await
        }

        async fn add(&self, _: &Context, a: i64, b: i64) -> Result<Answer, Infallible> {
            self.answer("2.5", json!(a + b)).await
        }
    }
}

/// What it is upgraded to: a new parameter, and a new method.
pub(crate) mod new {
    use std::convert::Infallible;

    use messaging::{Context, rpc_api};
    use serde_json::json;

    use super::{Answer, Service};

    #[rpc_api(topic = "fleet", version = "2.6")]
    pub(crate) trait Fleet {
        async fn echo(
            &self,
            ctx: &Context,
            value: String,
            #[rpc(since = "2.6")] twice: bool,
        ) -> Result<Answer, Infallible>;
        async fn add(&self, ctx: &Context, a: i64, b: i64) -> Result<Answer, Infallible>;
        #[rpc(since = "2.6")]
        async fn multiply(&self, ctx: &Context, a: i64, b: i64) -> Result<Answer, Infallible>;
    }

    impl Fleet for Service {
        async fn echo(
            &self,
            _: &Context,
            value: String,
            twice: bool,
        ) -> Result<Answer, Infallible> {
            let value = if twice { value.repeat(2) } else { value };
            self.answer("2.6", json!(value)).await
        }

        async fn add(&self, _: &Context, a: i64, b: i64) -> Result<Answer, Infallible> {
            self.answer("2.6", json!(a + b)).await
        }

        async fn multiply(&self, _: &Context, a: i64, b: i64) -> Result<Answer, Infallible> {
            self.answer("2.6", json!(a * b)).await
        }
    }
}
