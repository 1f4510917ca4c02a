//! What is promised, `messaging/docs/delivery.md`, asked of a history.

use std::collections::HashSet;
use std::time::Duration;

use messaging::{ErrorKind, Stage};

use crate::api::{Done, Refusal};
use crate::clients::SERVERS;
use crate::ledger::{Kind, LifeEnd, LifeId, Op, OpId, Outcome, RunEnd, State, name_of};

/// The promises that a history breaks.
pub(crate) fn judge(state: &State) -> Vec<String> {
    let mut broken = state.wrong.clone();
    for (id, op) in state.ops.iter().enumerate() {
        let about = Judged { id, op, state };
        let found = [
            about.outcome(),
            about.deadline(),
            about.once(),
            about.not_twice_at_once(),
            about.answer(),
            about.error(),
            about.lost(),
            about.ended_too_soon(),
            about.ended_too_late(),
            about.probe(),
        ];
        broken.extend(found.into_iter().flatten().map(|what| {
            let Op { kind, client, server, plan, begun, .. } = op;
            let to = server.as_deref().unwrap_or("any");
            format!("op {id} ({kind:?} by {client} to {to} at {begun:?}, {plan:?}): {what}")
        }));
    }
    broken.extend((0..state.lives.len()).filter_map(|life| forgotten(state, life)));
    broken
}

/// What a server had accepted and did not begin is reported when it is shut down.
fn forgotten(state: &State, life: LifeId) -> Found {
    let lost = |op: &&Op| {
        matches!(op.outcome, Some((_, Outcome::Confirmed)))
            && op.kind == Kind::Cast
            && op.acked_by.contains(&life)
            && op.runs.is_empty()
            && !op.excused
    };
    let (lost, reported) = (state.ops.iter().filter(lost).count(), state.lives[life].reported);
    let was_shut_down = matches!(state.lives[life].ended, Some((_, LifeEnd::ShutDown)));
    (was_shut_down && lost > reported).then(|| {
        format!("life {life} was shut down: {lost} casts lost, of which {reported} were reported")
    })
}

/// How soon a method ends that nobody waits for, where nothing is lost: its server tells of it once
/// it has run for a tenth of a second, and is told.
const SOON: Duration = Duration::from_millis(500);

struct Judged<'a> {
    id: OpId,
    op: &'a Op,
    state: &'a State,
}

type Found = Option<String>;

