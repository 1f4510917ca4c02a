//! A request that is ready to go, and its way there and back.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tracing::Instrument as _;

use super::answer::Answered;
use super::core::ClientCore;
use crate::context::Deadline;
use crate::driver::{Address, Notes};
use crate::rpc::local::LeftOut;
use crate::runtime::Runtime;
use crate::telemetry::{ClientCall, Verb};
use crate::transport::{Effort, Gathering, Manner, Outcome, Rules};
use crate::wire::{AnswerTo, RequestParts, notes};
use crate::{Context, Error, ErrorKind, Stage, Version};

/// A request that is ready to go.
pub(super) struct Outgoing {
    pub(super) core: ClientCore,
    method: Cow<'static, str>,
    /// A JSON object.
    args: Vec<u8>,
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
        args: Vec<u8>,
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
    pub(super) fn call(mut self: Box<Self>) -> BoxFuture<'static, Result<Answered, Error>> {
        Box::pin(async move {
            let watched = self.watched(Verb::Call);
            let deadline = match self.deadline() {
                Ok(deadline) => deadline,
                Err(error) => return Err(ended_with(watched, error)),
            };
            let mut args = Cow::Owned(std::mem::take(&mut self.args));
            let answered = self.answered_by(&deadline, &mut args);
            let answered = match &watched {
                // In a box, so that a call that nobody looks at is no larger for those that are.
                Some(watched) => Box::pin(answered).instrument(watched.span()).await,
                None => answered.await,
            };
            match answered {
                Ok(outcome) => Ok(Answered { outgoing: self, outcome, watched }),
                Err(error) => Err(ended_with(watched, error)),
            }
        })
    }

    /// What is seen of it from outside, from now on: a span, whose trace goes with it, and how long
    /// it takes; none if nobody looks.
    pub(super) fn watched(&mut self, verb: Verb) -> Option<ClientCall> {
        let settings = self.core.settings();
        let service = settings.api.map_or(&*settings.topic, |api| api.name);
        let clock = || self.clock();
        let watched = ClientCall::begin(verb, service, &self.method, &settings.topic, clock)?;
        if let Some(context) = watched.carried(self.context()) {
            self.context = Some(context);
        }
        Some(watched)
    }

    /// Sends it and waits for its answer, until `deadline`; boxed as [`call`](Self::call) is.
    pub(super) fn exchange<'a>(
        &'a self,
        deadline: &'a Deadline,
    ) -> BoxFuture<'a, Result<Outcome, Error>> {
        Box::pin(async { self.answered_by(deadline, &mut Cow::Borrowed(&self.args)).await })
    }

    /// What `args` may hold is not kept while the answer is waited for.
    async fn answered_by(
        &self,
        deadline: &Deadline,
        args: &mut Cow<'_, [u8]>,
    ) -> Result<Outcome, Error> {
        let address = self.address()?;
        let begun = deadline.now();
        let said = match &self.key {
            Some(key) => Arc::new(Notes::clone(&notes::OF_CALLERS).with(notes::KEY, key)),
            None => Arc::clone(&notes::OF_CALLERS),
        };
        let manner = Manner { effort: self.effort(), monitor: self.monitor(), said };
        let encode = |answer_to: AnswerTo<'_>| {
            let args = std::mem::take(args);
            self.written(&args, Some(answer_to))
        };
        let road = self.core.road();
        road.call(&address, deadline, manner, &self.left_out, encode)
            .await
            .map_err(|error| self.failed("call of", &error, begun))
    }

    /// Sends it and waits until the broker has it; boxed as [`call`](Self::call) is.
    pub(super) fn cast(mut self: Box<Self>) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(async move {
            let watched = self.watched(Verb::Cast);
            let sent = async { self.send(&self.deadline()?).await };
            let Some(watched) = watched else { return sent.await };
            let sent = Box::pin(sent).instrument(watched.span()).await;
            match &sent {
                Ok(()) => watched.succeeded(),
                Err(error) => watched.ended_with(error.kind()),
            }
            sent
        })
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
        let encode = |answer_to: AnswerTo<'_>| self.encode(Some(answer_to));
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
        self.args = Vec::new();
        Ok(gathering)
    }

    pub(super) fn now(&self) -> Instant {
        self.core.road().runtime().now()
    }

    pub(super) fn clock(&self) -> Arc<dyn Runtime> {
        self.core.road().runtime()
    }

    fn address(&self) -> Result<Arc<Address>, Error> {
        if !self.fanout {
            return self.core.address();
        }
        let settings = self.core.settings();
        settings.check_address()?;
        Ok(Arc::new(Address::Fanout { topic: settings.topic.clone() }))
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

    pub(super) fn encode(&self, answer_to: Option<AnswerTo<'_>>) -> Result<Vec<u8>, Error> {
        self.written(&self.args, answer_to)
    }

    fn written(&self, args: &[u8], answer_to: Option<AnswerTo<'_>>) -> Result<Vec<u8>, Error> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        RequestParts {
            method: &self.method,
            args,
            namespace: self.core.settings().namespace.as_deref(),
            version: self.version,
            answer_to,
            monitor: answer_to.and(self.monitor()),
            context: self.context().map_or(&NONE, Context::values),
        }
        .encode(self.core.road().form())
    }

    /// `call of method `x` on topic `y``.
    pub(super) fn place(&self, verb: &str) -> String {
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

/// The error, after whoever looks was told of it.
pub(super) fn ended_with(watched: Option<ClientCall>, error: Error) -> Error {
    if let Some(watched) = watched {
        watched.ended_with(error.kind());
    }
    error
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
