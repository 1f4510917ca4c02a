//! What one method answers.

use std::fmt;
use std::future::Future;

use super::rules::{Play, Rules};
use super::signature::{Answers, AnswersWith, Signature};
use crate::rpc::Reply;
use crate::rpc::dispatcher::{Answer, Invocation, Unpack};
use crate::{Error, ErrorKind, Failure, MethodDescriptor, RemoteError};

/// What a method of a [`Mock`](super::Mock) answers: made by [`Mock::on`](super::Mock::on), and
/// ended by a verb, which says what.
///
/// Answers are used in the order in which they are given. One that is given for a number of times
/// is used so often; one without stays in use, and what is given after it is not reached.
#[must_use = "say what it answers, such as with `.returns(..)`"]
pub struct On<'m, S> {
    rules: &'m Rules,
    method: MethodDescriptor<S>,
    times: Option<usize>,
}

impl<'m, S: Signature> On<'m, S> {
    pub(super) fn new(rules: &'m Rules, method: MethodDescriptor<S>) -> Self {
        Self { rules, method, times: None }
    }

    /// For one request.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// For so many requests.
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    /// What `closure` says, which takes the arguments of the method and returns what the method
    /// returns. That it panics is a failure of the test, and not caught.
    pub fn answers<F>(self, mut closure: F)
    where
        S: Answers<F>,
        F: Send + 'static,
    {
        let params = self.method.params;
        self.add(move |invocation| {
            let answered = take::<S>(invocation, params)
                .and_then(|(_, args)| S::into_answer(S::answer(&mut closure, args)));
            Box::pin(async { Ok(answered) })
        });
    }

    /// What the future says that `closure` makes, which takes the context, as a value, before the
    /// arguments of the method.
    pub fn answers_with<F, Fut>(self, mut closure: F)
    where
        S: AnswersWith<F, Fut>,
        F: Send + 'static,
        Fut: Future<Output = S::Output> + Send + 'static,
    {
        let params = self.method.params;
        self.add(move |invocation| {
            let (context, args) = match take::<S>(invocation, params) {
                Ok(taken) => taken,
                Err(failure) => return Box::pin(async { Ok(Err(failure)) }),
            };
            let answering = S::answer_with(&mut closure, context, args);
            Box::pin(async { Ok(S::into_answer(answering.await)) })
        });
    }

    /// This result.
    ///
    /// # Panics
    ///
    /// If it cannot be written as JSON.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value)] // what a method returns is a value
    pub fn returns(self, result: <S::Output as Reply>::Ok)
    where
        S::Output: Reply,
    {
        let answer = match Answer::new(&result) {
            Ok(answer) => answer.0,
            Err(failure) => panic!("the mock of `{}`: {}", self.method.name, failure.message),
        };
        self.add(move |_| {
            let answer = Answer(answer.clone());
            Box::pin(async { Ok(Ok(answer)) })
        });
    }

    /// This error of the method.
    #[allow(clippy::needless_pass_by_value)] // likewise
    pub fn fails(self, error: <S::Output as Reply>::Err)
    where
        S::Output: Reply,
    {
        self.fails_as(RemoteError::to_failure(&error));
    }

    /// This failure, which the method's error type need not know.
    pub fn fails_as(self, failure: Failure) {
        self.add(move |_| {
            let failure = failure.clone();
            Box::pin(async { Ok(Err(failure)) })
        });
    }

    /// An error of the road there and back, at once: [`Unroutable`](ErrorKind::Unroutable) as if
    /// nobody was there, [`Timeout`](ErrorKind::Timeout), [`Connection`](ErrorKind::Connection) and
    /// so on.
    pub fn errs(self, kind: ErrorKind) {
        self.add(move |_| {
            let text = format!("the mock says that this is how it ends ({kind:?})");
            Box::pin(async move { Err(Error::new(kind, text)) })
        });
    }

    /// Nothing, so that a call ends by its own timeout.
    pub fn never_answers(self) {
        self.add(|_| Box::pin(std::future::pending()));
    }

    fn add(self, play: impl FnMut(Invocation) -> Play + Send + 'static) {
        self.rules.add(self.method.name, self.times, Box::new(play));
    }
}

/// The context and the arguments, which must be all that there are.
fn take<S: Signature>(
    invocation: Invocation,
    params: &'static [crate::ParamDescriptor],
) -> Result<(crate::Context, S::Args), Failure> {
    let mut unpack = Unpack::new(invocation);
    let args = S::take(&mut unpack, params)?;
    Ok((unpack.finish()?, args))
}

impl<S> fmt::Debug for On<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("On")
            .field("method", &self.method.name)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}
