//! A message that is published, and of which the broker has said nothing yet.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures_util::future::BoxFuture;
use lapin::{Confirmation, PublisherConfirm};

use super::fate::{Fate, Posted};
use super::fault::{Fault, Refusal};

/// A message that is published, and of which the broker has said nothing yet.
pub(super) struct Message {
    /// Its number on its channel, by which the broker gives it back.
    number: u64,
    stage: Stage,
    /// Who is told when something happens to it.
    waker: Waker,
    owner: Owner,
    /// What was said of it, until it is certain what that means.
    said: Option<Said>,
    /// The number of one that the broker gave back, which lapin handed over with this one.
    brought: Option<u64>,
    /// Whether the broker gave it back.
    returned: bool,
    fate: Option<Fate>,
}

/// What lapin does with it.
enum Stage {
    Writing(BoxFuture<'static, lapin::Result<PublisherConfirm>>),
    Confirming(PublisherConfirm),
    /// It will not be confirmed.
    Written,
    Ended,
}

/// Who wants to know what becomes of it.
enum Owner {
    Waits,
    Posted(Posted),
    Nobody,
}

/// What was said of a message.
enum Said {
    Taken,
    NotTaken,
    NotWritten(Fault),
    Lost(Fault),
}

impl Message {
    /// One that lapin was not asked to write yet; somebody waits for it unless it is `posted`.
    pub(super) fn new(
        number: u64,
        writing: BoxFuture<'static, lapin::Result<PublisherConfirm>>,
        posted: Option<Posted>,
    ) -> Self {
        Self {
            number,
            stage: Stage::Writing(writing),
            waker: Waker::noop().clone(),
            owner: posted.map_or(Owner::Waits, Owner::Posted),
            said: None,
            brought: None,
            returned: false,
            fate: None,
        }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn is_waited_for(&self) -> bool {
        matches!(self.owner, Owner::Waits)
    }

    /// Whether anybody wants to know what becomes of it.
    pub(super) fn is_wanted(&self) -> bool {
        !matches!(self.owner, Owner::Nobody)
    }

    /// Has `waker` told of whatever happens to it, from the next [look](Self::look) on.
    pub(super) fn told_by(&mut self, waker: &Waker) {
        self.waker.clone_from(waker);
    }

    /// Nobody wants to know any more.
    pub(super) fn abandon(&mut self) {
        self.owner = Owner::Nobody;
    }

    /// Who is told, once.
    pub(super) fn take_posted(&mut self) -> Option<Posted> {
        match std::mem::replace(&mut self.owner, Owner::Nobody) {
            Owner::Posted(posted) => Some(posted),
            Owner::Waits | Owner::Nobody => None,
        }
    }

    /// Asks lapin what there is to say of it; whether that is all.
    ///
    /// Whoever asks leaves the waker of the one who is to be told: of several that wait for one thing
    /// lapin tells the last.
    pub(super) fn look(&mut self) -> bool {
        while self.said.is_none() {
            let context = &mut Context::from_waker(&self.waker);
            let said = match &mut self.stage {
                Stage::Ended => return true,
                Stage::Written => return false,
                Stage::Writing(writing) => match writing.as_mut().poll(context) {
                    Poll::Pending => return false,
                    Poll::Ready(Ok(confirming)) => {
                        self.stage = Stage::Confirming(confirming);
                        continue;
                    }
                    Poll::Ready(Err(error)) => Said::NotWritten(Fault::Told(error)),
                },
                Stage::Confirming(confirming) => match Pin::new(confirming).poll(context) {
                    Poll::Pending => return false,
                    Poll::Ready(Err(error)) => Said::Lost(Fault::Told(error)),
                    Poll::Ready(Ok(Confirmation::NotRequested)) => {
                        self.stage = Stage::Written;
                        continue;
                    }
                    Poll::Ready(Ok(Confirmation::Ack(back))) => {
                        self.brought = back.and_then(|back| number_of(&back.properties));
                        Said::Taken
                    }
                    Poll::Ready(Ok(Confirmation::Nack(back))) => {
                        self.brought = back.and_then(|back| number_of(&back.properties));
                        Said::NotTaken
                    }
                },
            };
            self.said = Some(said);
            self.stage = Stage::Ended;
        }
        true
    }

    /// Whether the broker has taken it, as far as that is certain where it has given back none that
    /// lapin has not told of, and nobody waits for it. Asks lapin.
    pub(super) fn is_taken_unwatched(&mut self) -> bool {
        self.look()
            && !self.is_waited_for()
            && matches!(self.said, Some(Said::Taken))
            && !self.returned
    }

    /// Whether its channel has ended before the broker said anything of it.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.said, Some(Said::Lost(_)))
    }

