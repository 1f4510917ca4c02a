//! Asking everyone: a call to every server of a topic, and the stream of their answers.

use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::{Duration, Instant};

use futures_util::Stream;
use futures_util::future::BoxFuture;
use tracing::Instrument as _;

use super::Call;
use super::outgoing::{Outgoing, ended_with};
use crate::rpc::Reply;
use crate::telemetry::{ClientCall, Verb};
use crate::transport::{Arrival, Gathering, Rules};
use crate::{CallError, Context, Error};

/// How many answers may wait to be read, unless told otherwise.
const UNREAD: usize = 1000;

/// How many answers end a gather, unless told otherwise: a bound for what is kept of a peer that
/// does not stop answering.
const FIRST: usize = 10_000;

/// A call to every server of the topic, which is sent when it is awaited; made by
/// [`Call::gather`]. Awaiting ends when the broker has confirmed that it has the request, and gives
/// the [`Answers`].
///
/// What ends the answers, whichever comes first: the window has passed, [`first`](Self::first) so
/// many have come, or [`all_of`](Self::all_of) the servers, or a [`gap`](Self::gap) was too long. These are the rules of NATS (ADR-47).
#[must_use = "a gather is sent when it is awaited"]
pub struct Gather<R> {
    outgoing: Result<Box<Outgoing>, Error>,
    window: Duration,
    rules: Rules,
    _reply: PhantomData<fn() -> R>,
}

/// The answers to a [`Gather`], a [`Stream`] in the order in which they come in. `R` is what the
/// method returns.
///
/// They end by the rules of the gather, whether or not they are read meanwhile: what came in time
/// can be read afterwards, what comes later is dropped. So is what finds more than
/// [`unread`](Gather::unread) answers, or 64 MiB of them, waiting to be read, and
/// [`dropped`](Self::dropped) counts it. Dropping the stream ends the gather.
#[must_use = "answers are read from it"]
pub struct Answers<R> {
    outgoing: Box<Outgoing>,
    /// None where the broker said that nobody listens.
    gathering: Option<Gathering>,
    begun: Instant,
    watched: Gathers,
    _reply: PhantomData<fn() -> R>,
}

/// What one server answered.
#[derive(Clone, Debug)]
pub struct Gathered<T, E> {
    /// The server's name; none where it is a Python one, which does not say.
    pub server: Option<String>,
    /// What a call to this server alone would have given.
    pub result: Result<T, CallError<E>>,
}

impl<R, Runs> Call<R, Runs> {
    /// Asks every server of the topic that listens at this moment, and gives their answers as a
    /// stream, until `window` has passed.
    ///
    /// The window is all the time that there is, sending included: it takes the place of every
    /// [`timeout`](Self::timeout), and is cut to what the deadline of the context leaves. The
    /// client's exchange is not used, as by [`Cast::fanout`](super::Cast::fanout), and the call is
    /// not monitored. Its version, context and retries are. A client that is for one server alone
    /// is refused, with [`Target`](crate::ErrorKind::Target).
    ///
    /// That nobody is there is not an error: the answers are none, at once where the broker says so
    /// and else after the window. A server's error is an item. Servers in Python answer as well.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # async fn example(client: &messaging::RpcClient) -> Result<(), messaging::Error> {
    /// # use serde_json::json;
    /// let call = client.call::<u64>("free_ram", json!({}));
    /// let mut answers = call.gather(Duration::from_secs(2)).first(10).await?;
    /// while let Some(answer) = answers.next().await {
    ///     println!("{:?} has {:?}", answer.server, answer.result);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn gather(self, window: Duration) -> Gather<R> {
        let rules = Rules { first: Some(FIRST), are_all: false, gap: None, unread: UNREAD };
        Gather { outgoing: self.into_outgoing(), window, rules, _reply: PhantomData }
    }
}

impl<R> Gather<R> {
    /// Ends with the answer that is the `count`th; zero is one. The default is 10,000.
    pub fn first(mut self, count: usize) -> Self {
        (self.rules.first, self.rules.are_all) = (Some(count.max(1)), false);
        self
    }

