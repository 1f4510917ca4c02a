//! What `call`, `cast` and `gather` share: a request from the command line.

mod args;
mod check;
mod given;
mod known;
mod reply;
mod schema;

pub(crate) use args::{Request, RequestArgs};
pub(crate) use check::kind;
pub(crate) use known::Known;
pub(crate) use reply::{Answer, compact, pretty, remote, remote_json};