    /// Whether all is said of it.
    pub(super) fn is_said(&self) -> bool {
        self.said.is_some() || self.fate.is_some()
    }

    /// The number of one that the broker gave back, where it was found at this one.
    pub(super) fn brought(&mut self) -> Option<u64> {
        self.brought.take()
    }

    /// The broker has dealt with it, and does not confirm it.
    pub(super) fn noted(&mut self) {
        if self.said.is_none() && self.fate.is_none() {
            (self.said, self.stage) = (Some(Said::Taken), Stage::Ended);
        }
    }

    /// The broker gave it back.
    pub(super) fn returned(&mut self) {
        self.returned = true;
    }

    /// Whether lapin has it still to write.
    pub(super) fn is_unwritten(&self) -> bool {
        matches!(self.stage, Stage::Writing(_))
    }

    /// Its channel or its connection has ended, and lapin may say no more of it.
    pub(super) fn over(&mut self, ended: impl FnOnce() -> Fault) {
        if self.said.is_some() || self.fate.is_some() {
            return;
        }
        self.said = match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Writing(_) => Some(Said::NotWritten(ended())),
            Stage::Confirming(_) | Stage::Written => Some(Said::Lost(ended())),
            Stage::Ended => None,
        };
    }

    /// What was said is certain now. `alone` is whether no other was under way beside it.
    pub(super) fn conclude(&mut self, alone: bool) {
        let Some(said) = self.said.take() else { return };
        self.fate = Some(match said {
            Said::Taken | Said::NotTaken if self.returned => Fate::Unroutable,
            Said::Taken => Fate::Confirmed,
            Said::NotTaken => Fate::NotTaken,
            Said::NotWritten(fault) => Fate::NotWritten(fault),
            // What is forbidden is so for each of them, and so is a wrong user.
            Said::Lost(fault) => {
                let alone = alone
                    || matches!(fault.refusal(), Some(Refusal::Access))
                    || fault.words().contains("user_id");
                Fate::Lost { fault, alone }
            }
        });
    }

    /// What became of it, if that is certain and was not taken.
    pub(super) fn fate(&self) -> Option<&Fate> {
        self.fate.as_ref()
    }

    /// What became of it, if that is certain.
    pub(super) fn take_fate(&mut self) -> Option<Fate> {
        self.fate.take()
    }

    /// When it will be missed, if anybody is told.
    pub(super) fn due(&self) -> Option<Instant> {
        match &self.owner {
            Owner::Posted(posted) => Some(posted.due),
            Owner::Waits | Owner::Nobody => None,
        }
    }

    /// Whoever waits for it may want to look.
    pub(super) fn wake(&self) {
        self.waker.wake_by_ref();
    }

    /// Who is told, if nothing was said of it by `now`, in its time.
    pub(super) fn late(&mut self, now: Instant) -> Option<Posted> {
        let is_late = matches!(&self.owner, Owner::Posted(posted) if posted.due <= now);
        if is_late { self.take_posted() } else { None }
    }
}

/// The number that a message was given which came back with these properties.
pub(super) fn number_of(properties: &lapin::BasicProperties) -> Option<u64> {
    properties.message_id().as_ref()?.as_str().parse().ok()
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Writing(_) => "writing",
            Stage::Confirming(_) => "confirming",
            Stage::Written => "written",
            Stage::Ended => "ended",
        };
        f.debug_struct("Message")
            .field("number", &self.number)
            .field("stage", &stage)
            .finish_non_exhaustive()
    }
}
