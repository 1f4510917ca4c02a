//! What was seen, in numbers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::record::{Kind, Record};
use crate::duration;
use crate::exit::Failure;
use crate::output::Output;

/// How many methods are counted one by one; a peer may make up names.
const MOST: usize = 1000;
/// Where the others are counted, and what cannot be read.
const OTHERS: &str = "(others)";

/// What was seen.
#[derive(Debug)]
pub(super) struct Tally {
    methods: BTreeMap<String, Counts>,
    began: Instant,
    total: u64,
    unreadable: u64,
    unrouted: u64,
    lost: u64,
}

/// What was seen of one method.
#[derive(Debug, Default)]
struct Counts {
    calls: u64,
    casts: u64,
    replies: u64,
    failures: u64,
    /// Of all replies together.
    took: Duration,
    longest: Duration,
}

impl Tally {
    pub(super) fn new(began: Instant) -> Self {
        Self { methods: BTreeMap::new(), began, total: 0, unreadable: 0, unrouted: 0, lost: 0 }
    }

    /// How many messages there were.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The broker was away.
    pub(super) fn lost(&mut self) {
        self.lost += 1;
    }

    pub(super) fn count(&mut self, record: &Record) {
        self.total += 1;
        self.unrouted += u64::from(record.is_unrouted());
        if record.kind == Kind::Unreadable {
            self.unreadable += 1;
            return;
        }
        let name = record.method.as_deref().unwrap_or(OTHERS);
        let is_known = self.methods.len() < MOST || self.methods.contains_key(name);
        let name = if is_known { name } else { OTHERS };
        let counts = self.methods.entry(name.to_owned()).or_default();
        match record.kind {
            Kind::Call => counts.calls += 1,
            Kind::Cast => counts.casts += 1,
            Kind::Reply => {
                counts.replies += 1;
                counts.failures += u64::from(record.is_failure());
                let took = record.took.unwrap_or_default();
                counts.took = counts.took.saturating_add(took);
                counts.longest = counts.longest.max(took);
            }
            Kind::Sign | Kind::Unreadable => {}
        }
    }

    /// Writes it; `open` calls were not seen to be answered, where replies are seen.
    pub(super) fn write(&self, output: Output, open: Option<u64>) -> Result<(), Failure> {
        if output.is_json() {
            return output.json_line(&self.document(open));
        }
        let rows = self.methods.iter().map(|(name, counts)| {
            let shown =
                |took| if counts.replies == 0 { String::new() } else { duration::show(took) };
            [
                name.clone(),
                counts.calls.to_string(),
                counts.casts.to_string(),
                counts.replies.to_string(),
                counts.failures.to_string(),
                shown(counts.mean()),
                shown(counts.longest),
            ]
        });
        if !self.methods.is_empty() {
            output.line("")?;
            output.table(["METHOD", "CALLS", "CASTS", "REPLIES", "FAILED", "MEAN", "MAX"], rows)?;
        }
        let (plural, took) = (if self.total == 1 { "" } else { "s" }, self.began.elapsed());
        let mut notes = vec![format!("{} message{plural} in {}", self.total, duration::show(took))];
        for (count, what) in [
            (self.unreadable, "not readable"),
            (self.unrouted, "taken by no queue"),
            (open.unwrap_or(0), "calls without a reply seen"),
            (self.lost, "losses of the broker"),
        ] {
            if count > 0 {
                notes.push(format!("{what}: {count}"));
            }
        }
        output.line(notes.join("; "))
    }

    fn document(&self, open: Option<u64>) -> serde_json::Value {
        let millis = |took: Duration| took.as_secs_f64() * 1e3;
        let method = |(name, counts): (&String, &Counts)| {
            let document = json!({
                "calls": counts.calls,
                "casts": counts.casts,
                "replies": counts.replies,
                "failures": counts.failures,
                "mean_ms": millis(counts.mean()),
                "max_ms": millis(counts.longest),
            });
            (name.clone(), document)
        };
        json!({
            "kind": "summary",
            "messages": self.total,
            "seconds": self.began.elapsed().as_secs_f64(),
            "unreadable": self.unreadable,
            "unrouted": self.unrouted,
            "unanswered": open,
            "lost": self.lost,
            "methods": self.methods.iter().map(method).collect::<serde_json::Map<_, _>>(),
        })
    }
}

impl Counts {
    fn mean(&self) -> Duration {
        let replies = u32::try_from(self.replies).unwrap_or(u32::MAX);
        self.took.checked_div(replies).unwrap_or_default()
    }
}
