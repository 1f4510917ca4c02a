//! Callers that each make one call after the other.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::{Record, Usage, Watched};

/// How many calls a caller notes together: a histogram for each of a thousand callers would be most of
/// the memory that is measured, and one that all of them lock for each call would slow them.
const AT_ONCE: usize = 64;

/// How much is called, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub struct Load {
    /// How many call at once, each one call after the other.
    #[arg(long, default_value_t = 16)]
    pub callers: usize,
    /// How many bytes of text a call carries there and back.
    #[arg(long, default_value_t = 64)]
    pub size: usize,
    /// How long is called before anything is measured, in milliseconds.
    #[arg(long, default_value_t = 500)]
    pub warm: u64,
    /// How long is measured, in milliseconds.
    #[arg(long, default_value_t = 2_000)]
    pub measure: u64,
    /// Whose processor time and memory is told beside that of this program, as ROLE=PID.
    #[arg(long)]
    pub watch: Vec<Watched>,
}

/// The time of a load: calls that end between `from` and `until` count. Those that end there but
/// began before are as many as those that begin there and end after: without them a slow side would
/// be told slower than it is.
#[derive(Clone, Copy, Debug)]
struct Loop {
    from: Instant,
    until: Instant,
}

impl Load {
    /// Runs it: each caller makes the future of one call after the other with what `caller` gave
    /// it, until the time is over. A call gives whether it was well.
    pub async fn run<C, F>(&self, mut caller: impl FnMut() -> C) -> Record
    where
        C: FnMut() -> F + Send + 'static,
        F: Future<Output = bool> + Send,
    {
        let watched: Arc<[Watched]> =
            [Watched::client()].into_iter().chain(self.watch.iter().cloned()).collect();
        let from = Instant::now() + Duration::from_millis(self.warm);
        let time = Loop { from, until: from + Duration::from_millis(self.measure) };
        let calls = Arc::new(Mutex::new(new_histogram()));
        let mut callers = JoinSet::new();
        for _ in 0..self.callers {
            let (mut call, calls) = (caller(), Arc::clone(&calls));
            callers.spawn(async move { time.calls(&mut call, &calls).await });
        }
        tokio::time::sleep_until(time.from.into()).await;
        let before = Usage::of(&watched);
        tokio::time::sleep_until(time.until.into()).await;
        let after = Usage::of(&watched);
        let errors = callers.join_all().await.into_iter().sum();
        let calls = calls.lock().expect("nobody panicked with it");
        Record::between(&before, &after, &watched, &calls, errors)
    }
}

impl Loop {
    /// One caller's calls; how many of them failed.
    async fn calls<F>(&self, call: &mut impl FnMut() -> F, calls: &Mutex<Histogram<u64>>) -> u64
    where
        F: Future<Output = bool>,
    {
        let (mut errors, mut passed) = (0, Vec::with_capacity(AT_ONCE));
        let note = |passed: &mut Vec<Duration>| {
            let mut calls = calls.lock().expect("nobody panicked with it");
            for passed in passed.drain(..) {
                calls.saturating_record(passed.as_nanos().try_into().unwrap_or(u64::MAX));
            }
        };
        loop {
            let begun = Instant::now();
            if begun >= self.until {
                note(&mut passed);
                return errors;
            }
            let is_well = call().await;
            let ended = Instant::now();
            if ended < self.from || ended > self.until {
                continue;
            }
            if !is_well {
                errors += 1;
                continue;
            }
            passed.push(ended - begun);
            if passed.len() == AT_ONCE {
                note(&mut passed);
            }
        }
    }
}

/// From a tenth of a microsecond to a minute, to three digits.
fn new_histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(100, 60_000_000_000, 3).expect("bounds that fit each other")
}
