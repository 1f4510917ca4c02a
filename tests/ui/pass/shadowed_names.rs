//! What the module of the trait shadows is not picked up by mistake.

use messaging::{Context, Failure, rpc_api};

type R<T> = std::result::Result<T, Failure>;

#[allow(dead_code)]
pub struct Result;
#[allow(dead_code)]
pub struct Option;
#[allow(dead_code)]
pub struct Vec;
#[allow(dead_code)]
pub struct Box;
#[allow(dead_code)]
pub struct Arc;
#[allow(dead_code)]
pub struct String;
#[allow(dead_code)]
pub struct T;
#[allow(dead_code, non_snake_case)]
pub fn Some() {}
#[allow(dead_code, non_snake_case)]
pub fn None() {}
#[allow(dead_code, non_snake_case)]
pub fn Ok() {}
#[allow(dead_code, non_snake_case)]
pub fn Err() {}
#[allow(dead_code, non_upper_case_globals)]
static implementation: u32 = 1;
#[allow(dead_code, non_upper_case_globals)]
const failure: u32 = 1;
#[allow(dead_code)]
mod std_like {
    pub trait Clone {}
    pub trait Default {}
    pub trait Send {}
    pub trait Future {}
}
#[allow(unused_imports)]
use std_like::{Clone, Default, Future, Send};

#[rpc_api(topic = "shadows", version = "1.1")]
pub trait Shadows {
    async fn cast_one(
        &self,
        ctx: &Context,
        length: u32,
        #[rpc(since = "1.1")] width: u32,
    ) -> R<u32>;

    #[rpc(timeout = "1m")]
    fn measure(&self, ctx: &Context, #[serde(default)] width: u32) -> R<u32>;

    #[rpc(cast)]
    async fn drop_it(&self, ctx: &Context);
}

#[derive(Debug, messaging::RemoteError)]
pub enum Refused {
    Closed,
    Full(u32),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

#[allow(non_camel_case_types)]
type str = u32;

#[messaging::rpc_api(topic = "shadows", version = "1.0")]
pub trait Defaulted {
    async fn ping(&self, ctx: &Context, #[serde(default = "T::value")] count: u32) -> R<u32>;
}

impl T {
    fn value() -> str {
        3
    }
}

fn main() {}
