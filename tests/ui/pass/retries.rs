//! Calls and casts of what may run twice are made again.
#![deny(warnings)]

use std::time::Duration;

use messaging::{AtMostOnce, Call, CallError, Cast, Context, Error, Idempotent, RetryPolicy, rpc_api};

#[rpc_api(topic = "t", version = "1.0")]
pub trait Api {
    #[rpc(idempotent)]
    async fn ask(&self, ctx: &Context) -> Result<u8, String>;

    #[rpc(idempotent, cast)]
    async fn tell(&self, ctx: &Context);

    async fn once(&self, ctx: &Context) -> Result<u8, String>;

    #[rpc(cast)]
    async fn tell_once(&self, ctx: &Context);
}

pub async fn again(client: &ApiClient) -> Result<u8, CallError<String>> {
    let policy = RetryPolicy::new().attempts(3);
    let told: Result<(), Error> = client.tell().fanout().retry(policy.clone()).await;
    let cast: Cast<Idempotent> = client.ask().cast();
    let cast = cast.retry(policy.clone()).when(|error| error.is_timeout()).await;
    told.and(cast)?;
    let call: Call<Result<u8, String>, Idempotent> = client.ask();
    drop(client.ask().gather(Duration::from_secs(1)));
    call.timeout(Duration::from_secs(3)).retry(policy).await
}

pub fn at_most_once(client: &ApiClient) -> (Call<Result<u8, String>>, Cast<AtMostOnce>) {
    (client.once(), client.tell_once())
}

fn main() {}
