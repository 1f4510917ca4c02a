//! Generated code is silent under lints that users turn on.

#![deny(warnings, missing_docs, missing_debug_implementations)]
#![deny(unused_qualifications, unreachable_pub, rust_2018_idioms, unused_results)]
#![deny(clippy::all, clippy::pedantic)]

use messaging::{Context, Failure, rpc_api};
use std::collections::HashMap;

/// Every shape of method.
#[rpc_api(topic = "lints", version = "1.1", namespace = "strict")]
pub trait Lints {
    /// Takes a lot.
    #[allow(clippy::too_many_arguments, clippy::fn_params_excessive_bools)]
    async fn many(
        &self,
        ctx: &Context,
        a: bool,
        b: bool,
        c: bool,
        d: bool,
        e: u32,
        f: u32,
        g: HashMap<String, u32>,
        #[rpc(since = "1.1")] h: String,
    ) -> Result<(), Failure>;

    /// Is not used any more.
    #[deprecated = "use `many`"]
    async fn old(&self, ctx: &Context) -> Result<u32, Failure>;

    /// Has a name of another language's.
    #[expect(non_snake_case)]
    async fn camelCase(&self, ctx: &Context) -> Result<u32, Failure>;

    /// Looks like a conversion.
    #[expect(clippy::wrong_self_convention)]
    async fn into_text(&self, _ctx: &Context, _under: u32) -> Result<String, Failure> {
        Ok(String::new())
    }

    /// Blocks.
    ///
    /// # Errors
    ///
    /// Always.
    #[must_use = "it is costly"]
    fn blocking(&self, ctx: &Context) -> Result<u32, Refused>;

    /// Takes what is configured.
    async fn conditional(
        &self,
        ctx: &Context,
        #[cfg(windows)] a: Missing,
        #[cfg(not(windows))] b: u32,
        #[cfg(windows)] c: Missing,
    ) -> Result<(), Failure>;

    /// Takes nothing that is configured.
    #[rpc(cast)]
    async fn nothing(&self, ctx: &Context, #[cfg(windows)] a: Missing);

    /// Tells.
    #[rpc(cast)]
    async fn tell(&self, ctx: &Context, text: String);
}

/// No method at all.
#[rpc_api(topic = "empty", version = "1.0")]
pub trait Empty {}

/// An error.
#[derive(Debug, messaging::RemoteError)]
pub enum Refused {
    /// It is closed.
    Closed,
    /// It is full.
    Full(u32),
    /// It is busy.
    Busy {
        /// Where.
        host: String,
    },
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

/// An error that never is.
#[derive(Debug, messaging::RemoteError)]
pub enum Never {}

impl std::fmt::Display for Never {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

mod private {
    use messaging::{Context, Failure, rpc_api};

    #[rpc_api(topic = "private", version = "1.0")]
    trait Private {
        async fn unused(&self, ctx: &Context) -> Result<u32, Failure>;
    }

    struct It;

    impl Private for It {
        async fn unused(&self, _: &Context) -> Result<u32, Failure> {
            Ok(1)
        }
    }

    pub(crate) fn use_it() {
        drop(PrivateEndpoint::new(It));
    }

    #[rpc_api(topic = "private", version = "1.0")]
    pub(crate) trait Restricted {
        async fn unused(&self, ctx: &Context) -> Result<u32, Failure>;
    }
}

fn main() {
    private::use_it();
    let _: Option<&dyn Fn() -> private::RestrictedClient> = None;
}