    /// The same, where there are no more than `count` servers: when so many have answered nobody's
    /// answer is awaited, and the queue for answers goes when the transport is closed. Where more may
    /// come it is left to expire, since a server in Python holds a worker for a minute over each
    /// answer whose queue is gone (wire document, section 10).
    pub fn all_of(mut self, count: usize) -> Self {
        (self.rules.first, self.rules.are_all) = (Some(count.max(1)), true);
        self
    }

    /// Ends when no answer has come for so long after the last one; the first may take the whole
    /// window. Without it, no gap ends it.
    pub fn gap(mut self, gap: Duration) -> Self {
        self.rules.gap = Some(gap);
        self
    }

    /// How many answers may wait to be read, up to a million; those that come on top are dropped.
    /// The default is 1000.
    pub fn unread(mut self, count: usize) -> Self {
        self.rules.unread = count.clamp(1, 1_000_000);
        self
    }

    /// The context that the request carries, and whose deadline bounds the window.
    pub fn context(mut self, context: &Context) -> Self {
        if let Ok(outgoing) = &mut self.outgoing {
            outgoing.context = Some(context.clone());
        }
        self
    }
}

impl<R> Answers<R> {
    /// How many answers were dropped because too many waited to be read.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.gathering.as_ref().map_or(0, Gathering::dropped)
    }

    /// Whether the broker said at once that nobody listens. That it did not is no proof of the
    /// contrary: queues may outlive their servers.
    #[must_use]
    pub fn nobody_listens(&self) -> bool {
        self.gathering.is_none()
    }
}

impl<R: Reply> Answers<R> {
    /// The next answer; none when there will be no more. May be dropped without losing one.
    pub async fn next(&mut self) -> Option<Gathered<R::Ok, R::Err>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All answers, once there will be no more.
    pub async fn all(mut self) -> Vec<Gathered<R::Ok, R::Err>> {
        let mut all = Vec::new();
        while let Some(answer) = self.next().await {
            all.push(answer);
        }
        all
    }

    fn read(&self, arrival: Arrival) -> Gathered<R::Ok, R::Err> {
        let Arrival { answered, server, .. } = arrival;
        let result = match answered {
            Ok(outcome) => self.outgoing.read::<R>(outcome),
            Err(error) => Err(self.outgoing.failed("gather of", &error, self.begun).into()),
        };
        Gathered { server, result }
    }
}

impl<R: Reply> Stream for Answers<R> {
    type Item = Gathered<R::Ok, R::Err>;

    fn poll_next(self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(gathering) = &mut this.gathering else {
            this.watched.end();
            return Poll::Ready(None);
        };
        // The exporters' layer takes the end of a span from when it was last in use.
        let span = this.watched.0.as_ref().map(ClientCall::span);
        let _entered = span.as_ref().map(tracing::Span::enter);
        let next = ready!(gathering.poll_next(context));
        if next.is_none() {
            this.watched.end();
        }
        Poll::Ready(next.map(|arrival| this.read(arrival)))
    }
}

impl<R: Reply> IntoFuture for Gather<R> {
    type Output = Result<Answers<R>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { outgoing, window, rules, _reply } = self;
            let mut outgoing = outgoing?;
            let watched = outgoing.watched(Verb::Gather);
            let begun = outgoing.now();
            let gathering = outgoing.gather(window, rules);
            let gathering = match &watched {
                Some(watched) => Box::pin(gathering).instrument(watched.span()).await,
                None => gathering.await,
            };
            match gathering {
                Ok(gathering) => {
                    let watched = Gathers(watched);
                    Ok(Answers { outgoing, gathering, begun, watched, _reply: PhantomData })
                }
                Err(error) => Err(ended_with(watched, error)),
            }
        })
    }
}

/// What is seen of a gather: it goes well, however many answers are read of it.
struct Gathers(Option<ClientCall>);

impl Gathers {
    fn end(&mut self) {
        if let Some(watched) = self.0.take() {
            watched.succeeded();
        }
    }
}

impl Drop for Gathers {
    fn drop(&mut self) {
        self.end();
    }
}

impl<R> fmt::Debug for Gather<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather")
            .field("request", &self.outgoing)
            .field("window", &self.window)
            .field("rules", &self.rules)
            .finish()
    }
}

impl<R> fmt::Debug for Answers<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers")
            .field("request", &self.outgoing)
            .field("answers", &self.gathering)
            .finish()
    }
}
