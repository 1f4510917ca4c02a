//! A call that is made again where it fails.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tracing::Instrument as _;

use super::RetryPolicy;
use super::outgoing::Outgoing;
use crate::context::Deadline;
use crate::rpc::Reply;
use crate::telemetry::Verb;
use crate::wire::new_id;
use crate::{CallError, Error};

/// A call, or a cast, that is made again where it fails; awaiting gives what the call gives.
/// [`Call::retry`](super::Call::retry) and [`Cast::retry`](super::Cast::retry) make one.
///
/// It is made again after errors that may pass by themselves
/// ([`is_transient`](Error::is_transient)): time-outs, nobody there, a connection that was lost, a
/// server that shuts down or has cut the method off. The method's own errors, and all others, end
/// it, unless [`when`](Self::when) says otherwise. The error that it ends with is that of the last
/// attempt, and [`Error::attempts`] says how many there were.
///
/// Each attempt is a message of its own, with ids of its own, so the method may run once for each
/// attempt. A server of this library that has answered an earlier attempt with a result remembers
/// it for a while and answers with it again; a failure is not remembered. An attempt that timed out
/// is ended where it runs, as any call is, and its answer is dropped if it comes late.
///
/// A server acknowledges the message of an idempotent method after it ran, and gives it back when
/// it shuts down: that another server takes over needs no retry.
///
/// ```
/// # use messaging::{CallError, Context, Failure, RetryPolicy, Transport};
/// # #[cfg(feature = "macros")]
/// # mod example {
/// # use messaging::*;
/// #[rpc_api(topic = "scheduler", version = "2.0")]
/// trait Scheduler {
///     #[rpc(idempotent)]
///     async fn hosts(&self, ctx: &Context) -> Result<Vec<String>, String>;
/// }
///
/// # async fn example(scheduler: &SchedulerClient) -> Result<(), Box<dyn std::error::Error>> {
/// let hosts = scheduler
///     .hosts()
///     .retry(RetryPolicy::new().attempts(5))
///     .when(|error| error.is_transient() || error.remote().is_some_and(|own| own == "busy"))
///     .await?;
/// # Ok(()) }
/// # }
/// ```
#[must_use = "it is sent when it is awaited"]
pub struct Retried<T, E> {
    outgoing: Result<Box<Outgoing>, Error>,
    verb: Verb,
    policy: RetryPolicy,
    when: Option<Box<When<E>>>,
    attempt: Attempt<T, E>,
    /// The error as one of the road; none if it is the method's own.
    rpc: fn(&E) -> Option<&Error>,
}

type When<E> = dyn Fn(&E) -> bool + Send + Sync;

/// One attempt, until the deadline.
type Attempt<T, E> = for<'a> fn(&'a Outgoing, &'a Deadline) -> BoxFuture<'a, Result<T, E>>;

impl<T, E> Retried<T, CallError<E>> {
    pub(super) fn of_call<R>(outgoing: Result<Box<Outgoing>, Error>, policy: RetryPolicy) -> Self
    where
        R: Reply<Ok = T, Err = E>,
    {
        let attempt: Attempt<T, _> = |outgoing, deadline| {
            Box::pin(async { outgoing.read::<R>(outgoing.exchange(deadline).await?) })
        };
        Self { outgoing, verb: Verb::Call, policy, when: None, attempt, rpc: CallError::rpc }
    }
}

impl Retried<(), Error> {
    pub(super) fn of_cast(outgoing: Result<Box<Outgoing>, Error>, policy: RetryPolicy) -> Self {
        let attempt: Attempt<(), _> = |outgoing, deadline| Box::pin(outgoing.send(deadline));
        let rpc: fn(&Error) -> Option<&Error> = |error| Some(error);
        Self { outgoing, verb: Verb::Cast, policy, when: None, attempt, rpc }
    }
}

impl<T, E: From<Error>> Retried<T, E> {
    /// After which errors it is made again, in place of those that may pass by themselves.
    pub fn when(mut self, when: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        self.when = Some(Box::new(when));
        self
    }

    /// One span for all attempts, as the conventions want it.
    async fn run(self) -> Result<T, E> {
        let Self { outgoing, verb, policy, when, attempt, rpc } = self;
        let mut outgoing = outgoing?;
        let watched = outgoing.watched(verb);
        let attempts = attempts(outgoing, policy, when, attempt, rpc);
        let Some(watched) = watched else { return attempts.await };
        let ended = Box::pin(attempts).instrument(watched.span()).await;
        match ended.as_ref().map_err(rpc) {
            Ok(_) => watched.succeeded(),
            Err(Some(error)) => watched.ended_with(error.kind()),
            Err(None) => watched.failed(None),
        }
        ended
    }
}

async fn attempts<T, E: From<Error>>(
    mut outgoing: Box<Outgoing>,
    policy: RetryPolicy,
    when: Option<Box<When<E>>>,
    attempt: Attempt<T, E>,
    rpc: fn(&E) -> Option<&Error>,
) -> Result<T, E> {
    outgoing.key = Some(new_id().to_string());
    let (clock, deadline) = (outgoing.clock(), outgoing.deadline()?);
    let allowed = policy.attempt_timeout.unwrap_or(Duration::MAX);
    let mut pauses = policy.between_attempts();
    let (mut attempts, mut may_have_run) = (1, false);
    loop {
        let until = Deadline::after(&clock, deadline.remaining().min(allowed));
        let error = match attempt(&outgoing, &until).await {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        let again = match &when {
            Some(when) => when(&error),
            None => rpc(&error).is_some_and(Error::is_transient),
        };
        let pause = pauses.next().unwrap_or_default();
        if !again || attempts >= policy.attempts || deadline.remaining() <= pause {
            return Err(match rpc(&error) {
                Some(last) => last.clone().with_attempts(attempts, may_have_run).into(),
                None => error,
            });
        }
        may_have_run |= rpc(&error).is_none_or(Error::may_have_run);
        {
            let error = rpc(&error).map(tracing::field::display);
            tracing::debug!(error, attempts, ?pause, "a call failed and is made again");
        }
        drop(error);
        clock.sleep(pause).await;
        attempts += 1;
    }
}

impl<T, E> IntoFuture for Retried<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    type Output = Result<T, E>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T, E> fmt::Debug for Retried<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retried")
            .field("request", &self.outgoing)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
