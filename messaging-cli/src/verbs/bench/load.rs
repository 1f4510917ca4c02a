//! The two loops.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use messaging::{Event, Transport};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use super::recorder::Recorder;
use super::work::Work;
use crate::{interrupt, text};

/// Who sends when.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loop {
    /// Each client sends when it has its answer.
    Closed { clients: usize },
    /// So many in a second are sent, whatever comes of them; at most so many are under way.
    Open { rate: f64, most: usize },
}

/// What ends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) duration: Option<Duration>,
    pub(super) count: Option<u64>,
}

/// What has ended it.
#[derive(Clone, Debug)]
pub(super) enum End {
    Done,
    /// By ctrl-C.
    Interrupted,
    /// The broker has gone away; its words, or those of the system.
    BrokerGone(String),
}

/// Sends until the bounds are reached and everything is answered, or somebody ends it before. What
/// is under way then is given up.
pub(super) async fn run(
    mode: Loop,
    bounds: Bounds,
    work: &Arc<Work>,
    recorder: &Arc<Recorder>,
    keeps_going: bool,
) -> End {
    let since = recorder.begin();
    let left = Left { until: bounds.duration.map(|it| since + it), count: bounds.count };
    let (work, recorder) = (Arc::clone(work), Arc::clone(recorder));
    let transports = work.transports.clone();
    let running = async move {
        match mode {
            Loop::Closed { clients } => closed(clients, left, &work, &recorder).await,
            Loop::Open { rate, most } => open(rate, most, since, left, &work, &recorder).await,
        }
    };
    tokio::select! {
        () = running => End::Done,
        () = interrupt::asked() => End::Interrupted,
        reason = gone(&transports), if !keeps_going => End::BrokerGone(reason),
    }
}

/// What is left to be sent.
#[derive(Clone, Copy, Debug)]
struct Left {
    until: Option<Instant>,
    count: Option<u64>,
}

impl Bounds {
    /// How long it takes to send so many, at so many in a second, where all goes as it is to.
    pub(super) fn planned(&self, rate: f64, sent: u64) -> Duration {
        let all = offset(sent, rate);
        self.duration.map_or(all, |duration| {
            if self.count == Some(sent) { duration.min(all) } else { duration }
        })
    }

    /// How many were to be sent by a time after the begin, at so many in a second.
    pub(super) fn due(&self, rate: f64, after: Duration) -> u64 {
        let after = self.duration.map_or(after, |it| it.min(after));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is no less than 0
        let mut due = (after.as_secs_f64() * rate).ceil() as u64;
        while due > 0 && offset(due - 1, rate) >= after {
            due -= 1;
        }
        self.count.map_or(due, |count| count.min(due))
    }
}

/// When a request is to be sent, counted from the begin, of so many in a second.
fn offset(number: u64, rate: f64) -> Duration {
    #[allow(clippy::cast_precision_loss)] // so many requests nobody sends
    Duration::from_secs_f64(number as f64 / rate)
}

impl Left {
    /// Whether number `sent`, counted from 0, is still to be sent at this time.
    fn has(&self, sent: u64, at: Instant) -> bool {
        self.until.is_none_or(|until| at < until) && self.count.is_none_or(|count| sent < count)
    }
}

async fn closed(clients: usize, left: Left, work: &Arc<Work>, recorder: &Arc<Recorder>) {
    let sent = Arc::new(AtomicU64::new(0));
    let mut running = JoinSet::new();
    // No more than there are requests for.
    let most = left.count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    for client in 0..clients.min(most) {
        // So many take a while to begin, which the end of the time and ctrl-C do not wait for.
        if client % 1000 == 999 {
            tokio::task::yield_now().await;
            if !left.has(0, Instant::now()) {
                break;
            }
        }
        let (work, recorder, sent) = (Arc::clone(work), Arc::clone(recorder), Arc::clone(&sent));
        running.spawn(async move {
            while left.has(sent.fetch_add(1, Ordering::Relaxed), Instant::now()) {
                recorder.sent();
                let begun = Instant::now();
                let outcome = work.once(client).await;
                let failed = outcome.is_err();
                recorder.ended(begun, begun, outcome);
                if failed {
                    // What fails at once would else be asked for without a pause.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        });
    }
    while running.join_next().await.is_some() {}
}

async fn open(
    rate: f64,
    most: usize,
    since: Instant,
    left: Left,
    work: &Arc<Work>,
    recorder: &Arc<Recorder>,
) {
    let clock = Clock::start(since, rate);
    let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let mut running = JoinSet::new();
    let mut number = 0;
    loop {
        let intended = clock.at(number);
        // Nor is what could not be sent in its time sent after it.
        if !left.has(number, intended.max(Instant::now())) {
            break;
        }
        clock.wait(intended).await;
        // Closed by nobody.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let (work, recorder) = (Arc::clone(work), Arc::clone(recorder));
        let client = usize::try_from(number).unwrap_or(0);
        running.spawn(async move {
            recorder.sent();
            let sent = Instant::now();
            let outcome = work.once(client).await;
            recorder.ended(intended, sent, outcome);
            drop(place);
        });
        while running.try_join_next().is_some() {}
        number += 1;
    }
    while running.join_next().await.is_some() {}
}

/// A thread that wakes the sender at the times of its requests: the timers of the runtime go by
/// whole milliseconds.
struct Clock {
    since: Instant,
    rate: f64,
    tick: Arc<Notify>,
    next: mpsc::Sender<Instant>,
}

impl Clock {
    fn start(since: Instant, rate: f64) -> Self {
        let (next, wanted) = mpsc::channel::<Instant>();
        let clock = Self { since, rate, tick: Arc::default(), next };
        let tick = Arc::clone(&clock.tick);
        thread::spawn(move || {
            while let Ok(until) = wanted.recv() {
                let left = until.saturating_duration_since(Instant::now());
                // Nothing else is wanted meanwhile, so that this ends by the time, or with its owner.
                match wanted.recv_timeout(left) {
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                    Ok(_) | Err(mpsc::RecvTimeoutError::Timeout) => tick.notify_one(),
                }
            }
        });
        clock
    }

    /// When request `number` is to be sent.
    fn at(&self, number: u64) -> Instant {
        self.since + offset(number, self.rate)
    }

    async fn wait(&self, until: Instant) {
        while Instant::now() < until {
            // The thread is there for as long as this is.
            let _ = self.next.send(until);
            self.tick.notified().await;
        }
    }
}

/// Ends when a connection is lost; says why.
async fn gone(transports: &[Transport]) -> String {
    let mut watching = JoinSet::new();
    for transport in transports {
        let mut events = transport.events();
        watching.spawn(async move {
            while let Some(event) = events.next().await {
                if let Event::Disconnected { .. } = event {
                    return text::line(&event.to_string());
                }
            }
            std::future::pending().await
        });
    }
    match watching.join_next().await {
        Some(Ok(reason)) => reason,
        _ => std::future::pending().await,
    }
}
