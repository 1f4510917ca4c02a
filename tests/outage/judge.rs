//! What is judged of every row: the ledgers of servers and clients, laid side by side.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::ledger::{Moment, What, since};
use crate::patience;
use crate::program::Program;

/// How late a call may end.
const LATE: Duration = Duration::from_millis(500);

/// How many casts may be cut off: as many as a server has workers.
const CUT_OFF: usize = 64;

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
    /// Confirmed casts that never began although they are idempotent, and answered calls that never
    /// did.
    pub(crate) lost: Vec<String>,
    /// Confirmed casts that are acknowledged before they run, and never began: their server, or its
    /// connection, ended at that moment. At most once is what they are promised.
    pub(crate) cut_off: Vec<String>,
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
    /// Calls that began although their time was up.
    pub(crate) expired: Vec<String>,
    /// When each call was sent, how long it took, and whether it was answered.
    #[serde(skip)]
    ends: Vec<(Moment, Duration, bool)>,
    /// Processes that did not end as they should.
    pub(crate) problems: Vec<String>,
}

impl Tally {
    /// How many failed.
    pub(crate) fn failures(&self) -> usize {
        self.failed.values().sum()
    }

    /// How many calls that were sent after a moment took longer than that, or failed.
    pub(crate) fn slow(&self, from: Moment, limit: Duration) -> usize {
        let after = self.ends.iter().filter(|(sent, ..)| *sent > from);
        after.filter(|(_, took, answered)| *took > limit || !answered).count()
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
        if self.cut_off.len() > CUT_OFF {
            add("cut off", &self.cut_off);
        }
        add("doubled", &self.doubled);
        add("ended late", &self.late);
        add("never ended", &self.open);
        add("fanouts missed a server", &self.missed);
        add("began after their time", &self.expired);
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
    let mut first: BTreeMap<&str, Moment> = BTreeMap::new();
    for server in servers {
        for entry in server.ledger.entries.iter().filter(|entry| entry.what == What::Begun) {
            *begun.entry(&entry.id).or_default().entry(&server.name).or_default() += 1;
            let first = first.entry(&entry.id).or_insert(entry.at);
            *first = entry.at.min(*first);
        }
    }
    let mut times = Vec::new();
    let latest = deadline + patience::limit(LATE);
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
                        let again = if entry.id.ends_with("_again") { ", idempotent" } else { "" };
                        let kind = format!("{}{again}", entry.kind);
                        *tally.failed.entry(kind.clone()).or_default() += 1;
                        tally.texts.entry(kind).or_insert_with(|| entry.text.clone());
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
                    if took > latest {
                        tally.late.push(format!("{id} after {took:.1?}"));
                    }
                    if call {
                        tally.ends.push((sent.at, took, answered));
                    }
                    if call && answered {
                        times.push(took);
                    }
                }
                None => tally.open.push(id.to_owned()),
            }
            let ran = begun.get(id);
            let began = first.get(id).filter(|_| call).map(|at| since(sent.at, *at));
            if let Some(after) = began.filter(|after| *after > latest) {
                tally.expired.push(format!("{id} after {after:.1?}"));
            }
            if answered && ran.is_none() && !id.ends_with("fanout") {
                match id.ends_with("-note") {
                    true => tally.cut_off.push(id.to_owned()),
                    false => tally.lost.push(id.to_owned()),
                }
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
