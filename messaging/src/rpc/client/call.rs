//! Requests as values: options are set on them, and awaiting sends them.

use std::fmt;
use std::future::{self, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::again::{AtMostOnce, MayRunAgain};
use super::answer::Answered;
use super::outgoing::Outgoing;
use super::{Retried, RetryPolicy, Setting};
use crate::rpc::Reply;
use crate::{CallError, Context, Error};

/// A call, which is sent when it is awaited. `R` is what the method returns, `Result<T, E>`;
/// awaiting gives `Result<T, CallError<E>>`.
///
/// A call waits for the reply until its timeout: the one set here, else the client's, else the
/// method's, else the transport's (60 s unless configured), and never past the deadline of its
/// context.
///
/// `Runs` says how often its method may run: [`AtMostOnce`], or
/// [`Idempotent`](super::Idempotent), of which a call can be [made again](Self::retry).
#[must_use = "a call is sent when it is awaited"]
pub struct Call<R, Runs = AtMostOnce> {
    outgoing: Result<Box<Outgoing>, Error>,
    _reply: PhantomData<fn() -> (R, Runs)>,
}

/// A cast, which is sent when it is awaited: a request that nobody answers. Awaiting ends when the
/// broker has confirmed that it has the message.
///
/// `Runs` says how often its method may run, as for a [`Call`].
#[must_use = "a cast is sent when it is awaited"]
pub struct Cast<Runs = AtMostOnce> {
    outgoing: Result<Box<Outgoing>, Error>,
    _runs: PhantomData<fn() -> Runs>,
}

impl<R, Runs> Call<R, Runs> {
    pub(super) fn new(outgoing: Result<Box<Outgoing>, Error>) -> Self {
        Self { outgoing, _reply: PhantomData }
    }

    /// How long this call waits.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.timeout = Some(timeout));
        self
    }

    /// Gives this call up when the server shows no sign of life for so long, however much time
    /// the call has: a long call to a server that died is found out early. Whole seconds, at least
    /// two. Servers of this library and of the peer give a sign every half of it (wire document,
    /// section 13).
    pub fn monitor(mut self, monitor: Duration) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.monitor = Some(monitor));
        self
    }

    /// How often it is sent again while the broker cannot be reached or does not take it, `None`
    /// for as long as there is time; see [`Prepare::send_retries`](super::Prepare::send_retries).
    pub fn send_retries(mut self, retries: impl Setting<u32>) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.send_retries = Some(retries.into_setting()));
        self
    }

    /// Whether it is an error that no queue takes it; see
    /// [`Prepare::mandatory`](super::Prepare::mandatory).
    pub fn mandatory(mut self, mandatory: bool) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.mandatory = Some(mandatory));
        self
    }

    /// The context that this call carries, and whose deadline bounds it.
    pub fn context(mut self, context: &Context) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.context = Some(context.clone()));
        self
    }

    pub(super) fn into_outgoing(self) -> Result<Box<Outgoing>, Error> {
        self.outgoing
    }

    /// Sends it without waiting for an answer.
    pub fn cast(self) -> Cast<Runs> {
        Cast::new(self.outgoing)
    }

    /// Makes this call again where it fails with what may pass by itself, as `policy` says; all
    /// within the time of the call. Set the call's own options before.
    ///
    /// Only where the method may run more than once: on the call of a method that is not
    /// `#[rpc(idempotent)]` this does not compile.
    pub fn retry(self, policy: RetryPolicy) -> Retried<R::Ok, CallError<R::Err>>
    where
        Runs: MayRunAgain,
        R: Reply,
    {
        Retried::of_call::<R>(self.outgoing, policy)
    }
}

impl<Runs> Cast<Runs> {
    pub(super) fn new(outgoing: Result<Box<Outgoing>, Error>) -> Self {
        Self { outgoing, _runs: PhantomData }
    }

    /// Makes this cast again where it fails with what may pass by itself, as `policy` says; all
    /// within the time of the cast. Set the cast's own options before.
    ///
    /// Only where the method may run more than once: on the cast of a method that is not
    /// `#[rpc(idempotent)]` this does not compile.
    pub fn retry(self, policy: RetryPolicy) -> Retried<(), Error>
    where
        Runs: MayRunAgain,
    {
        Retried::of_cast(self.outgoing, policy)
    }

    /// How long to wait for the broker's confirmation.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.timeout = Some(timeout));
        self
    }

    /// How often it is sent again while the broker cannot be reached or does not take it, `None`
    /// for as long as there is time; see [`Prepare::send_retries`](super::Prepare::send_retries).
    pub fn send_retries(mut self, retries: impl Setting<u32>) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.send_retries = Some(retries.into_setting()));
        self
    }

    /// Whether it is an error that no queue takes it; see
    /// [`Prepare::mandatory`](super::Prepare::mandatory).
    pub fn mandatory(mut self, mandatory: bool) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.mandatory = Some(mandatory));
        self
    }

    /// The context that this cast carries, and whose deadline bounds it.
    pub fn context(mut self, context: &Context) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.context = Some(context.clone()));
        self
    }

    /// Sends it to every server of the topic that listens at this moment, instead of to one. That
    /// there may be none is not an error. The client's server and exchange are not used.
    pub fn fanout(mut self) -> Self {
        set(&mut self.outgoing, |outgoing| outgoing.fanout = true);
        self
    }
}

fn set(outgoing: &mut Result<Box<Outgoing>, Error>, change: impl FnOnce(&mut Outgoing)) {
    if let Ok(outgoing) = outgoing {
        change(outgoing);
    }
}

impl<R: Reply, Runs> IntoFuture for Call<R, Runs> {
    type Output = Result<R::Ok, CallError<R::Err>>;
    type IntoFuture = CallFuture<R>;

    fn into_future(self) -> Self::IntoFuture {
        let answered = match self.outgoing {
            Ok(outgoing) => outgoing.call(),
            Err(error) => Box::pin(future::ready(Err(error))),
        };
        CallFuture { answered, _reply: PhantomData }
    }
}

/// A [`Call`] that waits for its answer, and reads it as what its method returns.
#[must_use = "futures do nothing unless polled"]
pub struct CallFuture<R> {
    // All else of a call is of no type of the user's.
    answered: BoxFuture<'static, Result<Answered, Error>>,
    _reply: PhantomData<fn() -> R>,
}

impl<R: Reply> Future for CallFuture<R> {
    type Output = Result<R::Ok, CallError<R::Err>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.answered.as_mut().poll(context)) {
            Ok(answered) => answered.read::<R>(),
            Err(error) => Err(CallError::Rpc(error)),
        })
    }
}

impl<Runs> IntoFuture for Cast<Runs> {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        match self.outgoing {
            Ok(outgoing) => outgoing.cast(),
            Err(error) => Box::pin(future::ready(Err(error))),
        }
    }
}

impl<R> fmt::Debug for CallFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").finish_non_exhaustive()
    }
}

impl<R, Runs> fmt::Debug for Call<R, Runs> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.outgoing).finish()
    }
}

impl<Runs> fmt::Debug for Cast<Runs> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cast").field(&self.outgoing).finish()
    }
}
