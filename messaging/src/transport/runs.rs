//! What a server says of a call that it runs.

use std::time::{Duration, Instant};

use crate::driver::Notes;
use crate::wire::{is_reply_queue, notes};

/// A server's word that it runs a call.
#[derive(Clone, Debug)]
pub(crate) struct Runs {
    /// The server.
    pub(super) server: String,
    /// When the method began, on our clock.
    pub(super) began: Instant,
    /// When it was told last.
    pub(super) told: Instant,
    /// Where the end of the method may be asked for.
    pub(super) cancel_at: Option<String>,
}

impl Runs {
    /// What `notes` say beside a sign of life that came at `now`; none if they say nothing.
    pub(super) fn of(notes: &Notes, now: Instant) -> Option<Self> {
        let ran = notes.get(notes::RUNS)?.parse().map(Duration::from_millis).ok()?;
        Some(Self {
            server: notes.get(notes::SERVER)?.to_owned(),
            began: now.checked_sub(ran).unwrap_or(now),
            told: now,
            cancel_at: notes
                .get(notes::CANCEL_AT)
                .filter(|queue| is_reply_queue(queue))
                .map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime;

    /// It would be written to with the rights of whoever called.
    #[test]
    fn no_other_queue_than_one_for_replies_is_asked_for_an_end() {
        let asked = |queue: &str| {
            let notes = Notes::default().with(notes::RUNS, "5").with(notes::SERVER, "host-1");
            Runs::of(&notes.with(notes::CANCEL_AT, queue), runtime::here().now()).unwrap().cancel_at
        };
        assert_eq!(asked("reply_1").as_deref(), Some("reply_1"));
        let long = format!("reply_{}", "1".repeat(250));
        for queue in ["scheduler", "", "xreply_1", &long] {
            assert_eq!(asked(queue), None, "{queue}");
        }
    }
}
