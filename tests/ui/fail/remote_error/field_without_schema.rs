use messaging::RemoteError;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct Door;

#[derive(Debug, RemoteError)]
#[remote(schema)]
pub enum ApiError {
    Locked { door: Door },
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("locked")
    }
}

fn main() {}
