//! Who a server is.

use serde::{Deserialize, Serialize};

/// Who a server is; the answer to [`Introspection::ping`](super::Introspection::ping).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Pong {
    /// The server's name.
    pub server: String,
    /// The topic that it serves.
    pub topic: String,
    /// What it is made with.
    pub library: Library,
    /// For how many seconds it has been there.
    pub uptime: f64,
    /// The id of its process, on its machine.
    pub pid: u32,
}

/// What a server is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Library {
    /// The library's name: `messaging`.
    pub name: String,
    /// Its version: `0.1.0`.
    pub version: String,
}

impl Library {
    /// This library.
    pub(crate) fn own() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
