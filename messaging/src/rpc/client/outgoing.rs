//! A request that is ready to go, and its way there and back.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
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
use crate::transport::{Effort, Gathering, Manner, Outcome, Rules};
use crate::wire::{ReplyTo, RequestParts, notes};
use crate::{CallError, Context, Error, ErrorKind, Failure, RemoteError, Stage, Version};

/// A request that was answered.
pub(super) struct Answered {
    outgoing: Box<Outgoing>,
    outcome: Outcome,
}

impl Answered {
    /// What became of the request: the method's result, its own error, or another failure.
    pub(super) fn read<R: Reply>(self) -> Result<R::Ok, CallError<R::Err>> {
        self.outgoing.read::<R>(self.outcome)
    }
}

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
    /// What all attempts at this call share, where it is made again by itself.
    pub(super) key: Option<String>,
    /// What was left out for an older peer, where that is asked for.
    pub(super) left_out: LeftOut,
}

impl Outgoing {
    pub(super) fn new(
        core: &ClientCore,
        method: Cow<'static, str>,
        args: Box<RawValue>,
        version: Option<Version>,
    ) -> Box<Self> {
        Box::new(Self {
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
            key: None,
            left_out: LeftOut::new(),
        })
    }

    /// The time of the method's own declaration.
    pub(super) fn default_timeout(mut self: Box<Self>, timeout: Option<Duration>) -> Box<Self> {
        self.default_timeout = timeout;
        self
    }

    /// Sends it and waits for its answer as long as it may take.
    ///
    /// In a box, and of no type of the user's: else it would be compiled anew wherever something
    /// is called, for each type that is returned.
    pub(super) fn call(self: Box<Self>) -> BoxFuture<'static, Result<Answered, Error>> {
        Box::pin(async move {
            let outcome = self.answered_by(&self.deadline()?).await?;
            Ok(Answered { outgoing: self, outcome })
        })
    }

    /// Sends it and waits for its answer, until `deadline`; boxed as [`call`](Self::call) is.
    pub(super) fn exchange<'a>(
        &'a self,
        deadline: &'a Deadline,
    ) -> BoxFuture<'a, Result<Outcome, Error>> {
        Box::pin(self.answered_by(deadline))
    }

    async fn answered_by(&self, deadline: &Deadline) -> Result<Outcome, Error> {
        let address = self.address()?;
        let road = self.core.road();
        let begun = road.runtime().now();
        let keyed = self.key.as_deref().map(|key| notes::OF_CALLERS.clone().with(notes::KEY, key));
        let said = keyed.as_ref().unwrap_or(&notes::OF_CALLERS);
        let manner = Manner { effort: self.effort(), monitor: self.monitor(), said };
        road.call(&address, deadline, manner, &self.left_out, |reply_to| {
            self.encode(Some(reply_to))
        })
        .await
        .map_err(|error| self.failed("call of", &error, begun))
    }

    /// Sends it and waits until the broker has it; boxed as [`call`](Self::call) is.
    pub(super) fn cast(self: Box<Self>) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(async move { self.send(&self.deadline()?).await })
    }

    /// Sends it and waits until the broker has it, until `deadline`.
    pub(super) async fn send(&self, deadline: &Deadline) -> Result<(), Error> {
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
        if let Some(server) = &self.core.settings().server {
            return Err(Error::new(
                ErrorKind::Target,
                format!(
                    "{}: a gather asks every server, and this client is for server `{server}` \
                     alone; call that one, or clear it with `.prepare().server(None)`",
                    self.place("gather of")
                ),
            ));
        }
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
        let Outcome { result, notes } = answer;
        let differs = contract::differs(&self.core, &notes);
        let failure = match result {
            Ok(result) => {
                let expected = std::any::type_name::<R::Ok>();
                return result
                    .read()
                    .map_err(|error| CallError::Rpc(self.unreadable(error, expected, differs)));
            }
            Err(failure) => failure,
        };
        let kind = framework_kind(&failure, &notes);
        match kind.is_none().then(|| R::Err::from_failure(&failure)).flatten() {
            Some(error) => Err(CallError::Remote(error)),
            None => {
                let kind = kind.unwrap_or(ErrorKind::Remote);
                Err(CallError::Rpc(self.answered(kind, failure, &notes, differs)))
            }
        }
    }

    fn unreadable(&self, error: serde_json::Error, expected: &str, differs: bool) -> Error {
        let (place, next_step) = (self.place("call of"), ErrorKind::Decode.next_step());
        let text =
            format!("{place}: the result is not the `{expected}` that was expected; {next_step}");
        explained(Error::new(ErrorKind::Decode, text).with_source(error), differs)
    }

    fn answered(&self, kind: ErrorKind, failure: Failure, notes: &Notes, differs: bool) -> Error {
        let server = match notes.get(notes::SERVER) {
            Some(server) => format!("server `{}`", shortened(server)),
            None => "the server".to_owned(),
        };
        let (place, next_step) = (self.place("call of"), kind.next_step());
        let text = format!("{place}: {server} answered {failure}; {next_step}");
        explained(Error::new(kind, text).with_failure(failure), differs)
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

/// The error, and where the server has another contract, that too if it may be why.
fn explained(error: Error, differs: bool) -> Error {
    let may_be_why = differs && contract::may_explain(error.kind());
    if may_be_why { error.followed_by(contract::DIFFERS) } else { error }
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
        (server::MODULE, server::BUSY, ErrorKind::Busy),
        (server::MODULE, server::SHUTTING_DOWN, ErrorKind::ShuttingDown),
    ];
    let (.., kind) = known.into_iter().find(|(module, class, _)| failure.is(module, class))?;
    Some(kind)
}
