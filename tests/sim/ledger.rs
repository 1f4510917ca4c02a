//! What happened, written down outside of the system that is looked at.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use messaging::testing::VirtualTime;
use messaging::{CallError, Error, ErrorKind, Stage};

use crate::api::{Done, Plan, Refusal};

/// An operation of a client, by its number.
pub(crate) type OpId = usize;

/// One life of a server, from a start to an end, by its number.
pub(crate) type LifeId = usize;

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Call,
    CallAgain,
    /// [`Kind::CallAgain`] that is made again where it fails.
    Retried,
    /// A call whose method is not ended before its time.
    Keep,
    /// A call whose method makes a call.
    Relay,
    /// The call that it makes.
    Relayed,
    Cast,
    CastAgain,
    Fanout,
    FanoutAgain,
    Gather,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) kind: Kind,
    /// The only server that it is for.
    pub(crate) server: Option<String>,
    pub(crate) plan: Plan,
    pub(crate) client: String,
    pub(crate) begun: Duration,
    /// When it has to have an outcome.
    pub(crate) deadline: Duration,
    /// Made when everything is well: it has to succeed.
    pub(crate) probe: bool,
    pub(crate) outcome: Option<(Duration, Outcome)>,
    pub(crate) runs: Vec<Run>,
    /// The errors that the driver gave for its request.
    pub(crate) told: BTreeSet<&'static str>,
    /// How often an acknowledgement of it was lost with its connection.
    pub(crate) acks_lost: usize,
    /// The lives whose acknowledgement of it the broker took.
    pub(crate) acked_by: Vec<LifeId>,
    /// It was lost with its queue after it was confirmed, or with a connection that said that its
    /// acknowledgement had failed when it had not.
    pub(crate) excused: bool,
    /// The longest that its request was on its way to the broker, which counts its time from then
    /// on.
    pub(crate) on_the_way: Duration,
    /// The client's transport was closed meanwhile.
    pub(crate) closed: bool,
}

/// One execution of a handler.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) life: LifeId,
    pub(crate) method: &'static str,
    pub(crate) begun: Duration,
    pub(crate) ended: Option<(Duration, RunEnd)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunEnd {
    Returned,
    Failed,
    Panicked,
    Dropped,
}

/// What came of an operation.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Answered(Done),
    Refused(Refusal),
    /// A cast was confirmed.
    Confirmed,
    /// Who answered, and what.
    Gathered(Vec<(Option<String>, Outcome)>),
    Failed {
        kind: ErrorKind,
        stage: Option<Stage>,
        class: Option<String>,
        may_have_run: bool,
        text: String,
    },
    /// Its future was dropped, or its client was killed.
    Dropped,
}

impl Outcome {
    pub(crate) fn of_call(result: &Result<Done, CallError<Refusal>>) -> Self {
        match result {
            Ok(done) => Self::Answered(done.clone()),
            Err(CallError::Remote(refusal)) => Self::Refused(refusal.clone()),
            Err(CallError::Rpc(error)) => Self::of_error(error),
        }
    }

    pub(crate) fn of_cast(result: &Result<(), Error>) -> Self {
        match result {
            Ok(()) => Self::Confirmed,
            Err(error) => Self::of_error(error),
        }
    }

    pub(crate) fn of_error(error: &Error) -> Self {
        Self::Failed {
            kind: error.kind(),
            stage: error.stage(),
            class: error.failure().map(|failure| failure.class.clone()),
            may_have_run: error.may_have_run(),
            text: error.to_string(),
        }
    }
}

/// How a life of a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LifeEnd {
    /// It did not start.
    NotStarted,
    /// Everything of it stopped in the middle.
    Killed,
    /// Stopped, and waited for.
    Stopped,
    /// Shut down within a budget.
    ShutDown,
    /// Its last handle was dropped.
    HandleDropped,
    /// Its transport was closed under it.
    Closed,
}

#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) server: String,
    /// Since when it is being killed, or shut down.
    pub(crate) ending: Option<Duration>,
    /// How many casts of at most once its shutdown reported as cut off.
    pub(crate) reported: usize,
    pub(crate) ended: Option<(Duration, LifeEnd)>,
}

/// The ledger.
#[derive(Debug)]
pub(crate) struct Ledger {
    time: VirtualTime,
    /// The history in words, if somebody wants to read it.
    trace: Option<Mutex<Vec<String>>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) ops: Vec<Op>,
    pub(crate) lives: Vec<Life>,
    /// What was found wrong while it went on.
    pub(crate) wrong: Vec<String>,
}

impl State {
    /// Of the runs of a method in one life: how many began, and how many ended in each way, or not.
    pub(crate) fn counts(&self, life: LifeId, method: &str) -> [u64; 6] {
        let mut counts = [0; 6];
        let runs = self.ops.iter().flat_map(|op| &op.runs);
        for run in runs.filter(|run| run.life == life && run.method == method) {
            counts[0] += 1;
            counts[match run.ended {
                Some((_, RunEnd::Returned)) => 1,
                Some((_, RunEnd::Failed)) => 2,
                Some((_, RunEnd::Panicked)) => 3,
                Some((_, RunEnd::Dropped)) => 4,
                None => 5,
            }] += 1;
        }
        counts
    }
}

impl Ledger {
    pub(crate) fn new(time: VirtualTime, trace: bool) -> Self {
        let trace = trace.then(Mutex::default);
        Self { time, trace, state: Mutex::default() }
    }

