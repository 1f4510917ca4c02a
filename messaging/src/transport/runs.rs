//! What a server says of a call that it runs.

use std::time::{Duration, Instant};

use crate::driver::Notes;
use crate::wire::notes;

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
            cancel_at: notes.get(notes::CANCEL_AT).map(str::to_owned),
        })
    }
}
