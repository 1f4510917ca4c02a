//! Endpoints in the place of a bus: a request is written, routed, run and answered where it is
//! made.

mod builder;
mod script;
mod serves;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};
use tokio::sync::oneshot;

pub use builder::LocalServer;
pub(crate) use script::{Handled, LeftOut, Ran, Script};
pub use serves::Serves;

use crate::context::Deadline;
use crate::driver::{Address, Notes, Publish};
use crate::rpc::dispatcher::{Dispatcher, Invocation, Refused, Route, ServedApi};
use crate::rpc::server::{catch_panic, catch_panic_in, not_a_request, notes_of, shutting_down};
use crate::runtime::{self, Runtime};
use crate::transport::{Contracts, Effort, Gathering, Outcome, Rules};
use crate::wire::{AnswerTo, Form, Reply, ReplyTo, Request, new_id};
use crate::{Error, ErrorKind};

/// The endpoints that local clients call, in place of a transport.
pub(crate) struct Local {
    dispatcher: Dispatcher,
    /// None is that of the calling code, at each call.
    runtime: Option<Arc<dyn Runtime>>,
    /// Those of its clients, as of those of a transport.
    contracts: Contracts,
    /// Answers in place of the endpoints.
    script: Option<Arc<dyn Script>>,
}

impl Local {
    /// As the configuration has it that says nothing.
    pub(crate) const CONTROL_EXCHANGE: &str = "openstack";

    /// Likewise.
    pub(crate) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

    /// The server that answers, where a request names none.
    const NAME: &str = "local";

    /// What requests name where they are answered; nobody looks for it.
    const REPLY_QUEUE: &str = "reply_local";

    pub(crate) fn runtime(&self) -> Arc<dyn Runtime> {
        self.runtime.clone().unwrap_or_else(runtime::here)
    }

    pub(crate) fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// Whether somebody else answers than endpoints.
    pub(crate) fn is_scripted(&self) -> bool {
        self.script.is_some()
    }

