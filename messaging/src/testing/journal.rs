//! What was sent, remembered, and what can be asserted of it.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::expected::Expected;
use super::sent::Sent;

/// What was sent, in order: the last 1000 messages, unless the journal was made to keep more.
///
/// An assertion that does not hold panics with what was expected and with all that was sent, what
/// comes closest first, each with how it differs.
#[derive(Debug)]
pub struct Journal {
    kept: Mutex<Kept>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Kept {
    sent: VecDeque<Sent>,
    dropped: u64,
}

/// How many messages are kept unless told otherwise.
pub(super) const LIMIT: usize = 1000;

/// How many messages are printed.
const PRINTED: usize = 50;

impl Default for Journal {
    fn default() -> Self {
        Self::keeping(LIMIT)
    }
}

impl Journal {
    /// An empty journal that keeps the last `limit` messages; none counts as one.
    #[must_use]
    pub fn keeping(limit: usize) -> Self {
        Self { kept: Mutex::default(), limit: limit.max(1) }
    }

    pub(super) fn note(&self, sent: Sent) {
        let mut kept = self.kept();
        if kept.sent.len() == self.limit {
            kept.sent.pop_front();
            kept.dropped += 1;
        }
        kept.sent.push_back(sent);
    }

    /// Everything that is kept, also in vain, also replies, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.kept().sent.iter().cloned().collect()
    }

    /// The answers to calls among it, and the signs of life.
    #[must_use]
    pub fn replies(&self) -> Vec<Sent> {
        self.kept().sent.iter().filter(|sent| sent.is_reply()).cloned().collect()
    }

    /// What is as `expected`.
    #[must_use]
    pub fn matching(&self, expected: &Expected) -> Vec<Sent> {
        let matches = |sent: &&Sent| expected.differences(sent).texts.is_empty();
        self.kept().sent.iter().filter(matches).cloned().collect()
    }

    /// How many messages are no longer kept, since more came than there is room for.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.kept().dropped
    }

    /// Forgets what was sent so far.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    /// That something as `expected` was sent, as often as it says, and returns it.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    #[allow(clippy::must_use_candidate, clippy::needless_pass_by_value)] // as assertions read
    pub fn assert(&self, expected: Expected) -> Vec<Sent> {
        let matching = self.matching(&expected);
        if !expected.is_met_by(matching.len()) {
            panic!("{}", self.report(&expected, matching.len()));
        }
        matching
    }

    /// That `method` was called on `topic` with these arguments among others; see
    /// [`Expected::args`].
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn assert_called(&self, topic: &str, method: impl Into<String>, args: Value) {
        self.assert(Expected::call(method).topic(topic).args(args));
    }

    /// That `method` was cast to `topic` with these arguments among others; see
    /// [`Expected::args`].
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn assert_cast(&self, topic: &str, method: impl Into<String>, args: Value) {
        self.assert(Expected::cast(method).topic(topic).args(args));
    }

    /// That `method` was cast to all servers of `topic` with these arguments among others; see
    /// [`Expected::args`].
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn assert_fanout(&self, topic: &str, method: impl Into<String>, args: Value) {
        self.assert(Expected::fanout(method).topic(topic).args(args));
    }

    /// That nothing was sent; replies do not count.
    ///
    /// # Panics
    ///
    /// If something was.
    #[track_caller]
    pub fn assert_nothing_sent(&self) {
        let kept = self.kept();
        let requests: Vec<&Sent> = kept.sent.iter().filter(|sent| !sent.is_reply()).collect();
        if requests.is_empty() && kept.dropped == 0 {
            return;
        }
        let mut report = "nothing was to be sent, and this was:".to_owned();
        list(&mut report, requests.iter().map(|sent| sent.to_string()), kept.dropped);
        drop(kept);
        panic!("{report}");
    }

    fn report(&self, expected: &Expected, matching: usize) -> String {
        let kept = self.kept();
        let mut others: Vec<_> = kept
            .sent
            .iter()
            .filter(|sent| !sent.is_reply())
            .map(|sent| (expected.differences(sent), sent))
            .collect();
        // Stable: of those that are as far away, the oldest first.
        others.sort_by_key(|(differences, _)| differences.weight);
        let mut report = format!("expected {expected}; ");
        let _ = match (matching, others.len()) {
            (_, 0) => write!(report, "nothing was sent"),
            (0, _) => write!(report, "none was sent. What was, the closest first:"),
            (found, _) => write!(report, "{found} were sent. All that was, the closest first:"),
        };
        let lines = others.iter().map(|(differences, sent)| match &*differences.texts {
            [] => format!("{sent}: as expected"),
            texts => format!("{sent}: {}", texts.join("; ")),
        });
        list(&mut report, lines, kept.dropped);
        report
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Whole at every point where a panic could happen.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn list(report: &mut String, lines: impl ExactSizeIterator<Item = String>, dropped: u64) {
    let left_out = lines.len().saturating_sub(PRINTED);
    for line in lines.take(PRINTED) {
        let _ = write!(report, "\n  {line}");
    }
    if left_out > 0 {
        let _ = write!(report, "\n  and {left_out} more");
    }
    if dropped > 0 {
        let _ = write!(
            report,
            "\n  and, before these, {dropped} that are no longer kept; `Journal::keeping` keeps more"
        );
    }
}
