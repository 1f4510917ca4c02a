//! What was served.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use messaging::{Failure as RemoteFailure, ShutdownReport};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::endpoint::Asked;
use crate::exit::Failure;
use crate::output::{BAD, NAME, Output};
use crate::{duration, text};

/// Of how many methods it is known how often each was asked for: callers make names.
const NAMED: usize = 64;

/// All methods whose names came later.
const OTHERS: &str = "(others)";

/// What was served, method by method.
#[derive(Debug)]
pub(super) struct Served {
    output: Output,
    /// Whether each request is told of.
    shows: bool,
    since: Instant,
    methods: Mutex<BTreeMap<String, Counts>>,
}

/// What became of the requests of one method.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Counts {
    requests: u64,
    answered: u64,
    failed: u64,
    /// Whose callers gave up, or that were cut off.
    ended_early: u64,
    #[serde(skip)]
    took: Duration,
}

impl Served {
    pub(super) fn new(output: Output, shows: bool) -> Self {
        Self { output, shows, since: Instant::now(), methods: Mutex::default() }
    }

    fn methods(&self) -> MutexGuard<'_, BTreeMap<String, Counts>> {
        self.methods.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request begins.
    pub(super) fn begin<'s>(&'s self, method: &str) -> Running<'s> {
        let mut methods = self.methods();
        let is_known = methods.contains_key(method) || methods.len() < NAMED;
        let name = if is_known { method } else { OTHERS }.to_owned();
        methods.entry(name.clone()).or_default().requests += 1;
        Running { served: self, name, since: Instant::now(), ended: false }
    }

    /// How many requests run.
    pub(super) fn running(&self) -> u64 {
        self.methods().values().map(Counts::running).sum()
    }

    /// Tells what was served, and what was cut off at the end.
    pub(super) fn tell(&self, report: &ShutdownReport) -> Result<(), Failure> {
        let methods = self.methods().clone();
        let requests: u64 = methods.values().map(|it| it.requests).sum();
        let cut_off = report.cut_off.len();
        if self.output.is_json() {
            return self.output.json_line(&json!({ "served": {
                "seconds": self.since.elapsed().as_secs_f64(),
                "requests": requests,
                "cut_off": cut_off,
                "methods": methods,
            }}));
        }
        let for_long = duration::show(self.since.elapsed());
        let noun = if requests == 1 { "request" } else { "requests" };
        self.output.line(format_args!("served {requests} {noun} in {for_long}"))?;
        if requests > 0 {
            let head = ["METHOD", "REQUESTS", "ANSWERED", "FAILED", "ENDED EARLY", "MEAN"];
            let rows = methods.into_iter().map(|(method, counts)| {
                let ended = u32::try_from(counts.answered + counts.failed).unwrap_or(u32::MAX);
                let mean = counts.took.checked_div(ended).map(duration::show);
                [
                    method,
                    counts.requests.to_string(),
                    counts.answered.to_string(),
                    counts.failed.to_string(),
                    counts.ended_early.to_string(),
                    mean.unwrap_or_default(),
                ]
            });
            self.output.table(head, rows)?;
        }
        if cut_off > 0 {
            self.output.note(format_args!("{cut_off} were cut off; their callers were told"));
        }
        if report.still_closing {
            self.output.note("the broker did not answer when it took its leave");
        }
        Ok(())
    }
}

impl Counts {
    fn running(&self) -> u64 {
        self.requests.saturating_sub(self.answered + self.failed + self.ended_early)
    }
}

/// A request that runs. Dropped without having ended it has ended early.
#[must_use = "it has ended early when it is dropped"]
pub(super) struct Running<'s> {
    served: &'s Served,
    name: String,
    since: Instant,
    ended: bool,
}

impl Running<'_> {
    pub(super) fn ended(mut self, asked: &Asked, outcome: &Result<Box<RawValue>, RemoteFailure>) {
        self.ended = true;
        let took = self.since.elapsed();
        self.count(|counts| {
            counts.took += took;
            match outcome {
                Ok(_) => counts.answered += 1,
                Err(_) => counts.failed += 1,
            }
        });
        if self.served.shows {
            // Nobody may be there to read it, which is no reason not to answer.
            let _ = show(self.served.output, asked, outcome, took);
        }
    }

    fn count(&self, count: impl FnOnce(&mut Counts)) {
        if let Some(counts) = self.served.methods().get_mut(&self.name) {
            count(counts);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.count(|counts| counts.ended_early += 1);
        }
    }
}

fn show(
    output: Output,
    asked: &Asked,
    outcome: &Result<Box<RawValue>, RemoteFailure>,
    took: Duration,
) -> Result<(), Failure> {
    let (method, args) = (&asked.method, &asked.args);
    if output.is_json() {
        let mut request = json!({
            "method": method,
            "namespace": asked.namespace,
            "version": asked.version.map(|it| it.to_string()),
            "seconds": took.as_secs_f64(),
        });
        // By the text: a number has more digits than a float holds.
        let (key, value) = match outcome {
            Ok(result) => ("result", json!(result.get())),
            Err(failure) => (
                "failure",
                json!({
                    "class": failure.class,
                    "message": failure.message,
                }),
            ),
        };
        request["args"] = json!(args.get());
        request[key] = value;
        return output.json_line(&json!({ "request": request }));
    }
    let outcome = match outcome {
        Ok(result) => format!("{} in {}", shortened(result.get()), duration::show(took)),
        Err(failure) => format!("{BAD}{}{BAD:#}: {}", failure.class, shortened(&failure.message)),
    };
    output.line(format_args!(
        "{NAME}{}{NAME:#} {} -> {outcome}",
        text::line(method),
        shortened(args.get())
    ))
}

/// The beginning of a text of a peer, on one line.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}..", text::line(&text[..end])),
        None => text::line(text),
    }
}
