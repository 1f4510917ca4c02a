//! Who waits for a method that runs: until when, and how often it is told that it runs.

use std::time::{Duration, Instant};

use super::return_address::ReturnAddress;
use crate::wire::Id;

/// For how long a method runs before its caller is first told: what is answered sooner costs
/// nothing more.
const FIRST: Duration = Duration::from_millis(100);

/// How far apart two signs are at most. Each comes after twice the time of the one before.
const APART: Duration = Duration::from_secs(30);

/// Who waits for a method that runs.
#[derive(Debug)]
pub(super) struct Caller {
    since: Instant,
    /// When the method is to end since nobody waits any more; none if it may run on.
    deadline: Option<Instant>,
    signs: Option<Signs>,
    /// Whether the method may be ended before its time.
    may_stop: bool,
}

#[derive(Debug)]
struct Signs {
    reply_to: ReturnAddress,
    next: Instant,
    given: bool,
}

/// A caller that is to be told that its method runs.
#[derive(Debug)]
pub(super) struct Sign {
    pub(super) reply_to: ReturnAddress,
    /// For how long.
    pub(super) ran: Duration,
    /// Whether it may ask for the end of it.
    pub(super) may_stop: bool,
}

impl Caller {
    /// A caller that gives up at `deadline`; `signs` is where it takes signs, if it understands
    /// them. None if there is nothing to look after.
    pub(super) fn new(
        now: Instant,
        deadline: Option<Instant>,
        signs: Option<ReturnAddress>,
        may_stop: bool,
    ) -> Option<Self> {
        let deadline = deadline.filter(|_| may_stop);
        if deadline.is_none() && signs.is_none() {
            return None;
        }
        let signs = signs.map(|reply_to| Signs { reply_to, next: now + FIRST, given: false });
        Some(Self { since: now, deadline, signs, may_stop })
    }

    /// Whether it waits no more, and its method may be ended.
    pub(super) fn has_given_up(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// The sign that is due.
    pub(super) fn sign(&mut self, now: Instant) -> Option<Sign> {
        let signs = self.signs.as_mut().filter(|signs| signs.next <= now)?;
        let ran = now.saturating_duration_since(self.since);
        signs.next = now + ran.clamp(FIRST, APART);
        signs.given = true;
        let reply_to = signs.reply_to.clone();
        Some(Sign { reply_to, ran, may_stop: self.may_stop })
    }

    /// When it is to be looked after next; with `may_tell` also for its next sign.
    pub(super) fn due(&self, may_tell: bool) -> Option<Instant> {
        let sign = self.signs.as_ref().filter(|_| may_tell).map(|signs| signs.next);
        self.deadline.into_iter().chain(sign).min()
    }

    /// The call, if its caller was told that it runs.
    pub(super) fn told(&self) -> Option<&Id> {
        let given = self.signs.as_ref().filter(|signs| signs.given)?;
        Some(&given.reply_to.msg_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(now: Instant, deadline: Option<Duration>, may_stop: bool) -> Caller {
        let deadline = deadline.map(|after| now + after);
        Caller::new(now, deadline, Some(ReturnAddress::of("1")), may_stop).unwrap()
    }

    #[test]
    fn signs_come_at_a_tenth_of_a_second_and_then_ever_further_apart() {
        let begun = crate::runtime::here().now();
        let mut caller = caller(begun, None, true);
        let mut came = Vec::new();
        while came.len() < 12 {
            let due = caller.due(true).unwrap();
            assert!(caller.sign(due - Duration::from_millis(1)).is_none());
            came.push(caller.sign(due).unwrap().ran.as_millis());
        }
        let [.., eleventh, twelfth] = came[..] else { panic!() };
        assert_eq!(came[..4], [100, 200, 400, 800]);
        assert_eq!(twelfth - eleventh, APART.as_millis());
    }

    #[test]
    fn what_may_not_be_ended_has_no_deadline() {
        let now = crate::runtime::here().now();
        for (may_stop, gives_up) in [(true, true), (false, false)] {
            let caller = caller(now, Some(Duration::from_millis(50)), may_stop);
            assert_eq!(caller.has_given_up(now + Duration::from_secs(1)), gives_up);
        }
        assert!(Caller::new(now, Some(now), None, false).is_none());
    }
}
