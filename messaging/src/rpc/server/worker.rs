//! One message's life: decode, route, acknowledge, run, answer.

use std::sync::Arc;

use futures_util::future::{Either, select};
use tokio::sync::oneshot;

use super::answer::Answering;
use super::caller::Caller;
use super::claim::{Claim, Claimed};
use super::epoch::{Epoch, InFlight};
use super::panics::{catch_panic, catch_panic_in, drop_quietly};
use super::running::Stop;
use super::taken::{Taken, settled};
use super::turn::Turn;
use super::{Inner, monitor};
use crate::Failure;
use crate::context::Deadline;
use crate::error::Origin;
use crate::rpc::dispatcher::{Answer, Invocation, Refused, Route};
use crate::wire::{ReplyTo, Request, is_reply_queue};

/// The module of the failures that a server answers with by itself.
pub(crate) const MODULE: &str = "messaging.rpc.server";

/// The class of the failure that a server answers with when it shuts down before a method began.
pub(crate) const SHUTTING_DOWN: &str = "ShuttingDown";

/// The class of the failure that a server answers with when no worker is free.
pub(crate) const BUSY: &str = "Busy";

/// The class of the failure that a server answers with when it cuts a method off.
pub(crate) const CANCELLED: &str = "Cancelled";

pub(super) async fn process(
    server: Arc<Inner>,
    epoch: Arc<Epoch>,
    in_flight: InFlight,
    taken: Taken,
    turn: Turn,
) {
    let Taken { body, user_id, deadline, signs, key, attempt, unsettled } = taken;
    let mut request = match server.transport.max_message_size().request(&body) {
        Ok(request) => request,
        Err((error, reply_to)) => {
            server.itself.malformed.count();
            tracing::warn!(target = %server.target, %error, "a message is no request");
            let Some(reply_to) = reply_to else {
                return settled(unsettled.reject(false).await);
            };
            settled(unsettled.ack().await);
            let failure = not_a_request(&error);
            let here = (server, epoch);
            let answering = Answering::new(here, in_flight, Arc::new(reply_to), None, deadline);
            return answering.send(Err(failure), turn).await;
        }
    };
    drop(body);
    let reply_to = request.reply_to.take().map(Arc::new);
    // An access policy is the user's code.
    let route = catch_panic(|| {
        let (namespace, version) = (request.namespace.as_deref(), request.version.as_deref());
        server.dispatcher.route(namespace, version, &request.method, user_id.as_deref())
    });
    let route = route.map_err(Refused::from).and_then(|route| route);
    let api = match &route {
        Ok(route) => Some(Arc::clone(&route.api)),
        Err(refused) => refused.api.clone(),
    };
    // Whoever casts waits for nothing, however long its message waited.
    let deadline = deadline.filter(|_| reply_to.is_some());
    let is_expired = || deadline.as_ref().is_some_and(|deadline| deadline.remaining().is_zero());
    if is_expired() {
        let method = request.method;
        tracing::debug!(target = %server.target, method, "not run: its caller has given up");
        let counter = route.as_ref().map_or(&server.itself.unknown, |route| &route.tally.expired);
        counter.count();
        return settled(unsettled.reject(false).await);
    }
    let handled = match route {
        Ok(route) => {
            if epoch.has_cut_off() {
                // Nobody waits for it here any more, and another server may run it.
                return settled(unsettled.reject(true).await);
            }
            if server.max_attempts.is_some_and(|most| attempt > most) {
                tracing::error!(
                    target = %server.target,
                    method = request.method,
                    attempt,
                    "rejected: none of the attempts at it has come to its end"
                );
                server.itself.given_up.count();
                settled(unsettled.reject(false).await);
                let Some(reply_to) = reply_to else { return };
                let here = (server, epoch);
                let answering = Answering::new(here, in_flight, reply_to, api, deadline);
                return answering.send(Err(too_often(attempt - 1)), turn).await;
            }
            let idempotent = route.method.idempotent;
            let key = key.filter(|_| idempotent);
            if let (Some(key), Some(reply_to)) = (&key, &reply_to)
                && let Some(answer) = server.remembered.get(key)
            {
                route.tally.duplicates.count();
                settled(unsettled.ack().await);
                let (here, reply_to) = ((server, epoch), Arc::clone(reply_to));
                let answering = Answering::new(here, in_flight, reply_to, api, deadline);
                return answering.send(Ok(answer), turn).await;
            }
            if !idempotent {
                in_flight.claimed(&request.method, request.namespace.as_deref());
            }
            let claim = match Claim::on(unsettled, &request, idempotent, &epoch).await {
                Claimed::New(claim) => claim,
                Claimed::Not => return,
                Claimed::Again => return route.tally.duplicates.count(),
                Claimed::Copy(copy) => {
                    route.tally.duplicates.count();
                    let runtime = Arc::clone(server.transport.runtime());
                    return copy.wait(&*runtime, epoch, in_flight);
                }
            };
            // Acknowledging may have taken longer than its caller had time.
            if is_expired() {
                let method = request.method;
                tracing::debug!(target = %server.target, method, "not run: its caller has given up");
                route.tally.expired.count();
                return claim.done().await;
            }
            let caller = reply_to.as_ref().and_then(|reply_to| {
                let (now, at) = (server.transport.runtime().now(), deadline.as_ref());
                let signs = signs && is_reply_queue(&reply_to.queue);
                let signs = signs.then(|| Arc::clone(reply_to));
                Caller::new(now, at.map(Deadline::at), signs, !route.method.no_cancel)
            });
            let stopped = in_flight.handled(&request.method, request.namespace.as_deref(), caller);
            let (reply_to, deadline) = (reply_to.clone(), deadline.clone());
            let attempt = Attempt { request, number: attempt, reply_to, deadline };
            let handled = run(&server, &epoch, route, attempt, claim, stopped).await;
            in_flight.answering();
            if let (Some(key), Some(Ok(answer))) = (key, &handled) {
                server.remembered.put(key, answer);
            }
            handled
        }
        Err(Refused { failure, .. }) => {
            server.itself.unknown.count();
            tracing::debug!(target = %server.target, %failure, "a request is not served here");
            settled(unsettled.ack().await);
            Some(Err(failure))
        }
    };
    if let (Some(outcome), Some(reply_to)) = (handled, reply_to) {
        let answering = Answering::new((server, epoch), in_flight, reply_to, api, deadline);
        answering.send(outcome, turn).await;
    }
}

