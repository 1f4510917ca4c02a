//! Who looks after the messages for which nobody waits.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::Notify;

use super::messages::{LOOK, Looking};
use super::publisher::Publisher;

/// What the keeper of a publisher hears.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: Notify,
    alarm: AtomicBool,
    busy: AtomicBool,
    /// How many wait for room.
    crowd: AtomicUsize,
}

/// One of those who wait for room.
pub(super) struct Crowded<'a>(&'a Bell);

impl Drop for Crowded<'_> {
    fn drop(&mut self) {
        self.0.crowd.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Bell {
    /// Something was read that is no good news.
    pub(super) fn alarm(&self) {
        self.alarm.store(true, Ordering::SeqCst);
        self.rung.notify_one();
    }

    /// Something was posted.
    pub(super) fn work(&self) {
        if !self.busy.swap(true, Ordering::SeqCst) {
            self.rung.notify_one();
        }
    }

    /// Somebody waits for room, for as long as the result is kept: the keeper looks whenever something
    /// happens to what takes it.
    pub(super) fn crowd(&self) -> Crowded<'_> {
        self.crowd.fetch_add(1, Ordering::SeqCst);
        self.alarm();
        Crowded(self)
    }

    fn is_crowded(&self) -> bool {
        self.crowd.load(Ordering::SeqCst) > 0
    }

    /// The publisher is gone.
    pub(super) fn end(&self) {
        self.rung.notify_one();
    }
}

/// Looks after what `publisher` has posted, until it is gone: when there is something to ask the broker
/// or to miss, else once a second, and for a second after an alarm whenever something happens to any
/// of it.
///
/// A call does not wait until its request is taken, since the answer proves more, and a server not
/// until its answer is: to be woken for each would be most of what a message costs.
pub(super) async fn keep(publisher: Weak<Publisher>, bell: Arc<Bell>) {
    // When the next look is due, and until when it is looked closely.
    let (mut next, mut closely) = (None::<Instant>, None::<Instant>);
    loop {
        let looked = poll_fn(|context| {
            let Some(publisher) = publisher.upgrade() else { return Poll::Ready(None) };
            let now = publisher.clock().now();
            let is_ahead = |at: Option<Instant>| at.is_some_and(|at| at > now);
            let is_crowded = bell.is_crowded();
            if bell.alarm.swap(false, Ordering::SeqCst) || is_crowded {
                closely = Some(now + LOOK);
            }
            let is_due = next.is_some() && !is_ahead(next);
            let looking = Looking {
                waker: context.waker(),
                closely: is_ahead(closely),
                ask: is_due || is_crowded,
                now,
            };
            let mut pause = publisher.sweep(&looking);
            if pause.is_none() {
                bell.busy.store(false, Ordering::SeqCst);
                // What was posted before this was said is seen now; what is posted later rings.
                pause = publisher.sweep(&looking);
            }
            // What happens meanwhile puts no look off.
            next = match (pause.map(|pause| now + pause), next) {
                (Some(at), Some(next)) if next > now => Some(at.min(next)),
                (at, _) => at,
            };
            let left = next.map(|next| next.saturating_duration_since(now));
            Poll::Ready(Some(left.map(|left| publisher.clock().sleep(left))))
        });
        let Some(tick) = looked.await else { return };
        let (mut tick, mut rung) = (pin!(tick), pin!(bell.rung.notified()));
        let mut waits = false;
        poll_fn(|context| {
            let tick = tick.as_mut().as_pin_mut();
            let is_rung = rung.as_mut().poll(context).is_ready();
            // Called again, it was woken by what was looked at.
            match is_rung || tick.is_some_and(|tick| tick.poll(context).is_ready()) || waits {
                true => Poll::Ready(()),
                false => {
                    waits = true;
                    Poll::Pending
                }
            }
        })
        .await;
    }
}
