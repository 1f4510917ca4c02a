//! What RabbitMQ's management plugin tells over HTTP.

mod api;
mod judge;

use std::time::Duration;

use super::report::Item;
use crate::bus::Management;

/// What it tells of a virtual host and the nodes. Blocks the thread.
pub(super) fn look(management: &Management, virtual_host: &str, within: Duration) -> Vec<Item> {
    match api::ask(management, within) {
        Ok(told) => judge::all(&told, virtual_host),
        Err(failure) => {
            vec![Item::finding("management", failure.message).advise(failure.hints.join("; "))]
        }
    }
}