impl Judged<'_> {
    /// Every operation has exactly one outcome; the ledger sees that it is no more than one.
    fn outcome(&self) -> Found {
        self.op.outcome.is_none().then(|| "it hangs: it has no outcome".to_owned())
    }

    /// No later than its deadline, to the tick.
    fn deadline(&self) -> Found {
        let (at, outcome) = self.op.outcome.as_ref()?;
        let is_late = *at > self.op.deadline && !matches!(outcome, Outcome::Dropped);
        is_late.then(|| {
            let late = *at - self.op.deadline;
            format!("it ended {late:?} after its deadline: {outcome:?}")
        })
    }

    fn may_run_again(&self) -> bool {
        matches!(
            self.op.kind,
            Kind::CallAgain | Kind::Retried | Kind::CastAgain | Kind::FanoutAgain
        )
    }

    fn is_to_many(&self) -> bool {
        matches!(self.op.kind, Kind::Fanout | Kind::FanoutAgain | Kind::Gather)
    }

    /// What is not idempotent runs at most once, of a fanout at each server. The gap: an
    /// acknowledgement that was lost with its connection.
    fn once(&self) -> Found {
        if self.may_run_again() {
            return None;
        }
        let allowed = 1 + self.op.acks_lost;
        let runs = if self.is_to_many() {
            let of = |name: &str| {
                let is_of = |life: usize| self.state.lives[life].server == name;
                self.op.runs.iter().filter(|run| is_of(run.life)).count()
            };
            SERVERS.into_iter().map(of).max().unwrap_or_default()
        } else {
            self.op.runs.len()
        };
        (runs > allowed).then(|| format!("doubled: it ran {runs} times, {:?}", self.op.runs))
    }

    /// One message does not run twice at the same time on one server.
    fn not_twice_at_once(&self) -> Found {
        if self.op.kind == Kind::Retried {
            return None;
        }
        let runs = &self.op.runs;
        let overlap = runs.iter().enumerate().any(|(at, first)| {
            runs.iter().skip(at + 1).any(|second| {
                let has_ended = first.ended.is_some_and(|(ended, _)| ended <= second.begun);
                first.life == second.life && !has_ended
            })
        });
        overlap.then(|| format!("it ran twice at once on one server: {runs:?}"))
    }

    /// An answer is that of a run of this very operation.
    fn answer(&self) -> Found {
        let (at, outcome) = self.op.outcome.as_ref()?;
        match outcome {
            Outcome::Gathered(answers) => {
                let mut servers = HashSet::new();
                answers.iter().find_map(|(server, answer)| {
                    if !servers.insert(server) {
                        return Some(format!("{server:?} answered twice: {answers:?}"));
                    }
                    self.one_answer(*at, answer)
                })
            }
            outcome => self.one_answer(*at, outcome),
        }
    }

    fn one_answer(&self, at: Duration, answer: &Outcome) -> Found {
        let (op, run, ends) = match answer {
            Outcome::Answered(Done { op, run, .. }) => (op, run, RunEnd::Returned),
            Outcome::Refused(Refusal::Planned { op, run } | Refusal::Inner { op, run }) => {
                (op, run, RunEnd::Failed)
            }
            _ => return None,
        };
        if *op != name_of(self.id) {
            return Some(format!("wrong answer: {answer:?}"));
        }
        let ended = self.op.runs.get(*run).and_then(|run| run.ended);
        let is_right = ended.is_some_and(|(ended, how)| how == ends && ended <= at);
        (!is_right).then(|| format!("it was answered {answer:?}, and ran {:?}", self.op.runs))
    }

    fn error(&self) -> Found {
        let (_, outcome) = self.op.outcome.as_ref()?;
        if let Outcome::Gathered(answers) = outcome {
            return answers.iter().find_map(|(_, answer)| self.one_error(answer));
        }
        self.one_error(outcome)
    }

    /// Only errors that have a cause, and what says that it did not run did not.
    fn one_error(&self, outcome: &Outcome) -> Found {
        let Outcome::Failed { kind, stage, class, may_have_run, text } = outcome else {
            return None;
        };
        let op = self.op;
        let ran = op.runs.len();
        // What was acknowledged and not begun, and comes again since nobody heard of that.
        let is_gap = op.acks_lost > 0;
        if !may_have_run && ran > 0 && !is_gap && !self.is_to_many() {
            return Some(format!("it ran {ran} times, and its error says that it did not: {text}"));
        }
        let told = |name| op.told.contains(name);
        let of_inbox = *stage == Some(Stage::ReplyQueue);
        let ended_so = |end| op.runs.iter().any(|run| run.ended.is_some_and(|(_, is)| is == end));
        let has_cause = match kind {
            ErrorKind::NotConfirmed => told("NotConfirmed"),
            ErrorKind::NotSent => told("NotSent") || of_inbox || *stage == Some(Stage::Expired),
            // The reply queue may not have been opened, of which the ledger does not know.
            ErrorKind::Connection => told("Connection") || op.told.is_empty(),
            ErrorKind::Refused => told("Refused"),
            ErrorKind::Unroutable => told("Unroutable"),
            ErrorKind::Closed => op.closed,
            ErrorKind::Timeout => match stage {
                Some(Stage::Running | Stage::ServerGone) => ran > 0,
                _ => true,
            },
            ErrorKind::Cancelled => ended_so(RunEnd::Dropped),
            ErrorKind::ShuttingDown | ErrorKind::Busy => true,
            ErrorKind::Remote => match class.as_deref() {
                Some("HandlerPanicked") => ended_so(RunEnd::Panicked),
                // The broker refused the answer itself.
                Some("ResultNotSent") => ran > 0,
                _ => false,
            },
            _ => false,
        };
        (!has_cause).then(|| format!("nothing that happened explains {kind:?}: {text}"))
    }

    /// Whether its method is ended when nobody waits for it any more.
    fn may_be_cancelled(&self) -> bool {
        !matches!(
            self.op.kind,
            Kind::Keep | Kind::Cast | Kind::CastAgain | Kind::Fanout | Kind::FanoutAgain
        )
    }

    /// A method is ended before its time with its server alone, or when nobody waits for it.
    fn ended_too_soon(&self) -> Found {
        // Each of its attempts gives up for itself.
        if self.op.kind == Kind::Retried {
            return None;
        }
        self.op.runs.iter().find_map(|run| {
            let (at, RunEnd::Dropped) = run.ended? else { return None };
            let with_its_server =
                self.state.lives[run.life].ending.is_some_and(|since| at >= since);
            let gave_up = self.op.outcome.as_ref().is_some_and(|(gave_up, _)| *gave_up <= at);
            let is_right =
                with_its_server || (self.may_be_cancelled() && (gave_up || at >= self.op.deadline));
            (!is_right).then(|| format!("its method was ended too soon: {run:?}"))
        })
    }

    /// A method does not outlive the deadline of its caller; and if the caller gives up while all
    /// is well, it ends soon after that.
    fn ended_too_late(&self) -> Found {
        let op = self.op;
        if !self.may_be_cancelled() {
            return None;
        }
        let gave_up = match op.outcome {
            Some((at, Outcome::Dropped)) if op.probe => Some(at),
            _ => None,
        };
        op.runs.iter().find_map(|run| {
            let (at, _) = run.ended?;
            let by_deadline = op.deadline + op.on_the_way;
            let by_drop = gave_up.map(|gave_up| gave_up.max(run.begun) + SOON);
            let by = by_drop.map_or(by_deadline, |by_drop| by_drop.min(by_deadline));
            (at > by).then(|| format!("its method ran until {at:?}, and not {by:?}: {run:?}"))
        })
    }

    /// What was confirmed has run, once everything has healed and drained.
    fn lost(&self) -> Found {
        let op = self.op;
        if !matches!(op.outcome, Some((_, Outcome::Confirmed))) || op.excused {
            return None;
        }
        let lost =
            || Some(format!("lost: it was confirmed and never ran; acked by {:?}", op.acked_by));
        match op.kind {
            Kind::CastAgain if op.runs.is_empty() => lost(),
            // Given back by those who were cut off, it has come to its end somewhere.
            Kind::CastAgain => {
                let has_ended = |end| !matches!(end, Some((_, RunEnd::Dropped)) | None);
                let whole = op.runs.iter().any(|run| has_ended(run.ended));
                (!whole).then(|| format!("lost: it never came to its end: {:?}", op.runs))
            }
            // Acknowledged before it began, it is lost with its server alone.
            Kind::Cast if op.runs.is_empty() => {
                let died = |life: &usize| {
                    let ended = self.state.lives[*life].ended;
                    // Of those that were shut down `forgotten` asks.
                    matches!(ended, Some((_, LifeEnd::Killed | LifeEnd::ShutDown)))
                };
                if op.acked_by.iter().any(died) { None } else { lost() }
            }
            _ => None,
        }
    }

    /// Where everything is well, everything succeeds.
    fn probe(&self) -> Found {
        let op = self.op;
        if !op.probe {
            return None;
        }
        let (_, outcome) = op.outcome.as_ref()?;
        if matches!(outcome, Outcome::Dropped) {
            let kept = op.runs.iter().all(|run| matches!(run.ended, Some((_, RunEnd::Returned))));
            let is_wrong = op.kind == Kind::Keep && !kept;
            return is_wrong.then(|| format!("it was to run to its end: {:?}", op.runs));
        }
        let servers: HashSet<_> = op.runs.iter().map(|run| run.life).collect();
        let is_well = match outcome {
            Outcome::Answered(_) | Outcome::Confirmed if self.is_to_many() => {
                servers.len() == SERVERS.len()
            }
            Outcome::Answered(_) | Outcome::Confirmed => op.runs.len() == 1,
            Outcome::Gathered(answers) => answers.len() == SERVERS.len(),
            _ => false,
        };
        (!is_well).then(|| format!("all is well again, and it fails: {outcome:?}, {:?}", op.runs))
    }
}
