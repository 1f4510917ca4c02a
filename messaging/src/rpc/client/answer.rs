//! What an answer says.

use super::contract;
use super::outgoing::Outgoing;
use crate::driver::Notes;
use crate::error::{Origin, shortened};
use crate::rpc::{Reply, dispatcher, server};
use crate::telemetry::ClientCall;
use crate::transport::Outcome;
use crate::wire::notes;
use crate::{CallError, Error, ErrorKind, Failure, RemoteError};

/// A request that was answered.
pub(super) struct Answered {
    pub(super) outgoing: Box<Outgoing>,
    pub(super) outcome: Outcome,
    pub(super) watched: Option<ClientCall>,
}

impl Answered {
    /// What became of the request: the method's result, its own error, or another failure.
    pub(super) fn read<R: Reply>(self) -> Result<R::Ok, CallError<R::Err>> {
        let Self { outgoing, outcome, watched } = self;
        let Some(watched) = watched else { return outgoing.read::<R>(outcome) };
        let class = outcome.result.as_ref().err().map(|failure| failure.class.clone());
        let read = outgoing.read::<R>(outcome);
        match &read {
            Ok(_) => watched.succeeded(),
            Err(CallError::Rpc(error)) => watched.ended_with(error.kind()),
            Err(CallError::Remote(_)) => watched.failed(class.as_deref()),
        }
        read
    }
}

impl Outgoing {
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
