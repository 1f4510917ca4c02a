//! How far it is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use super::load::Bounds;
use super::recorder::Recorder;
use crate::duration;
use crate::output::{Output, number};

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// A bar on standard error, if that is a terminal; and the seconds, which are counted either way.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    ticking: JoinHandle<()>,
}

impl Progress {
    pub(super) fn start(output: Output, bounds: Bounds, recorder: &Arc<Recorder>) -> Self {
        // It hides itself where nobody looks.
        let bar = match output.is_json() {
            true => ProgressBar::hidden(),
            false => ProgressBar::new(1000),
        };
        let style = ProgressStyle::with_template("{bar:28.cyan} {percent:>3}%  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let (shown, recorder) = (bar.clone(), Arc::clone(recorder));
        let ticking = tokio::spawn(async move {
            let since = Instant::now();
            let mut ticks = tokio::time::interval(TICK);
            let (mut seconds, mut before) = (0, 0);
            let mut rate = 0;
            loop {
                ticks.tick().await;
                let (succeeded, failed, p99) = recorder.at_a_glance();
                let elapsed = since.elapsed();
                if elapsed.as_secs() > seconds {
                    seconds = elapsed.as_secs();
                    recorder.second();
                    (rate, before) = (succeeded - before, succeeded);
                }
                shown.set_position(share(bounds, elapsed, succeeded + failed));
                let errors = match failed {
                    0 => String::new(),
                    failed => format!(", {} failed", number(failed)),
                };
                shown.set_message(format!(
                    "{} done, {}/s, p99 {}{errors}",
                    number(succeeded),
                    number(rate),
                    duration::show(p99)
                ));
            }
        });
        Self { bar, ticking }
    }

    /// Takes the bar away.
    pub(super) fn end(self) {
        self.ticking.abort();
        self.bar.finish_and_clear();
    }
}

/// How far it is, in thousandths.
fn share(bounds: Bounds, elapsed: Duration, done: u64) -> u64 {
    let by_time = bounds.duration.map(|all| elapsed.as_secs_f64() / all.as_secs_f64());
    #[allow(clippy::cast_precision_loss)] // for people
    let by_count = bounds.count.map(|all| done as f64 / all as f64);
    let share = by_time.unwrap_or(0.0).max(by_count.unwrap_or(0.0));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is between
    let thousandths = (share.clamp(0.0, 1.0) * 1000.0) as u64;
    thousandths
}
