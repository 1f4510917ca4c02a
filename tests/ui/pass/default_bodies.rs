//! A method with a body need not be implemented, so adding one breaks no implementation.

use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "defaults", version = "1.1")]
pub trait Defaults {
    const LIMIT: usize = 3;

    async fn old(&self, ctx: &Context) -> Result<u32, Failure>;

    #[rpc(since = "1.1")]
    async fn new_one(&self, ctx: &Context, mut lines: Vec<String>) -> Result<Vec<String>, Failure>
    where
        Self: Sync,
    {
        if lines.is_empty() {
            return Err(Failure::new("builtins", "ValueError", "no lines"));
        }
        let count = self.old(ctx).await?;
        lines.push(count.to_string());
        lines.truncate(Self::LIMIT);
        Ok(lines)
    }

    async fn not_yet(&self, _ctx: &Context) -> Result<u32, Failure> {
        panic!("not served yet")
    }

    async fn coerced(&self, _ctx: &Context, early: bool) -> Result<Box<[u8]>, Failure> {
        if early {
            return Ok(Box::new([]));
        }
        Ok(Box::new([1, 2]))
    }

    #[rpc(cast)]
    async fn notice(&self, _: &Context, text: String) {
        drop(text);
    }

    fn blocking(&self, _: &Context, count: u32) -> Result<u32, Failure> {
        Ok(count + 1)
    }
}

struct It;

impl Defaults for It {
    async fn old(&self, _: &Context) -> Result<u32, Failure> {
        Ok(1)
    }
}

fn main() {
    let _ = DefaultsEndpoint::new(It);
}
