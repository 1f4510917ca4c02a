//! Documentation in every form reaches the client; what is text reaches the descriptor.

#![deny(warnings, missing_docs, rustdoc::all)]

use messaging::{Context, Failure, Proxy as _, rpc_api};

#[doc = include_str!("documentation.rs")]
#[rpc_api(topic = "documented", version = "1.0")]
pub trait Included {
    #[doc = concat!("Joined", " of two.")]
    async fn joined(&self, ctx: &Context) -> Result<(), Failure>;
}

/// Written. See [`Written::lines`] and [`WrittenClient::lines`].
#[doc(alias = "documented")]
#[rpc_api(topic = "documented", version = "1.0")]
pub trait Written {
    /// Two
    /// lines.
    ///
    /// # Errors
    ///
    /// None.
    #[doc(alias = "rows")]
    async fn lines(&self, ctx: &Context) -> Result<(), Failure>;

    /** A block. */
    #[rpc(cast)]
    async fn block(&self, ctx: &Context);

    #[doc = "An attribute, \"quoted\"."]
    #[cfg_attr(all(), doc = "Under a condition.")]
    fn attribute(&self, ctx: &Context) -> Result<(), Failure>;

    #[allow(missing_docs)]
    async fn none(&self, ctx: &Context) -> Result<(), Failure>;

    #[doc(hidden)]
    async fn hidden(&self, ctx: &Context) -> Result<(), Failure>;
}

fn main() {
    assert_eq!(WrittenClient::LINES.docs, "Two\nlines.\n\n# Errors\n\nNone.");
    assert_eq!(WrittenClient::BLOCK.docs, "A block.");
    assert!(WrittenClient::ATTRIBUTE.docs.starts_with("An attribute, \"quoted\"."));
    assert_eq!((WrittenClient::NONE.docs, WrittenClient::HIDDEN.docs), ("", ""));
    // The macro reads no files, and evaluates no macros.
    assert_eq!((IncludedClient::API.docs, IncludedClient::JOINED.docs), ("", ""));
}
