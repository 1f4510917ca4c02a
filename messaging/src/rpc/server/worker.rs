//! One message's life: decode, route, acknowledge, run, answer.

use std::sync::Arc;

use futures_util::FutureExt as _;

use super::Inner;
use super::answer::{self, Answering};
use super::begun::{Attempt, Begun};
use super::caller::Caller;
use super::claim::{Claim, Claimed};
use super::epoch::{Epoch, InFlight};
use super::panics::catch_panic;
use super::return_address::ReturnAddress;
use super::taken::{Taken, settled};
use super::turn::Turn;
use crate::Failure;
use crate::context::Deadline;
use crate::error::Origin;
use crate::rpc::dispatcher::Refused;
use crate::telemetry::{self, Asked};

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
    let Taken { body, user_id, deadline, signs, key, attempt, taken_at, unsettled } = taken;
    let mut request = match server.transport.max_message_size().request(&body) {
        Ok(request) => request,
        Err((error, reply_to)) => {
            server.itself.malformed.count();
            tracing::warn!(target = %server.target, %error, "a message is no request");
            let Some(reply_to) = reply_to else {
                return settled(unsettled.reject(false).await);
            };
            settled(unsettled.ack().await);
            let (failure, beside) = (not_a_request(&error), answer::beside(&server, None));
            let (asked, clock) = (Asked::Unknown(""), server.transport.runtime());
            telemetry::refused(asked, &server.target, &failure, &serde_json::Map::new(), clock);
            let (here, reply_to) = ((server, epoch), reply_to.into());
            let answering = Answering::new(here, in_flight, reply_to, beside, deadline);
            return answering.send(Err(failure), turn).boxed().await;
        }
    };
    drop(body);
    let reply_to = request.reply_to.take().map(ReturnAddress::from);
    // An access policy is the user's code.
    let route = catch_panic(|| {
        let (namespace, version) = (request.namespace(), request.version());
        server.dispatcher.route(namespace, version, request.method(), user_id.as_deref())
    });
    let route = route.map_err(Refused::from).and_then(|route| route);
    let api = match &route {
        Ok(route) => Some(route.api),
        Err(refused) => refused.api.as_ref(),
    };
    let beside = answer::beside(&server, api.map(|api| &**api));
    // Whoever casts waits for nothing, however long its message waited.
    let deadline = deadline.filter(|_| reply_to.is_some());
    let is_expired = || deadline.as_ref().is_some_and(|deadline| deadline.remaining().is_zero());
    if is_expired() {
        let method = request.method();
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
                    method = route.method.name,
                    attempt,
                    "rejected: none of the attempts at it has come to its end"
                );
                server.itself.given_up.count();
                settled(unsettled.reject(false).await);
                let Some(reply_to) = reply_to else { return };
                let failure = too_often(attempt - 1);
                let (asked, clock) = (route.asked(request.method()), server.transport.runtime());
                telemetry::refused(asked, &server.target, &failure, &request.context, clock);
                let here = (server, epoch);
                let answering = Answering::new(here, in_flight, reply_to, beside, deadline);
                return answering.send(Err(failure), turn).boxed().await;
            }
            let idempotent = route.method.idempotent;
            let key = key.filter(|_| idempotent);
            if let (Some(key), Some(reply_to)) = (&key, &reply_to)
                && let Some(answer) = server.remembered.get(key)
            {
                route.tally.duplicates.count();
                settled(unsettled.ack().await);
                let (here, reply_to) = ((server, epoch), reply_to.clone());
                let answering = Answering::new(here, in_flight, reply_to, beside, deadline);
                return answering.send(Ok(answer), turn).boxed().await;
            }
            if !idempotent {
                in_flight.claimed(route.method.name, request.namespace());
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
                let method = request.method();
                tracing::debug!(target = %server.target, method, "not run: its caller has given up");
                route.tally.expired.count();
                return claim.done().await;
            }
            let caller = reply_to.as_ref().and_then(|reply_to| {
                let (now, at) = (server.transport.runtime().now(), deadline.as_ref());
                let signs = signs && reply_to.is_reply_queue();
                let signs = signs.then(|| reply_to.clone());
                Caller::new(now, at.map(Deadline::at), signs, !route.method.no_cancel)
            });
            in_flight.handled(route.method.name, request.namespace(), caller);
            let handled = if epoch.has_cut_off() {
                // While it was acknowledged: it has not begun, and need not any more.
                let (asked, clock) = (route.asked(request.method()), server.transport.runtime());
                let failure = shutting_down();
                telemetry::refused(asked, &server.target, &failure, &request.context, clock);
                claim.given_back_or(failure).await
            } else {
                let monitor = request.monitor;
                let monitored = monitor.zip(reply_to.as_ref());
                let attempt =
                    Attempt { request, number: attempt, taken_at, deadline: deadline.clone() };
                let begun = Begun::begin(&server, &route, attempt, monitored);
                begun.end(&server, claim, &in_flight).await
            };
            in_flight.answering();
            if let (Some(key), Some(Ok(answer))) = (key, &handled) {
                server.remembered.put(key, answer);
            }
            handled
        }
        Err(Refused { failure, .. }) => {
            server.itself.unknown.count();
            let (asked, clock) = (Asked::Unknown(request.method()), server.transport.runtime());
            telemetry::refused(asked, &server.target, &failure, &request.context, clock);
            tracing::debug!(target = %server.target, %failure, "a request is not served here");
            settled(unsettled.ack().await);
            Some(Err(failure))
        }
    };
    if let (Some(outcome), Some(reply_to)) = (handled, reply_to) {
        let answering = Answering::new((server, epoch), in_flight, reply_to, beside, deadline);
        answering.send(outcome, turn).await;
    }
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

/// What a caller is told whose request cannot be read: the error with what is below it, since the
/// caller has no other way to see it.
pub(crate) fn not_a_request(error: &crate::Error) -> Failure {
    let text = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    Failure::new("builtins", "ValueError", text).of(Origin::Arguments)
}
