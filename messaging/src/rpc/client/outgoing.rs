//! A request that is ready to go, and its way there and back.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Map;
use serde_json::value::RawValue;

use super::contract;
use super::core::ClientCore;
use crate::context::Deadline;
use crate::driver::{Address, Notes};
use crate::error::{Origin, shortened};
use crate::rpc::local::LeftOut;
use crate::rpc::{Reply, dispatcher, server};
use crate::runtime::Runtime;
use crate::transport::{Effort, Gathering, Outcome, Rules};
use crate::wire::{ReplyTo, RequestParts, notes};
use crate::{CallError, Context, Error, ErrorKind, Failure, RemoteError, Stage, Version};

/// A request that is ready to go.
pub(super) struct Outgoing {
    core: ClientCore,
    method: Cow<'static, str>,
    args: Box<RawValue>,
    version: Option<Version>,
    pub(super) timeout: Option<Duration>,
    default_timeout: Option<Duration>,
    pub(super) monitor: Option<Duration>,
    /// Where this request says otherwise than its client; its `None` is without limit.
    pub(super) send_retries: Option<Option<u32>>,
    pub(super) mandatory: Option<bool>,
    pub(super) context: Option<Context>,
    pub(super) fanout: bool,
    /// What was left out for an older peer, where that is asked for.
    pub(super) left_out: LeftOut,
}

impl Outgoing {
    pub(super) fn new(
        core: &ClientCore,
        method: Cow<'static, str>,
        args: Box<RawValue>,
        version: Option<Version>,
    ) -> Self {
        Self {
            core: core.clone(),
            method,
            args,
            version,
            timeout: None,
            default_timeout: None,
            monitor: None,
            send_retries: None,
            mandatory: None,
            context: None,
            fanout: false,
            left_out: LeftOut::new(),
        }
    }

