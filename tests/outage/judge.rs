//! What is judged of every row: the ledgers of servers and clients, laid side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::ledger::{Moment, What, since};
use crate::program::Program;

/// How late a call may end.
const LATE: Duration = Duration::from_millis(500);

/// What became of all that was sent.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Tally {
    pub(crate) calls: usize,
    pub(crate) answered: usize,
    /// Calls, casts and fanouts that failed, by the kind of their error.
    pub(crate) failed: BTreeMap<String, usize>,
    /// One text of each kind.
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) casts: usize,
    pub(crate) confirmed: usize,
    /// Confirmed casts that never began, and answered calls that never did.
    pub(crate) lost: Vec<String>,
    /// Messages that began more often than once although their method is not idempotent.
    pub(crate) doubled: Vec<String>,
    /// Those of idempotent methods, which may.
    pub(crate) again: usize,
    /// Ends later than the deadline and half a second.
    pub(crate) late: Vec<String>,
    /// Sent by a client that lives, and never ended.
    pub(crate) open: Vec<String>,
    /// Fanouts that a living server did not get although they were confirmed after everyone had
    /// recovered.
    pub(crate) missed: Vec<String>,
    /// The longest time in which a client had no answer, of all clients.
    pub(crate) stall: Duration,
    /// The same by client.
    pub(crate) stalls: BTreeMap<String, Duration>,
    /// How long calls took in the middle, of those that were answered.
    pub(crate) median: Duration,
    /// Processes that did not end as they should.
    pub(crate) problems: Vec<String>,
}

impl Tally {
    /// How many failed.
    pub(crate) fn failures(&self) -> usize {
        self.failed.values().sum()
    }

    /// What is wrong whatever the row is about.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = self.problems.clone();
        let mut add = |what: &str, ids: &[String]| {
            if !ids.is_empty() {
                let some = ids.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
                faults.push(format!("{} {what}: {some}", ids.len()));
            }
        };
        add("lost", &self.lost);
        add("doubled", &self.doubled);
        add("ended late", &self.late);
        add("never ended", &self.open);
        add("fanouts missed a server", &self.missed);
        if let Some(count) = self.failed.get("WrongAnswer") {
            faults.push(format!("{count} had the answer of another"));
        }
        faults
    }
}

#[derive(Debug, Default)]
struct Sent {
    at: Moment,
    ended: Option<(Moment, What)>,
}

/// Lays the ledgers side by side.
pub(crate) fn judge(
    servers: &[&Program],
    clients: &[&Program],
    alive: &[String],
    deadline: Duration,
    steady: Moment,
    stopped: Moment,
    recovered: Option<Moment>,
) -> Tally {
    let mut tally = Tally::default();
    // How often each began on each server.
    let mut begun: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for server in servers {
        for entry in server.ledger.entries.iter().filter(|entry| entry.what == What::Begun) {
            *begun.entry(&entry.id).or_default().entry(&server.name).or_default() += 1;
        }
    }
    let mut times = Vec::new();
    for client in clients {
        let mut sent: BTreeMap<&str, Sent> = BTreeMap::new();
        let mut last = steady;
        let mut stall = Duration::ZERO;
        for entry in &client.ledger.entries {
            match entry.what {
                What::Sent => {
                    sent.entry(&entry.id).or_default().at = entry.at;
                }
                What::Answered | What::Failed => {
                    sent.entry(&entry.id).or_default().ended = Some((entry.at, entry.what));
                    if entry.what == What::Failed {
                        *tally.failed.entry(entry.kind.clone()).or_default() += 1;
                        tally.texts.entry(entry.kind.clone()).or_insert_with(|| entry.text.clone());
                    } else if is_call(&entry.id) && entry.at > steady {
                        if entry.at <= stopped {
                            stall = stall.max(since(last, entry.at));
                        }
                        last = entry.at;
                    }
                }
                What::Ready | What::Begun | What::Done => {}
            }
        }
        // Silent to its end.
        stall = stall.max(since(last, stopped));
        tally.stall = tally.stall.max(stall);
        tally.stalls.insert(client.name.clone(), stall);
        for (id, sent) in sent {
            let call = is_call(id);
            let answered = matches!(sent.ended, Some((_, What::Answered)));
            *(if call { &mut tally.calls } else { &mut tally.casts }) += 1;
            *(if call { &mut tally.answered } else { &mut tally.confirmed }) +=
                usize::from(answered);
            match sent.ended {
                Some((at, _)) => {
                    let took = since(sent.at, at);
                    if took > deadline + LATE {
                        tally.late.push(format!("{id} after {took:.1?}"));
                    }
                    if call && answered {
                        times.push(took);
                    }
                }
                None => tally.open.push(id.to_owned()),
            }
            let ran = begun.get(id);
            if answered && ran.is_none() && !id.ends_with("fanout") {
                tally.lost.push(id.to_owned());
            }
            let settled = recovered.is_some_and(|recovered| sent.at > recovered + 1_000_000);
            if answered && id.ends_with("fanout") && settled {
                let has = |name: &String| ran.is_some_and(|ran| ran.contains_key(name.as_str()));
                let without: Vec<_> = alive.iter().filter(|name| !has(name)).cloned().collect();
                if !without.is_empty() {
                    tally.missed.push(format!("{id} not at {}", without.join(" and ")));
                }
            }
        }
    }
    for (id, ran) in begun {
        let times: usize = ran.values().sum();
        let often = match id.ends_with("fanout") {
            true => ran.values().any(|times| *times > 1),
            false => times > 1,
        };
        match (often, id.ends_with("_again")) {
            (true, true) => tally.again += 1,
            (true, false) => tally.doubled.push(format!("{id} ({times} times)")),
            (false, _) => {}
        }
    }
    times.sort_unstable();
    tally.median = times.get(times.len() / 2).copied().unwrap_or_default();
    tally
}

fn is_call(id: &str) -> bool {
    id.ends_with("-ask") || id.ends_with("-ask_again")
}

/// The ids that began at any of these servers.
pub(crate) fn begun(servers: &[&Program]) -> BTreeSet<String> {
    let entries = servers.iter().flat_map(|server| &server.ledger.entries);
    entries.filter(|entry| entry.what == What::Begun).map(|entry| entry.id.clone()).collect()
}
