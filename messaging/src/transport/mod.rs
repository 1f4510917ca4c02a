//! The road between client and server.

pub(crate) mod url;
