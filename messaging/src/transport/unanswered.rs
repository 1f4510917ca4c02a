//! The wait for an answer, and why none came.

use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use super::Transport;
use super::correlation::Answered;
use super::pending::{Answer, Place};
use super::runs::Runs;
use crate::context::Deadline;
use crate::driver::{Address, Look};
use crate::error::shortened;
use crate::runtime::{self, Runtime};
use crate::{Error, ErrorKind, Stage};

/// How long before its time is up a call looks why no answer comes: a quarter of the time that it
/// waits, and no more than this.
const LOOK: Duration = Duration::from_millis(500);

/// A call whose request the broker may have, and that waits for its answer.
pub(super) struct Wait<'a> {
    pub(super) transport: &'a Transport,
    pub(super) address: &'a Address,
    pub(super) deadline: &'a Deadline,
    /// How long it waits for each sign of life, if it wants them.
    pub(super) monitor: Option<Duration>,
    pub(super) mandatory: bool,
    /// Since when its time runs.
    pub(super) since: Instant,
}

/// What is known of a call that got no answer.
pub(super) struct Unanswered {
    /// Who said to run it.
    runs: Option<Runs>,
    /// The queue of who runs it, or else that of the topic.
    look: Look,
    /// Whether signs of life were missing rather than time.
    silent: bool,
}

impl Wait<'_> {
    /// The answer, at once when it comes. What is known of a call that gets none is gathered in the
    /// last of its time, so that calls that are answered pay nothing for it, neither time nor room:
    /// what is rare is in boxes of its own.
    pub(super) async fn answer(
        &self,
        answer: &mut Answer,
        place: &Place<'_>,
    ) -> Result<Answered, Unanswered> {
        let left = self.deadline.remaining();
        let look = LOOK.min(left / 4);
        if let Some(monitor) = self.monitor {
            return Box::pin(self.monitored(monitor, left, look, answer, place)).await;
        }
        match runtime::timeout(self.clock(), left - look, answer.wait()).await {
            Some(answered) => Ok(answered),
            None => {
                let waiting = answer.wait().map(Some);
                Box::pin(async { self.looking(pin!(waiting), look, place).await }).await
            }
        }
    }

    async fn monitored(
        &self,
        monitor: Duration,
        left: Duration,
        look: Duration,
        answer: &mut Answer,
        place: &Place<'_>,
    ) -> Result<Answered, Unanswered> {
        let mut waiting = pin!(answer.monitored(self.clock(), monitor));
        match runtime::timeout(self.clock(), left - look, waiting.as_mut()).await {
            Some(Some(answered)) => Ok(answered),
            Some(None) => Err(self.silent(look, place).await),
            None => self.looking(waiting, look, place).await,
        }
    }

    /// The answer in the last of the time, while it is looked why it does not come.
    async fn looking(
        &self,
        waiting: Pin<&mut impl Future<Output = Option<Answered>>>,
        look: Duration,
        place: &Place<'_>,
    ) -> Result<Answered, Unanswered> {
        let mut unanswered = Unanswered { runs: None, look: Look::Unknown, silent: false };
        let either = {
            let looking = pin!(async {
                unanswered.runs = place.runs();
                unanswered.look = self.look(unanswered.runs.as_ref()).await;
                std::future::pending::<()>().await;
            });
            let either = select(waiting, looking);
            match runtime::timeout(self.clock(), self.deadline.remaining(), either).await {
                Some(Either::Left((answered, _))) => Some(answered),
                Some(Either::Right(_)) | None => None,
            }
        };
        match either {
            Some(Some(answered)) => return Ok(answered),
            Some(None) => return Err(self.silent(look, place).await),
            None => unanswered.runs = place.runs().or(unanswered.runs),
        }
        Err(unanswered)
    }

    /// What is known where signs of life are missing.
    async fn silent(&self, look: Duration, place: &Place<'_>) -> Unanswered {
        let runs = place.runs();
        let within = look.min(self.deadline.remaining());
        let seen = runtime::timeout(self.clock(), within, self.look(runs.as_ref())).await;
        Unanswered { look: seen.unwrap_or(Look::Unknown), runs, silent: true }
    }

    fn clock(&self) -> &dyn Runtime {
        &**self.transport.runtime()
    }

    /// Looks at the queue of the server that runs the call, or at that which has its request.
    async fn look(&self, runs: Option<&Runs>) -> Look {
        let own = match (self.address, runs) {
            (Address::Topic { exchange, topic, .. }, Some(runs)) => Address::Topic {
                exchange: exchange.clone(),
                topic: topic.clone(),
                server: Some(runs.server.clone()),
            },
            _ => self.address.clone(),
        };
        let inner = &self.transport.inner;
        inner.looking.at(&own, LOOK, &*inner.driver, &*inner.runtime).await
    }
}

