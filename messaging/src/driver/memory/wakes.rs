//! Whom to wake once the broker is unlocked.

use std::task::Waker;

/// Tasks that are to be woken: one, nearly always, which takes no memory of its own.
#[derive(Default)]
pub(super) struct Wakes {
    first: Option<Waker>,
    more: Vec<Waker>,
}

impl Wakes {
    pub(super) fn add(&mut self, waker: Option<Waker>) {
        if self.first.is_none() {
            self.first = waker;
        } else {
            self.more.extend(waker);
        }
    }

    /// All of them; there are none here afterwards.
    pub(super) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Wakes them, in the order in which they were added.
    pub(super) fn wake(self) {
        self.first.into_iter().chain(self.more).for_each(Waker::wake);
    }
}
