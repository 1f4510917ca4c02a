//! Asking the servers of a topic what they tell of themselves.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, StreamExt as _};
use messaging::driver::Look;
use messaging::introspection::Introspection;
use messaging::{Call, CallError, Error, ErrorKind, Target};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connect::Connection;
use crate::exit::{Exit, Failure};

/// What became of a question to the servers of a topic.
#[derive(Debug)]
pub(crate) struct Asked<T> {
    pub(crate) topic: String,
    /// The one server that was asked; none if all were.
    pub(crate) server: Option<String>,
    /// The topic's queue, or that of the one server that was asked.
    pub(crate) queue: Look,
    /// In the order of their names, and those without one at the end.
    pub(crate) heard: Vec<Heard<T>>,
}

/// What one server said.
#[derive(Debug)]
pub(crate) struct Heard<T> {
    /// Its name; servers in Python do not say theirs.
    pub(crate) server: Option<String>,
    pub(crate) after: Duration,
    pub(crate) said: Said<T>,
}

/// What was said.
#[derive(Debug)]
pub(crate) enum Said<T> {
    /// The answer.
    Told(T),
    /// That it has no such API: a server in Python, or one that is made without it. It works.
    Nothing,
    /// Another error.
    Failed(Error),
}

impl<T> Asked<T> {
    /// How many consume the queue: one for each server, of whatever language.
    pub(crate) fn consumers(&self) -> Option<u64> {
        match self.queue {
            Look::Queue { consumers, .. } => Some(consumers),
            Look::Missing => Some(0),
            _ => None,
        }
    }

    /// How many messages wait in the queue.
    pub(crate) fn ready(&self) -> Option<u64> {
        match self.queue {
            Look::Queue { ready, .. } => Some(ready),
            _ => None,
        }
    }

    /// How many consume the queue and did not answer in time.
    pub(crate) fn silent(&self) -> u64 {
        let heard = u64::try_from(self.heard.len()).unwrap_or(u64::MAX);
        self.consumers().map_or(0, |consumers| consumers.saturating_sub(heard))
    }

    /// The answers, with who gave them.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&Heard<T>, &T)> {
        self.heard.iter().filter_map(|heard| match &heard.said {
            Said::Told(told) => Some((heard, told)),
            Said::Nothing | Said::Failed(_) => None,
        })
    }
}

/// That nobody serves a topic.
pub(crate) fn nobody(topic: &str, queue: Look) -> Failure {
    match queue {
        Look::Missing => Failure::new(
            Exit::Nobody,
            format!("nobody serves topic `{topic}`: the broker has no such queue"),
        ),
        _ => Failure::new(
            Exit::Nobody,
            format!("nobody serves topic `{topic}`: its queue is there, and nobody reads it"),
        ),
    }
}

/// Asks every server of a topic, or the one named, and waits until all have answered that read its
/// queue, or the window has passed.
///
/// # Errors
///
/// If the broker cannot be asked. That nobody is there, or a server's error, is none.
pub(crate) async fn ask<T>(
    connection: &Connection,
    topic: &str,
    server: Option<&str>,
    window: Duration,
    question: fn(&Introspection) -> Call<Result<T, Infallible>>,
) -> Result<Asked<T>, Failure>
where
    T: Serialize + DeserializeOwned + Send + 'static,
{
    let queue = connection.look(topic, server, window).await?;
    let (heard, server_asked) = (Vec::new(), server.map(str::to_owned));
    let mut asked = Asked { topic: topic.to_owned(), server: server_asked, queue, heard };
    if asked.consumers() == Some(0) {
        return Ok(asked);
    }
    let mut target = Target::topic(topic);
    target.server = server.map(str::to_owned);
    let call = question(&Introspection::of(&connection.transport, target)?);
    let begun = Instant::now();
    if let Some(server) = server {
        let said = said(call.timeout(window).await);
        // Whoever does not answer is not heard.
        if !matches!(&said, Said::Failed(error) if error.is_timeout()) {
            let server = Some(server.to_owned());
            asked.heard.push(Heard { server, after: begun.elapsed(), said });
        }
        return Ok(asked);
    }
    let mut gather = call.gather(window);
    if let Some(consumers) = asked.consumers() {
        gather = gather.all_of(usize::try_from(consumers).unwrap_or(usize::MAX));
    }
    let mut answers = gather.await?;
    while let Some(answer) = answers.next().await {
        let (server, said) = (answer.server, said(answer.result));
        asked.heard.push(Heard { server, after: begun.elapsed(), said });
    }
    asked.heard.sort_by_key(|it| (it.server.is_none(), it.server.clone()));
    Ok(asked)
}

fn said<T>(result: Result<T, CallError<Infallible>>) -> Said<T> {
    match result {
        Ok(told) => Said::Told(told),
        Err(CallError::Remote(never)) => match never {},
        Err(CallError::Rpc(error)) => match error.kind() {
            ErrorKind::UnsupportedVersion | ErrorKind::NoSuchMethod => Said::Nothing,
            _ => Said::Failed(error),
        },
    }
}

/// The same of several topics at once, in their order; eight at a time.
pub(crate) async fn each<T>(
    connection: &Connection,
    topics: &[String],
    window: Duration,
    question: fn(&Introspection) -> Call<Result<T, Infallible>>,
) -> Result<Vec<Asked<T>>, Failure>
where
    T: Serialize + DeserializeOwned + Send + 'static,
{
    // Boxed, since the compiler cannot tell otherwise that it may go to another thread.
    let asked = topics.iter().map(|topic| ask(connection, topic, None, window, question).boxed());
    let asked: Vec<_> = futures_util::stream::iter(asked).buffered(8).collect().await;
    asked.into_iter().collect()
}
