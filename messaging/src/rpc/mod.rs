//! The calling and the serving side.

pub(crate) mod client;
pub(crate) mod dispatcher;
mod reply;
pub(crate) mod server;

pub use reply::Reply;
