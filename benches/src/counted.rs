//! Steps that are done often enough to be counted: in instructions, in time, in allocations.

use std::hint::black_box;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// Something that is done often.
pub struct Step {
    /// Its name in the tables, such as `request, written`.
    pub name: &'static str,
    /// How many bytes of text go through it.
    pub size: usize,
    /// How often it is done where instructions are counted.
    pub times: u32,
    /// Whether it is none of ours, but a part of others that is to be subtracted.
    pub beside: bool,
    /// Does it so often.
    run: Box<dyn FnMut(u32)>,
}

/// What one step costs, each time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// The step.
    pub name: String,
    /// How many bytes of text go through it.
    pub size: usize,
    /// How often it was done.
    pub times: u32,
    /// Whether it is none of ours, but a part of others that is to be subtracted.
    pub beside: bool,
    /// Nanoseconds; none where they were not measured.
    pub nanoseconds: Option<f64>,
    /// Blocks that were allocated; one that grows counts again.
    pub blocks: Option<f64>,
    /// Bytes that were allocated, each growth as the new size.
    pub bytes: Option<f64>,
}

impl Step {
    /// What `run` does as often as it is told.
    pub fn new(
        name: &'static str,
        size: usize,
        times: u32,
        run: impl FnMut(u32) + 'static,
    ) -> Self {
        Self { name, size, times, beside: false, run: Box::new(run) }
    }

    /// What `once` does, again and again.
    pub fn of<T>(
        name: &'static str,
        size: usize,
        times: u32,
        mut once: impl FnMut() -> T + 'static,
    ) -> Self {
        Self::new(name, size, times, move |times| {
            for _ in 0..times {
                black_box(once());
            }
        })
    }

    /// The same, which is none of ours.
    #[must_use]
    pub fn beside(self) -> Self {
        Self { beside: true, ..self }
    }

    /// A cost of which nothing is known yet.
    #[must_use]
    pub fn cost(&self, times: u32) -> Cost {
        let (name, size) = (self.name.to_owned(), self.size);
        let beside = self.beside;
        Cost { name, size, times, beside, nanoseconds: None, blocks: None, bytes: None }
    }

    /// Does it `times`, where everything is counted.
    pub fn counted(&mut self, times: u32) {
        counted(&mut *self.run, times);
    }

    /// Does it before anything is counted: tables, pools and queues have their size then.
    pub fn warm(&mut self) {
        (self.run)(self.times);
    }

    /// The time that it takes: the least of `rounds`, each of which takes some `milliseconds`. What
    /// disturbs a round only ever makes it longer.
    pub fn time(&mut self, rounds: u32, milliseconds: u64) -> Cost {
        self.warm();
        let once = self.passed(self.times) / f64::from(self.times);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a number of repetitions, about"
        )]
        let times = (milliseconds as f64 * 1e6 / once.max(1.0)).clamp(1.0, 1e7) as u32;
        let least = (0..rounds).map(|_| self.passed(times)).fold(f64::MAX, f64::min);
        Cost { nanoseconds: Some(least / f64::from(times)), ..self.cost(times) }
    }

    /// Nanoseconds.
    #[allow(clippy::cast_precision_loss, reason = "nanoseconds far below 2^52")]
    fn passed(&mut self, times: u32) -> f64 {
        let begun = Instant::now();
        self.counted(times);
        begun.elapsed().as_nanos() as f64
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step").field("name", &self.name).field("size", &self.size).finish()
    }
}

/// Does it: callgrind counts what happens in here, and knows this function by its name.
#[inline(never)]
fn counted(run: &mut dyn FnMut(u32), times: u32) {
    run(times);
    // Without anything after it that call would be a jump, and callgrind would not see its end.
    black_box(times);
}

/// How steps are done.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Way {
    /// Each as often as is counted, and once before: for callgrind.
    #[arg(long)]
    pub once: bool,
}

impl Way {
    /// Does `step`, and prints what it cost as a line of JSON.
    pub fn go(self, mut step: Step) {
        let cost = if self.once {
            step.warm();
            step.counted(step.times);
            step.cost(step.times)
        } else {
            step.time(ROUNDS, MILLISECONDS)
        };
        cost.print();
    }
}

/// How often the time of a step is measured, and for how long each.
const ROUNDS: u32 = 10;
const MILLISECONDS: u64 = 20;

impl Cost {
    /// Prints it as a line of JSON.
    pub fn print(&self) {
        println!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}
