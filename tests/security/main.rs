//! The threat table of SECURITY.md: what a peer, or whoever may publish, can do, and what comes of it.
//! What does not depend on the driver runs on both.
#![allow(clippy::disallowed_methods)] // tests run on tokio, and may say so

#[path = "../it/bus.rs"]
#[expect(dead_code, reason = "some of it is for the target that it belongs to")]
mod bus;
mod callers;
mod failures;
mod headers;
mod limits;
mod malformed;
mod memory;
mod peer;
mod replies;
mod secrets;
mod vault;
