#![doc = include_str!("../docs/lib.md")]

mod document;
mod bounds;
mod unique;
mod schema;
mod asyncapi;
mod snippet;
mod html;
pub mod live;
pub mod server;

pub use asyncapi::{ASYNCAPI, asyncapi};
pub use document::{Document, DocumentError};
pub use html::{Mode, page};
pub use snippet::{Snippet, snippets};
