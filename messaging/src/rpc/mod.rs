//! The calling and the serving side.

pub(crate) mod client;
pub(crate) mod dispatcher;
pub(crate) mod local;
mod reply;
pub(crate) mod server;

pub use reply::Reply;