    /// Runs a request and gives its answer, which `deadline` bounds: the method is dropped where it
    /// has not ended by then.
    ///
    /// # Errors
    ///
    /// Without the method, which only the caller knows.
    pub(crate) async fn call(
        self: Arc<Self>,
        address: &Address,
        deadline: &Deadline,
        effort: Effort,
        left_out: &LeftOut,
        encode: impl FnOnce(AnswerTo<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Outcome, Error> {
        match self.answer(address, deadline, effort, left_out, encode).await? {
            Some((reply, notes)) => Ok(Outcome { result: reply.outcome, notes }),
            None => Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "no reply came in time from {address}: its method has not ended, and is \
                     dropped, since the client is a local one; allow more time with `.timeout(..)`"
                ),
            )),
        }
    }

    /// The same for a call to all servers, which are one.
    pub(crate) async fn gather(
        self: Arc<Self>,
        address: &Address,
        window: &Deadline,
        effort: Effort,
        rules: Rules,
        left_out: &LeftOut,
        encode: impl FnOnce(AnswerTo<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Gathering, Error> {
        let clock = self.runtime();
        let answer = self.answer(address, window, effort, left_out, encode).await?;
        Ok(Gathering::of_one(answer, window, &clock, rules))
    }

    /// The reply and what is said beside it, by the way of every reply, so that what that cannot
    /// carry is not carried here either; none if the method has not ended in time.
    async fn answer(
        self: Arc<Self>,
        address: &Address,
        deadline: &Deadline,
        effort: Effort,
        left_out: &LeftOut,
        encode: impl FnOnce(AnswerTo<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Option<(Reply, Notes)>, Error> {
        let reply_to = ReplyTo { msg_id: new_id(), queue: Self::REPLY_QUEUE.to_owned() };
        let body = encode(reply_to.answer_to())?;
        let (clock, left) = (self.runtime(), deadline.remaining());
        self.show(address, &body, Some(left), effort, left);
        if left.is_zero() {
            return Ok(None);
        }
        let running = self.run(body, Some(deadline.clone()), left_out.clone());
        let Some(ran) = runtime::timeout(&*clock, left, running).await else {
            return Ok(None);
        };
        let (outcome, api) = ran?;
        let answered = outcome.as_ref().map(|answer| &*answer.0);
        let body = Reply::encode(&reply_to.msg_id, answered, Form::Bare);
        match Reply::decode(&body) {
            Ok(reply) => {
                // Whatever server a request names, it is this one.
                let server = match address {
                    Address::Topic { server: Some(server), .. } => server,
                    _ => Self::NAME,
                };
                Ok(Some((reply, notes_of(server, api.as_deref(), outcome.as_ref().err()))))
            }
            Err((error, _)) => Err(error.within("the reply came but does not decode")),
        }
    }

    /// Runs a request that nobody answers, to its end if that comes within `within`; a method that
    /// takes longer goes on in the background, as it would on a server.
    ///
    /// # Errors
    ///
    /// Those of a script alone.
    pub(crate) async fn send(
        self: Arc<Self>,
        address: &Address,
        body: Vec<u8>,
        effort: Effort,
        left_out: &LeftOut,
        within: Duration,
    ) -> Result<(), Error> {
        let clock = self.runtime();
        self.show(address, &body, None, effort, within);
        let running = self.run(body, None, left_out.clone()).boxed();
        match select(running, clock.sleep(within)).await {
            Either::Left((ran, _)) => ran.map(drop),
            Either::Right(((), running)) => {
                clock.spawn(running.map(drop).boxed());
                Ok(())
            }
        }
    }

    /// What a server does with a message, but for what concerns its broker; and the API that did it.
    async fn run(
        self: Arc<Self>,
        body: Vec<u8>,
        caller: Option<Deadline>,
        left_out: LeftOut,
    ) -> Result<(Handled, Option<Arc<ServedApi>>), Error> {
        let mut request = match Request::decode(&body) {
            Ok(request) => request,
            Err((error, _)) => return Ok((Err(not_a_request(&error)), None)),
        };
        // An access policy is the user's code.
        let route = catch_panic(|| {
            let (namespace, version) = (request.namespace(), request.version());
            self.dispatcher.route(namespace, version, request.method(), None)
        });
        let Route { endpoint, tally, api, method: described } =
            match route.map_err(Refused::from).and_then(|route| route) {
                Ok(route) => route,
                Err(Refused { failure, api }) => return Ok((Err(failure), api)),
            };
        let (clock, method) = (self.runtime(), described.name);
        if let Some(script) = &self.script {
            for (name, json) in left_out {
                request.args.fill_in(name, json.get());
            }
            // What panics here is the test's own.
            let played = script.play(Invocation::of(method, request, caller, 1, clock)).await?;
            return Ok((played, Some(Arc::clone(api))));
        }
        let invocation = Invocation::of(method, request, caller, 1, Arc::clone(&clock));
        let counted = Arc::clone(tally).begin(clock.now());
        let endpoint = Arc::clone(endpoint);
        let handled = catch_panic_in(async move { endpoint.handle(invocation).await });
        let ends = Arc::clone(&clock);
        let running = async move {
            let outcome = handled.await.and_then(|outcome| outcome);
            counted.ended(&outcome, ends.now());
            outcome
        };
        let outcome = match described.no_cancel {
            true => to_its_end(&*clock, running).await,
            false => running.await,
        };
        if let Err(failure) = &outcome {
            tracing::debug!(method, %failure, "a method failed");
        }
        Ok((outcome, Some(Arc::clone(api))))
    }

    fn show(
        &self,
        address: &Address,
        body: &[u8],
        expires: Option<Duration>,
        effort: Effort,
        within: Duration,
    ) {
        let Some(script) = &self.script else { return };
        let Effort { mandatory, retries } = effort;
        let notes = Notes::NONE;
        let message = Publish { address, body, notes, expires, mandatory, within, retries };
        script.saw(&message, self.runtime().now());
    }
}

/// What `running` ends with. It goes on where nobody waits for it any more.
async fn to_its_end(
    clock: &dyn Runtime,
    running: impl Future<Output = Handled> + Send + 'static,
) -> Handled {
    let (sender, ended) = oneshot::channel();
    clock.spawn(Box::pin(async move {
        // Whoever has given up does not want to know.
        let _ = sender.send(running.await);
    }));
    ended.await.unwrap_or_else(|_| Err(shutting_down()))
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Local").field(&self.dispatcher).finish()
    }
}