impl Unanswered {
    /// The error that says so; `named` is how a server's log names the call.
    pub(super) fn error(self, wait: &Wait<'_>, named: &str) -> Error {
        let (address, monitor) = (wait.address, wait.monitor.unwrap_or_default());
        let missing = match self.silent {
            true => format!(
                "no sign of life came from {address} for {monitor:?}, the time that the call is monitored {named}"
            ),
            false => format!("no reply came in time from {address} {named}"),
        };
        let (stage, why) = self.why(wait);
        // Whoever monitors a call is told that, whatever else is known.
        let stage = if self.silent { Stage::Monitoring } else { stage };
        let replies = &wait.transport.inner.replies;
        let unreadable = replies.unreadable_since(wait.since).map(|error| {
            format!("; a message that cannot be read, {error}, came to the reply queue meanwhile")
        });
        let unreadable = unreadable.unwrap_or_default();
        Error::new(ErrorKind::Timeout, format!("{missing}{unreadable}; {why}")).with_stage(stage)
    }

    fn why(&self, wait: &Wait<'_>) -> (Stage, String) {
        if let Some(runs) = &self.runs {
            return self.of_who_runs(runs, wait);
        }
        match self.look {
            Look::Missing if !wait.mandatory => (
                Stage::Queue,
                "there is no queue for it, and the request was not mandatory, so that this was not \
                 told at once: start a server of the topic"
                    .to_owned(),
            ),
            Look::Missing => (
                Stage::Queue,
                "the queue that had taken the request is not there any more: it was deleted, or \
                 the node of the broker that held it went down; look whether a server of the topic \
                 runs, and call again if the method is idempotent"
                    .to_owned(),
            ),
            Look::Queue { ready, consumers: 0 } => (
                Stage::NoConsumer,
                format!(
                    "nobody takes messages from its queue, in which {ready} wait (0 consumers): \
                     start a server of the topic; the request is dropped, since its time is up"
                ),
            ),
            Look::Queue { ready: ready @ 1.., consumers } => (
                Stage::Waiting,
                format!(
                    "{ready} messages wait in its queue for {consumers} consumers, which are busy: \
                     start more servers, or give them more workers; or allow more time with \
                     `.timeout(..)`"
                ),
            ),
            Look::Queue { ready: 0, consumers } => (
                Stage::Answering,
                format!(
                    "its queue is empty and has {consumers} consumers, so one of them has the \
                     request and has not said that it runs it: its workers are busy, or it is no \
                     server of this library; look at them, or allow more time with `.timeout(..)`"
                ),
            ),
            Look::Unknown if self.silent => (
                Stage::Monitoring,
                "the server died, was cut off, or is one that gives none: look at it, and call \
                 again if the method is idempotent"
                    .to_owned(),
            ),
            Look::Unknown if wait.mandatory => (
                Stage::Answering,
                "a queue has taken the request, so a server is slow, stuck, or gone with its queue \
                 left behind: look at the queue's consumers, or allow more time with `.timeout(..)`"
                    .to_owned(),
            ),
            Look::Unknown => (
                Stage::Answering,
                "the request was not mandatory, so there may be no server at all: without \
                 `.mandatory(false)` that is told"
                    .to_owned(),
            ),
        }
    }

    fn of_who_runs(&self, runs: &Runs, wait: &Wait<'_>) -> (Stage, String) {
        let server = shortened(&runs.server);
        let now = wait.transport.runtime().now();
        let after = rounded(runs.began.saturating_duration_since(wait.since));
        let ago = rounded(now.saturating_duration_since(runs.told));
        let accepted = format!(
            "server `{server}` began it {after:?} after the call was made, and said {ago:?} ago \
             that it runs"
        );
        match self.look {
            Look::Missing | Look::Queue { consumers: 0, .. } => (
                Stage::ServerGone,
                format!(
                    "{accepted}; it is gone since: it died or was cut off from the broker; call \
                     again if the method is idempotent, and else look first what it has done"
                ),
            ),
            Look::Queue { .. } | Look::Unknown => (
                Stage::Running,
                format!("{accepted}; it is slow or stuck: allow more time with `.timeout(..)`"),
            ),
        }
    }
}

/// To milliseconds, which is what a reader wants.
fn rounded(duration: Duration) -> Duration {
    Duration::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
