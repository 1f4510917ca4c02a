//! Bounds of every kind on the trait reach the endpoint and the client; none is inferred.

#![deny(warnings)]

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use messaging::{Context, Failure, Proxy as _, RpcServer, Target, Transport, rpc_api};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub trait Model: Send + 'static {
    type Key: Serialize + DeserializeOwned + Send + Eq + Hash;
    const NAME: &'static str;
}

/// A projection, a constant with a default, a bound that ranges over lifetimes.
#[rpc_api(topic = "bounds", version = "1.1")]
pub trait Bounds<M: Model, const LIMIT: usize = 2, F = fn(&str) -> usize>: Send + Sync
where
    M::Key: Clone + Debug,
    for<'a> F: Fn(&'a str) -> usize + Send,
    Vec<M::Key>: Serialize,
    Self: Sized,
{
    async fn keys(&self, ctx: &Context, keys: Vec<M::Key>) -> Result<Vec<M::Key>, Failure> {
        let _ = ctx;
        Ok(keys.into_iter().take(LIMIT).collect())
    }

    fn rows(&self, ctx: &Context, rows: [u8; 2]) -> Result<[u8; 2], Failure>;

    #[rpc(since = "1.1", cast)]
    async fn forget(&self, ctx: &Context, key: M::Key)
    where
        Self: 'static;
}

/// Constants in types, and characters and flags as constants.
#[rpc_api(topic = "constants", version = "1.0")]
pub trait Constants<const FLAG: bool, const LETTER: char = 'x'> {
    async fn letter(&self, _ctx: &Context) -> Result<Option<char>, Failure> {
        Ok(FLAG.then_some(LETTER))
    }
}

pub struct Users;

impl Model for Users {
    type Key = String;
    const NAME: &'static str = "users";
}

struct Memory<M>(PhantomData<fn() -> M>);

impl<M: Model, const LIMIT: usize> Bounds<M, LIMIT> for Memory<M>
where
    M::Key: Clone + Debug,
{
    fn rows(&self, _: &Context, rows: [u8; 2]) -> Result<[u8; 2], Failure> {
        Ok(rows)
    }

    async fn forget(&self, _: &Context, key: M::Key) {
        println!("{}: {key:?}", M::NAME);
    }
}

impl<M> Constants<true> for Memory<M> {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let server = |topic| RpcServer::builder(&transport, Target::topic(topic).server("one"));
    let memory = BoundsEndpoint::<Users, 1, fn(&str) -> usize, _>::new(Memory(PhantomData));
    let _bounds = server("bounds").endpoint(memory).start().await.unwrap();
    let letters = ConstantsEndpoint::<true, 'x', _>::new(Memory::<Users>(PhantomData));
    let _constants = server("constants").endpoint(letters).start().await.unwrap();

    let bounds = BoundsClient::<Users, 1>::new(&transport);
    let keys = bounds.keys(vec!["a".into(), "b".into()]).await.unwrap();
    assert_eq!(keys, ["a"]);
    assert_eq!(bounds.rows([1, 2]).await.unwrap(), [1, 2]);
    bounds.forget("a".into()).await.unwrap();
    assert_eq!(ConstantsClient::<true>::new(&transport).letter().await.unwrap(), Some('x'));
}
