//! What a server runs, and who waits for it.

use std::collections::{BTreeMap, HashMap};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::caller::{Caller, Sign};
use crate::wire::Id;

/// What a server runs, by the number of each message.
#[derive(Default)]
pub(super) struct Running {
    next: u64,
    pub(super) work: BTreeMap<u64, Work>,
    /// Which work runs a call whose caller was told where it may be ended.
    told: HashMap<Id, u64>,
    /// When somebody is to be looked after next, as far as is known.
    due: Option<Instant>,
}

/// A message that was taken.
pub(super) struct Work {
    pub(super) method: Option<(&'static str, Option<String>)>,
    pub(super) since: Instant,
    pub(super) stopping: Stopping,
    pub(super) caller: Option<Caller>,
}

/// Whether a method is to end before its time.
#[derive(Debug)]
pub(super) enum Stopping {
    /// None runs.
    None,
    /// Not yet; who is to be told.
    Unasked(Option<Waker>),
    Asked(Stop),
}

/// Why a method is stopped before it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The server ends, and does not wait for it.
    CutOff,
    /// Its caller waits no more.
    GivenUp,
}

impl Running {
    /// Enters a message, and numbers it.
    pub(super) fn enter(&mut self, since: Instant) -> u64 {
        let id = self.next;
        self.next += 1;
        self.work.insert(id, Work { method: None, since, stopping: Stopping::None, caller: None });
        id
    }

    /// Ends what nobody waits for any more, and says who is to be told that its method runs: nobody
    /// unless `may_tell`, and then all whose time has come meanwhile. The second is when to come
    /// again.
    pub(super) fn look_after(
        &mut self,
        may_tell: bool,
        now: Instant,
    ) -> (Vec<Sign>, Option<Instant>) {
        let Self { work, told, due, .. } = self;
        let mut signs = Vec::new();
        *due = None;
        for (id, work) in work {
            let Some(caller) = &mut work.caller else { continue };
            if caller.has_given_up(now) {
                work.stop(Stop::GivenUp);
                continue;
            }
            if may_tell && let Some(sign) = caller.sign(now) {
                if sign.may_stop {
                    told.insert(sign.reply_to.msg_id.clone(), *id);
                }
                signs.push(sign);
            }
            *due = earlier(*due, caller.due(may_tell));
        }
        (signs, *due)
    }

    /// Somebody is to be looked after at `due`: whether that is sooner than anybody was.
    pub(super) fn is_due(&mut self, due: Option<Instant>) -> bool {
        let next = earlier(self.due, due);
        let sooner = next != self.due;
        self.due = next;
        sooner
    }

    /// Ends the method of a call whose caller was told that it runs.
    pub(super) fn give_up(&mut self, msg_id: &Id) {
        if let Some(id) = self.told.remove(msg_id)
            && let Some(work) = self.work.get_mut(&id)
        {
            work.stop(Stop::GivenUp);
        }
    }

    /// Nobody is told of it any more.
    pub(super) fn forget_caller(&mut self, id: u64) {
        let caller = self.work.get_mut(&id).and_then(|work| work.caller.take());
        if let Some(msg_id) = caller.as_ref().and_then(Caller::told) {
            self.told.remove(msg_id);
        }
    }
}

impl Work {
    /// Ends the method, if it runs.
    pub(super) fn stop(&mut self, why: Stop) {
        if let Stopping::Unasked(waker) = &mut self.stopping {
            let waker = waker.take();
            self.stopping = Stopping::Asked(why);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Why the method is to end; else `context` is told when that is asked for.
    pub(super) fn poll_stopped(&mut self, context: &Context<'_>) -> Poll<Stop> {
        match &mut self.stopping {
            Stopping::None => Poll::Pending,
            Stopping::Unasked(waker) => {
                if !waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                    *waker = Some(context.waker().clone());
                }
                Poll::Pending
            }
            Stopping::Asked(why) => Poll::Ready(*why),
        }
    }
}

/// The earlier of two moments that may never come.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