/// A request, which time it comes, who waits for it, and until when.
struct Attempt {
    request: Request,
    number: u32,
    reply_to: Option<Arc<ReplyTo>>,
    deadline: Option<Deadline>,
}

/// Runs the method; none if there is nothing to answer, because another server will.
async fn run(
    server: &Arc<Inner>,
    epoch: &Epoch,
    route: Route,
    attempt: Attempt,
    claim: Claim,
    stopped: oneshot::Receiver<Stop>,
) -> Option<Result<Answer, Failure>> {
    if epoch.has_cut_off() {
        // While it was acknowledged: it has not begun, and need not any more.
        return claim.given_back_or(shutting_down()).await;
    }
    let runtime = server.transport.runtime();
    let Attempt { request, number, reply_to, deadline } = attempt;
    let monitored = request.monitor.zip(reply_to);
    let method = request.method.clone();
    let invocation = Invocation::of(request, deadline, number, Arc::clone(runtime));
    let Route { endpoint, tally, .. } = route;
    let counted = tally.begin(runtime.now());
    let running = catch_panic_in(async move { endpoint.handle(invocation).await });
    let beating = monitored.and_then(|(monitor, to)| monitor::beat(server, &to, monitor));
    let outcome = match select(Box::pin(running), stopped).await {
        Either::Left((outcome, _)) => {
            let outcome = outcome.and_then(|outcome| outcome);
            counted.ended(&outcome, runtime.now());
            outcome
        }
        Either::Right((Ok(Stop::GivenUp), running)) => {
            counted.cancelled();
            tracing::debug!(target = %server.target, method, "ended: its caller has given up");
            drop_quietly(running);
            claim.done().await;
            return None;
        }
        // Nobody drops what stops it before it has ended.
        Either::Right((Ok(Stop::CutOff) | Err(_), running)) => {
            drop(counted);
            drop_quietly(running);
            return claim.given_back_or(cancelled()).await;
        }
    };
    // No sign of life is begun once there is an answer.
    drop(beating);
    claim.done().await;
    if let Err(failure) = &outcome {
        tracing::debug!(target = %server.target, method, %failure, "a method failed");
    }
    Some(outcome)
}

/// What a caller is told whose method did not begin.
pub(crate) fn shutting_down() -> Failure {
    let text = "the server shut down before the method began";
    Failure::new(MODULE, SHUTTING_DOWN, text)
}

/// What a caller is told whose request is not tried any more.
fn too_often(attempts: u32) -> Failure {
    let text = format!(
        "the request was attempted {attempts} times, and none came to its end: it may be what kills \
         the server"
    );
    Failure::new(MODULE, "TooManyAttempts", text)
}

/// What a caller is told whose method was cut off.
fn cancelled() -> Failure {
    let text = "the server shut down and cut the method off while it ran";
    Failure::new(MODULE, CANCELLED, text)
}

/// What a caller is told whose request cannot be read: the error with what is below it, since the
/// caller has no other way to see it.
pub(crate) fn not_a_request(error: &crate::Error) -> Failure {
    let text = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    Failure::new("builtins", "ValueError", text).of(Origin::Arguments)
}