    /// The time of the method's own declaration.
    pub(super) fn default_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.default_timeout = timeout;
        self
    }

    /// Sends it and waits for its answer, until `deadline`.
    pub(super) async fn call<R: Reply>(
        &self,
        deadline: &Deadline,
    ) -> Result<R::Ok, CallError<R::Err>> {
        let address = self.address()?;
        let road = self.core.road();
        let begun = road.runtime().now();
        let answer = road
            .call(&address, deadline, self.effort(), self.monitor(), &self.left_out, |reply_to| {
                self.encode(Some(reply_to))
            })
            .await
            .map_err(|error| self.failed("call of", &error, begun))?;
        self.read::<R>(answer)
    }

    /// Sends it and waits until the broker has it, until `deadline`.
    pub(super) async fn cast(&self, deadline: &Deadline) -> Result<(), Error> {
        let address = self.address()?;
        let body = self.encode(None)?;
        let road = self.core.road();
        let begun = road.runtime().now();
        road.send(&address, body, Notes::NONE, self.effort(), &self.left_out, deadline.remaining())
            .await
            .map_err(|error| self.failed("cast of", &error, begun))
    }

    /// Sends it to every server of the topic; none if the broker says that nobody listens.
    pub(super) async fn gather(
        &mut self,
        window: Duration,
        rules: Rules,
    ) -> Result<Option<Gathering>, Error> {
        self.fanout = true;
        let address = self.address()?;
        let window = self.within(window)?;
        let begun = self.now();
        // Mandatory, since an answer is wanted: of a fanout it asks whether anybody is there.
        let effort = Effort { mandatory: true, ..self.effort() };
        let encode = |reply_to: &ReplyTo| self.encode(Some(reply_to));
        let gathering = match self
            .core
            .road()
            .gather(&address, &window, effort, rules, &self.left_out, encode)
            .await
        {
            Ok(gathering) => Some(gathering),
            Err(error) if error.is_unroutable() => None,
            Err(error) => return Err(self.failed("gather of", &error, begun)),
        };
        // What may be large is not kept while the answers are waited for.
        self.args = RawValue::NULL.to_owned();
        Ok(gathering)
    }

    pub(super) fn now(&self) -> Instant {
        self.core.road().runtime().now()
    }

    pub(super) fn clock(&self) -> Arc<dyn Runtime> {
        self.core.road().runtime()
    }

    fn address(&self) -> Result<Address, Error> {
        let settings = self.core.settings();
        settings.check_address()?;
        let topic = settings.topic.clone();
        if self.fanout {
            return Ok(Address::Fanout { topic });
        }
        let exchange = match &settings.exchange {
            Some(exchange) => exchange.clone(),
            None => self.core.road().control_exchange().to_owned(),
        };
        Ok(Address::Topic { exchange, topic, server: settings.server.clone() })
    }

    fn effort(&self) -> Effort {
        let settings = self.core.settings();
        Effort {
            // A fanout reaches whoever listens at this moment, which may be nobody.
            mandatory: !self.fanout && self.mandatory.unwrap_or(settings.mandatory),
            retries: self.send_retries.unwrap_or(settings.send_retries),
        }
    }

    /// Whole seconds, at least two: servers give no sign more often than each second. What goes to
    /// many is not monitored.
    fn monitor(&self) -> Option<Duration> {
        if self.fanout {
            return None;
        }
        let monitor = self.monitor.or(self.core.settings().monitor)?;
        Some(Duration::from_secs(monitor.as_secs().max(2)))
    }

    fn context(&self) -> Option<&Context> {
        self.context.as_ref().or(self.core.settings().context.as_ref())
    }

    /// When to give up: by the time of the call, the client, the method or the transport, whichever
    /// speaks first, and never after the caller of whom the context tells has given up.
    pub(super) fn deadline(&self) -> Result<Deadline, Error> {
        let road = self.core.road();
        let own = self
            .timeout
            .or(self.core.settings().timeout)
            .or(self.default_timeout)
            .unwrap_or_else(|| road.response_timeout());
        self.within(own)
    }

    /// When `own` has passed, and never after the caller of whom the context tells has given up.
    fn within(&self, own: Duration) -> Result<Deadline, Error> {
        let inherited = self.context().and_then(Context::remaining);
        if inherited.is_some_and(|left| left.is_zero()) {
            return Err(Error::new(
                ErrorKind::NotSent,
                format!(
                    "method `{}` of topic `{}` was not sent: the deadline in its context has \
                     passed, so nobody waits for the answer; give the first call of the chain more time",
                    self.method,
                    self.core.settings().topic
                ),
            )
            .with_stage(Stage::Expired));
        }
        let allowed = inherited.map_or(own, |left| left.min(own));
        Ok(Deadline::after(&self.core.road().runtime(), allowed))
    }

    fn encode(&self, reply_to: Option<&ReplyTo>) -> Result<Vec<u8>, Error> {
        let empty = Map::new();
        RequestParts {
            method: &self.method,
            args: &self.args,
            namespace: self.core.settings().namespace.as_deref(),
            version: self.version,
            reply_to,
            monitor: reply_to.and(self.monitor()),
            context: self.context().map_or(&empty, Context::values),
        }
        .encode()
    }

    /// What became of the request: the method's result, its own error, or another failure.
    pub(super) fn read<R: Reply>(&self, answer: Outcome) -> Result<R::Ok, CallError<R::Err>> {
        let differs = contract::differs(&self.core, &answer.notes);
        match self.read_result::<R>(answer) {
            Err(CallError::Rpc(error)) if differs && contract::may_explain(error.kind()) => {
                Err(CallError::Rpc(error.followed_by(contract::DIFFERS)))
            }
            result => result,
        }
    }

    fn read_result<R: Reply>(&self, answer: Outcome) -> Result<R::Ok, CallError<R::Err>> {
        match answer.result {
            Ok(result) => result.read().map_err(|error| {
                let error = Error::new(
                    ErrorKind::Decode,
                    format!(
                        "{}: the result is not the `{}` that was expected; {}",
                        self.place("call of"),
                        std::any::type_name::<R::Ok>(),
                        ErrorKind::Decode.next_step(),
                    ),
                )
                .with_source(error);
                CallError::Rpc(error)
            }),
            Err(failure) => Err(match framework_kind(&failure, &answer.notes) {
                Some(kind) => CallError::Rpc(self.answered(kind, failure, &answer.notes)),
                None => match R::Err::from_failure(&failure) {
                    Some(error) => CallError::Remote(error),
                    None => {
                        CallError::Rpc(self.answered(ErrorKind::Remote, failure, &answer.notes))
                    }
                },
            }),
        }
    }

    fn answered(&self, kind: ErrorKind, failure: Failure, notes: &Notes) -> Error {
        let server = match notes.get(notes::SERVER) {
            Some(server) => format!("server `{}`", shortened(server)),
            None => "the server".to_owned(),
        };
        let (place, next_step) = (self.place("call of"), kind.next_step());
        let text = format!("{place}: {server} answered {failure}; {next_step}");
        Error::new(kind, text).with_failure(failure)
    }

    /// `call of method `x` on topic `y``.
    fn place(&self, verb: &str) -> String {
        let settings = self.core.settings();
        let mut place = format!("{verb} method `{}` on topic `{}`", self.method, settings.topic);
        if let Some(server) = &settings.server {
            place.push_str(&format!(", server `{server}`"));
        }
        if let Some(namespace) = &settings.namespace {
            place.push_str(&format!(", namespace `{namespace}`"));
        }
        place
    }

    pub(super) fn failed(&self, verb: &str, error: &Error, begun: Instant) -> Error {
        let place = self.place(verb);
        if error.is_timeout() {
            let passed = self.core.road().runtime().now().saturating_duration_since(begun);
            let passed = Duration::from_millis(passed.as_millis().try_into().unwrap_or(u64::MAX));
            error.clone().within(format_args!("{place}, after {passed:?}"))
        } else {
            error.clone().within(place)
        }
    }
}

impl fmt::Debug for Outgoing {
    /// Without the arguments: they are the user's, and may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("method", &self.method)
            .field("version", &self.version)
            .field("timeout", &self.timeout)
            .field("fanout", &self.fanout)
            .field("client", &self.core)
            .finish_non_exhaustive()
    }
}

/// The failures that servers answer with by themselves, in this library and in the peer (wire
/// document, section 11.1).
fn framework_kind(failure: &Failure, notes: &Notes) -> Option<ErrorKind> {
    let is_unreadable = matches!(failure.origin(), Origin::Arguments);
    if is_unreadable || notes.get(notes::UNREADABLE).is_some() {
        return Some(ErrorKind::BadRequest);
    }
    let known = [
        (dispatcher::MODULE, "NoSuchMethod", ErrorKind::NoSuchMethod),
        (dispatcher::MODULE, "UnsupportedVersion", ErrorKind::UnsupportedVersion),
        (server::MODULE, server::CANCELLED, ErrorKind::Cancelled),
        (server::MODULE, server::SHUTTING_DOWN, ErrorKind::ShuttingDown),
    ];
    let (.., kind) = known.into_iter().find(|(module, class, _)| failure.is(module, class))?;
    Some(kind)
}
