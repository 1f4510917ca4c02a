//! Looking at a queue without changing anything.

use std::sync::Arc;

use lapin::options::QueueDeclareOptions;
use lapin::types::{FieldTable, ShortString};

use super::connection::Connection;
use super::fault::Refusal;
use super::link::Link;
use super::tries::Tries;
use crate::context::Deadline;
use crate::driver::Look;
use crate::{Error, ErrorKind};

/// How much of `queue` the broker tells.
///
/// By a passive declaration, on a channel of its own, since a refusal costs the channel.
pub(super) async fn look(
    link: &Link,
    queue: ShortString,
    deadline: &Deadline,
) -> Result<Look, Error> {
    let connection = link.current(deadline, &mut Tries::of(Some(0))).await?;
    look_over(&connection, queue, deadline).await
}

/// The same over a connection.
pub(super) async fn look_over(
    connection: &Arc<Connection>,
    queue: ShortString,
    deadline: &Deadline,
) -> Result<Look, Error> {
    let failed = |fault: super::fault::Fault| {
        let text = format!("queue `{queue}` cannot be looked at: {}", fault.words());
        fault.into_error(ErrorKind::Connection, text)
    };
    let channel = connection.channel(deadline).await.map_err(failed)?;
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let asking = channel.queue_declare(queue.clone(), passive, FieldTable::default());
    match connection.bounded(deadline, asking).await {
        Ok(seen) => Ok(Look::Queue {
            ready: seen.message_count().into(),
            consumers: seen.consumer_count().into(),
        }),
        Err(fault) => match fault.refusal() {
            Some(Refusal::NotFound) => Ok(Look::Missing),
            _ => Err(failed(fault)),
        },
    }
}
