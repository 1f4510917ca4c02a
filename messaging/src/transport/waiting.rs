//! Who waits for answers, and what was said before they came.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use tokio::sync::{Notify, oneshot};

use super::correlation::{Answered, Outcome};
use super::pending::Answer;
use super::runs::Runs;
use super::sink::Sink;
use crate::Error;
use crate::wire::{Id, Json, OurIds};

/// Those who wait, by the ids that were made here.
pub(super) type Table = HashMap<Id, Place, BuildHasherDefault<OurIds>>;

/// Who waits.
#[derive(Debug)]
pub(super) enum Place {
    Call(Waiting),
    /// By itself: it is large, and there are few.
    Gather(Box<Sink>),
}

/// A call that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    sender: oneshot::Sender<Answered>,
    /// Nothing of most calls.
    told: Option<Box<Told>>,
}

/// What is known of a call before its answer.
#[derive(Debug, Default)]
struct Told {
    /// A result that came before its end, from a peer of an older release.
    early: Option<Outcome>,
    /// Told of each sign of life, where the call is monitored.
    alive: Option<Arc<Notify>>,
    /// Who runs it, if that was said.
    runs: Option<Runs>,
    /// That the broker did not confirm its request, if so.
    unconfirmed: Option<Error>,
}

impl Waiting {
    /// A call that waits, and what its answer will be told to; with each sign of life, if it is
    /// `monitored`.
    pub(super) fn new(monitored: bool) -> (Self, Answer) {
        let (sender, receiver) = oneshot::channel();
        let alive = monitored.then(Arc::<Notify>::default);
        let told = alive.clone().map(|alive| Told { alive: Some(alive), ..Told::default() });
        (Self { sender, told: told.map(Box::new) }, Answer::new(receiver, alive))
    }

    /// It runs, as far as that is said by `runs`.
    pub(super) fn sign(&mut self, runs: Option<Runs>) {
        if runs.is_some() {
            self.told().runs = runs;
        }
        if let Some(Told { alive: Some(alive), .. }) = self.told.as_deref() {
            alive.notify_one();
        }
    }

    /// Its result, whose end is still to come.
    pub(super) fn early(&mut self, outcome: Outcome) {
        self.told().early = Some(outcome);
    }

    /// It is not certain that the broker has its request.
    pub(super) fn doubt(&mut self, unconfirmed: Error) {
        self.told().unconfirmed = Some(unconfirmed);
    }

    /// Who runs it, if that was said.
    pub(super) fn runs(&self) -> Option<&Runs> {
        self.told.as_ref()?.runs.as_ref()
    }

    /// Why it is not certain that the broker has its request.
    pub(super) fn take_doubt(&mut self) -> Option<Error> {
        self.told.as_mut()?.unconfirmed.take()
    }

    /// The end of it, and its result where none came before.
    pub(super) fn end(self, outcome: Outcome) {
        let is_null = outcome.result.as_ref().is_ok_and(Json::is_null);
        let early = self.told.and_then(|told| told.early).filter(|_| is_null);
        let _ = self.sender.send(Ok(early.unwrap_or(outcome)));
    }

    /// There will be no answer. A call that has just given up does not want to know.
    pub(super) fn fail(self, error: Error) {
        let _ = self.sender.send(Err(error));
    }

    fn told(&mut self) -> &mut Told {
        self.told.get_or_insert_default()
    }
}
