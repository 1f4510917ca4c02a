//! A method that runs, to its end.

use std::future::{poll_fn, ready};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tracing::Instrument as _;

use super::Inner;
use super::claim::Claim;
use super::epoch::InFlight;
use super::monitor::{self, Beating};
use super::panics::{catch_panic, catch_panic_in, quietly};
use super::return_address::ReturnAddress;
use super::running::Stop;
use super::worker::{CANCELLED, MODULE};
use crate::Failure;
use crate::context::Deadline;
use crate::rpc::dispatcher::{Answer, Handled, Invocation, Route, Running};
use crate::telemetry::ServedCall;
use crate::wire::Request;

/// A request, which time it comes, since when it is here, and until when its caller waits.
pub(super) struct Attempt {
    pub(super) request: Request,
    pub(super) number: u32,
    pub(super) taken_at: Instant,
    pub(super) deadline: Option<Deadline>,
}

/// A method that runs.
pub(super) struct Begun {
    method: &'static str,
    handled: Handled,
    counted: Running,
    watched: Option<ServedCall>,
    /// Its caller is told that it runs.
    beating: Option<Beating>,
}

impl Begun {
    /// Begins the method of `route`; `monitored` is how often its caller asked to be told that it runs.
    pub(super) fn begin(
        server: &Arc<Inner>,
        route: &Route<'_>,
        attempt: Attempt,
        monitored: Option<(Duration, &ReturnAddress)>,
    ) -> Self {
        let Route { endpoint, method, tally, .. } = *route;
        let (method, runtime) = (method.name, server.transport.runtime());
        let Attempt { request, number, taken_at, deadline } = attempt;
        if number > 1 {
            tally.redelivered.count();
        }
        let context = &request.context;
        let asked = route.asked(request.method());
        let watched = ServedCall::begin(asked, &server.target, context, runtime, taken_at);
        let clock = Arc::clone(runtime);
        let invocation = Invocation::of(method, request, deadline, number, clock);
        let counted = Arc::clone(tally).begin(runtime.now());
        let beating = monitored.and_then(|(monitor, to)| monitor::beat(server, to, monitor));
        let handled = catch_panic(|| match &watched {
            Some(watched) => {
                let handled = watched.span().in_scope(|| endpoint.handle(invocation));
                Box::pin(handled.instrument(watched.span()))
            }
            None => endpoint.handle(invocation),
        });
        let handled = handled.unwrap_or_else(|failure| Box::pin(ready(Err(failure))));
        Self { method, handled, counted, watched, beating }
    }

    /// Runs it to its end; none if there is nothing to answer, because another server will, or
    /// nobody waits.
    pub(super) async fn end(
        self,
        server: &Inner,
        claim: Claim,
        in_flight: &InFlight,
    ) -> Option<Result<Answer, Failure>> {
        let Self { method, handled, counted, watched, beating } = self;
        let mut running = pin!(Some(catch_panic_in(handled)));
        let ended = poll_fn(|context| match running.as_mut().as_pin_mut() {
            Some(running) => running.poll(context),
            None => Poll::Pending,
        });
        let ended = match select(ended, in_flight.stopped()).await {
            Either::Left((outcome, _)) => Ok(outcome),
            Either::Right((why, _)) => Err(why),
        };
        let outcome = match ended {
            Ok(outcome) => {
                let outcome = outcome.and_then(|outcome| outcome);
                counted.ended(&outcome, server.transport.runtime().now());
                if let Some(watched) = watched {
                    // What is left of the method belongs to its span, and not to what follows.
                    quietly(|| running.set(None));
                    watched.ended(&outcome);
                }
                outcome
            }
            Err(Stop::GivenUp) => {
                counted.cancelled();
                tracing::debug!(target = %server.target, method, "ended: its caller has given up");
                quietly(|| running.set(None));
                claim.done().await;
                return None;
            }
            Err(Stop::CutOff) => {
                drop(counted);
                quietly(|| running.set(None));
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
}

/// What a caller is told whose method was cut off.
fn cancelled() -> Failure {
    let text = "the server shut down and cut the method off while it ran";
    Failure::new(MODULE, CANCELLED, text)
}
