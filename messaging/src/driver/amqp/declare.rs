//! Queues, declared in spite of what is in their way.

use std::sync::Arc;

use lapin::options::QueueDeleteOptions;

use super::channel::Channel;
use super::connection::Connection;
use super::fault;
use super::topology::Queue;
use crate::context::Deadline;
use crate::{Error, ErrorKind};

pub(super) async fn open_channel(
    connection: &Arc<Connection>,
    deadline: &Deadline,
) -> Result<Channel, Error> {
    connection.channel(deadline).await.map_err(|fault| {
        let fault = connection.explain(fault);
        let text = format!("{connection} opens no channel to consume on: {}", fault.words());
        fault.into_error(ErrorKind::Connection, text).with_next_step()
    })
}

/// Of two refusals the first, which says in what the options differ; a connection that was lost
/// meanwhile is told as that.
pub(super) fn first_of(first: &Error, second: Error) -> Error {
    if second.kind() == ErrorKind::Topology { first.clone() } else { second }
}

/// Declares `queue` on `channel`, or on one that takes its place.
///
/// A queue whose node went down is in the way of itself: the broker knows it and cannot say what
/// it is (404). A transient one is deleted and declared again, as the peer does it (wire document,
/// section 5.7); one that is shared may hold messages, and its node may come back with them. One
/// that is not durable and has stopped with its virtual host has lost them, and stays in the way.
///
/// Where another service has made the exchange as not durable, what is shared is declared so as
/// well, as the peer does it too.
pub(super) async fn declare(
    queue: &Queue,
    channel: Channel,
    deadline: &Deadline,
) -> Result<Channel, Error> {
    let error = match queue.declare(&channel, deadline).await {
        Ok(()) => return Ok(channel),
        Err(error) => error,
    };
    if let Some(queue) = queue.not_durable().filter(|_| fault::is_about_durable(&error)) {
        let channel = open_channel(&channel.connection, deadline).await?;
        queue.declare(&channel, deadline).await.map_err(|second| first_of(&error, second))?;
        tracing::warn!("{error}; it is declared as not durable");
        return Ok(channel);
    }
    let missed = queue.is_transient() && fault::is_not_found(&error);
    let emptied = !queue.durable && fault::is_stopped(&error);
    if !missed && !emptied {
        return Err(error);
    }
    tracing::warn!("{error}; it is deleted and declared again");
    // Each refusal costs the channel.
    let mut channel = open_channel(&channel.connection, deadline).await?;
    let deleting = channel.queue_delete(queue.name.clone(), QueueDeleteOptions::default());
    if channel.connection.bounded(deadline, deleting).await.is_err() {
        channel = open_channel(&channel.connection, deadline).await?;
    }
    queue.declare(&channel, deadline).await?;
    Ok(channel)
}
