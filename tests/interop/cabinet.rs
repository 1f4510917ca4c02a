//! An API for what Python writes that JSON does not have (wire document, section 7.2).

use std::convert::Infallible;

use messaging::{Context, rpc_api};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Floats that are no numbers, half a surrogate pair, an integer beyond 64 bits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Odd {
    nan: f64,
    inf: f64,
    minus_inf: Option<f64>,
    surrogate: String,
    big: u128,
}

impl Odd {
    /// The same as Python writes it.
    pub(crate) const JSON: &str = r#"{"nan": NaN, "inf": Infinity, "minus_inf": -Infinity,
        "surrogate": "\ud800", "big": 1180591620717411303424}"#;

    pub(crate) fn assert_whole(&self) {
        assert!(self.nan.is_nan(), "{self:?}");
        assert_eq!((self.inf, self.minus_inf), (f64::INFINITY, Some(f64::NEG_INFINITY)));
        assert_eq!((self.surrogate.as_str(), self.big), ("\u{fffd}", 1 << 70));
    }
}

/// Null namespace, version 1.0.
#[rpc_api(topic = "odd", version = "1.0")]
pub(crate) trait Curiosities {
    async fn look(&self, ctx: &Context, all: Vec<Odd>, load: f32) -> Result<u128, Infallible>;
    async fn keep(&self, ctx: &Context, value: Value) -> Result<Value, Infallible>;
}

pub(crate) struct Cabinet;

impl Curiosities for Cabinet {
    async fn look(&self, _: &Context, all: Vec<Odd>, load: f32) -> Result<u128, Infallible> {
        all.iter().for_each(Odd::assert_whole);
        assert!(load.is_nan());
        Ok(all[0].big)
    }

    async fn keep(&self, _: &Context, value: Value) -> Result<Value, Infallible> {
        Ok(value)
    }
}
