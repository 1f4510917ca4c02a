//! How a verb ends that asks the servers of a topic.

use std::time::Duration;

use messaging::driver::Look;

use super::{Asked, known, missing, nobody, with_known};
use crate::connect::Connection;
use crate::exit::{Exit, Failure};
use crate::text;

/// The end of a verb that needs an answer of somebody, and of everybody. Where nobody is, it tells who
/// is elsewhere.
pub(crate) async fn outcome<T>(
    asked: &Asked<T>,
    connection: &Connection,
    window: Duration,
) -> Result<(), Failure> {
    let topic = text::line(&asked.topic);
    if asked.heard.is_empty() && asked.consumers() == Some(0) {
        return Err(match (asked.queue, &asked.server) {
            (Look::Missing, server) => missing(connection, &asked.topic, server.as_deref()).await,
            (queue, Some(server)) => nobody(&format!("{topic}.{}", text::line(server)), queue),
            (queue, None) => {
                with_known(nobody(&topic, queue), &asked.topic, &known(&connection.settings))
            }
        });
    }
    let waited = crate::duration::show(window);
    match (asked.heard.len(), asked.silent()) {
        (0, _) => Err(Failure::new(
            Exit::Timeout,
            format!("no server of topic `{topic}` answered within {waited}"),
        )
        .hint("servers whose workers are all busy answer later: give more --timeout")),
        (_, 0) => Ok(()),
        (heard, silent) => Err(Failure::new(
            Exit::Timeout,
            format!(
                "{silent} of the {} servers of topic `{topic}` did not answer within {waited}",
                silent + u64::try_from(heard).unwrap_or(0)
            ),
        )),
    }
}