    /// Writes a line of the history.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            let at = self.time.elapsed().as_secs_f64();
            let line = format!("{at:>12.6}  {}", without_ids(&line()));
            trace.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        let trace = self.trace.as_ref();
        trace.map_or_else(Vec::new, |trace| {
            std::mem::take(&mut *trace.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is not as it has to be.
    pub(crate) fn wrong(&self, what: String) {
        self.note(|| format!("WRONG: {what}"));
        self.state().wrong.push(what);
    }

    /// A new operation, which has to end `within`.
    pub(crate) fn enter(
        &self,
        kind: Kind,
        client: &str,
        server: Option<&str>,
        plan: Plan,
        within: Duration,
        probe: bool,
    ) -> OpId {
        let begun = self.time.elapsed();
        let op = Op {
            kind,
            server: server.map(str::to_owned),
            plan,
            client: client.to_owned(),
            begun,
            deadline: begun + within,
            probe,
            outcome: None,
            runs: Vec::new(),
            told: BTreeSet::new(),
            acks_lost: 0,
            acked_by: Vec::new(),
            excused: false,
            on_the_way: Duration::ZERO,
            closed: false,
        };
        let id = {
            let mut state = self.state();
            state.ops.push(op);
            state.ops.len() - 1
        };
        self.note(|| {
            let to = server.map(|server| format!(" of {server}")).unwrap_or_default();
            format!("{client} op {id} begins: {kind:?}{to}, {plan:?}, within {within:?}")
        });
        id
    }

    pub(crate) fn ended(&self, op: OpId, outcome: Outcome) {
        self.note(|| format!("op {op} ends: {outcome:?}"));
        let at = self.time.elapsed();
        let mut state = self.state();
        let Some(entry) = state.ops.get_mut(op) else { return };
        if let Some((_, before)) = &entry.outcome {
            let what = format!("op {op} has two outcomes: {before:?} and {outcome:?}");
            state.wrong.push(what);
            return;
        }
        entry.outcome = Some((at, outcome));
    }

    /// A handler begins; answers which run of the operation it is.
    pub(crate) fn begun(&self, op: OpId, life: LifeId, method: &'static str) -> usize {
        let begun = self.time.elapsed();
        let mut state = self.state();
        let server = state.lives.get(life).map(|life| life.server.clone()).unwrap_or_default();
        let Some(entry) = state.ops.get_mut(op) else {
            state.wrong.push(format!("{method} ran for op {op}, which nobody made"));
            return 0;
        };
        entry.runs.push(Run { life, method, begun, ended: None });
        let run = entry.runs.len() - 1;
        drop(state);
        self.note(|| format!("{server} life {life}: op {op} run {run} begins"));
        run
    }

    pub(crate) fn run_ended(&self, op: OpId, run: usize, end: RunEnd) {
        self.note(|| format!("op {op} run {run} ends: {end:?}"));
        let at = self.time.elapsed();
        let mut state = self.state();
        if let Some(run) = state.ops.get_mut(op).and_then(|op| op.runs.get_mut(run)) {
            run.ended = Some((at, end));
        }
    }

    /// A server begins a life.
    pub(crate) fn born(&self, server: &str) -> LifeId {
        let mut state = self.state();
        state.lives.push(Life {
            server: server.to_owned(),
            ending: None,
            reported: 0,
            ended: None,
        });
        state.lives.len() - 1
    }

    /// From now on what it runs may be dropped.
    pub(crate) fn ending(&self, life: LifeId) {
        let at = self.time.elapsed();
        if let Some(life) = self.state().lives.get_mut(life) {
            life.ending.get_or_insert(at);
        }
    }

    pub(crate) fn died(&self, life: LifeId, end: LifeEnd) {
        self.note(|| format!("life {life} ends: {end:?}"));
        let at = self.time.elapsed();
        if let Some(life) = self.state().lives.get_mut(life) {
            life.ended = Some((at, end));
        }
    }

    /// Something became of the message of an operation.
    pub(crate) fn about(&self, op: Option<OpId>, change: impl FnOnce(&mut Op)) {
        let Some(op) = op else { return };
        if let Some(op) = self.state().ops.get_mut(op) {
            change(op);
        }
    }
}

/// An operation that waits for its outcome. Dropped without one, that is its outcome.
pub(crate) struct Pending<'a> {
    ledger: &'a Ledger,
    pub(crate) op: OpId,
    ended: bool,
}

impl<'a> Pending<'a> {
    pub(crate) fn enter(
        ledger: &'a Ledger,
        kind: Kind,
        client: &str,
        server: Option<&str>,
        plan: Plan,
        within: Duration,
        probe: bool,
    ) -> Self {
        let op = ledger.enter(kind, client, server, plan, within, probe);
        Self { ledger, op, ended: false }
    }

    pub(crate) fn ended(mut self, outcome: Outcome) {
        self.ended = true;
        self.ledger.ended(self.op, outcome);
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.ledger.ended(self.op, Outcome::Dropped);
        }
    }
}

/// The line without what is drawn anew for each run, such as the names of reply queues.
fn without_ids(line: &str) -> String {
    let is_hex = |c: char| c.is_ascii_hexdigit();
    let mut rest = line;
    let mut whole = String::with_capacity(line.len());
    while let Some(at) = rest.find(is_hex) {
        let (before, from) = rest.split_at(at);
        let (run, after) = from.split_at(from.find(|c| !is_hex(c)).unwrap_or(from.len()));
        whole.push_str(before);
        whole.push_str(if run.len() == 32 { ".." } else { run });
        rest = after;
    }
    whole + rest
}

/// As an operation is named in what is sent.
pub(crate) fn name_of(op: OpId) -> String {
    format!("sim#{op}#")
}

/// The first operation that a body names.
pub(crate) fn op_in(body: &[u8]) -> Option<OpId> {
    let (_, named) = std::str::from_utf8(body).ok()?.split_once("sim#")?;
    named.split('#').next()?.parse().ok()
}
