//! Many seeds, on all processors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::story::{Story, Told, in_words};
use crate::weather::FAULTS;
use crate::world::lock;

/// How many seeds are told, unless `MESSAGING_SIM_SEEDS` says otherwise: that takes less than a
/// minute of two processors.
const SEEDS: u64 = 3000;

/// Where these are busy, no more is begun after that long, and told is what that was.
const ENOUGH: Duration = Duration::from_secs(100);

/// How many of those that fail are told of.
const SHOWN: usize = 5;

#[derive(Debug, Default)]
struct Sum {
    failed: Vec<(u64, Vec<String>)>,
    struck: [u64; FAULTS],
    seeds: u64,
    operations: usize,
    runs: usize,
    took: Duration,
}

#[test]
fn every_promise_holds_whatever_fails() {
    if let Some(seed) = number("MESSAGING_SIM_SEED") {
        return replay(seed);
    }
    let asked = number("MESSAGING_SIM_SEEDS");
    let (seeds, enough) = (asked.unwrap_or(SEEDS), asked.map_or(ENOUGH, |_| Duration::MAX));
    let first = number("MESSAGING_SIM_FIRST").unwrap_or(0);
    let (next, sum) = (AtomicU64::new(first), Mutex::<Sum>::default());
    let begun = Instant::now();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while begun.elapsed() < enough {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds || lock(&sum).failed.len() >= SHOWN {
                        break;
                    }
                    let told = told(&Story::of(seed));
                    lock(&sum).add(seed, told);
                }
            });
        }
    });
    let mut sum = lock(&sum);
    println!(
        "{} seeds from {first} in {:.1?}: {} operations, {} runs of methods, {:?} of virtual \
         time; faults: {}",
        sum.seeds,
        begun.elapsed(),
        sum.operations,
        sum.runs,
        sum.took,
        in_words(&sum.struck)
    );
    sum.failed.sort();
    sum.failed.truncate(SHOWN);
    let Some((seed, _)) = sum.failed.first() else { return };
    let each = sum.failed.iter();
    let each = each.map(|(seed, broken)| format!("seed {seed}:\n  {}\n", broken.join("\n  ")));
    panic!(
        "broken promises:\n{}\nthe history of seed {seed}, which is told again by\n  \
         MESSAGING_SIM_SEED={seed} cargo test -p messaging-tests --test sim every_promise -- \
         --nocapture\n\n{}",
        each.collect::<String>(),
        told(&Story { trace: true, ..Story::of(*seed) }).trace.join("\n"),
    );
}

/// Or a seed would be worth nothing.
#[test]
fn the_same_seed_tells_the_same_story() {
    let history = |seed| told(&Story { trace: true, ..Story::of(seed) }).trace;
    for seed in 0..20 {
        let (first, second) = (history(seed), history(seed));
        let differs = first.iter().zip(&second).position(|(first, second)| first != second);
        if let Some(at) = differs {
            let around = |history: &[String]| history[at.saturating_sub(20)..=at].join("\n");
            panic!("seed {seed}:\n{}\n\nand then:\n{}", around(&first), around(&second));
        }
        assert!(first.len() == second.len() && first.len() > 100);
    }
    assert_ne!(history(0), history(1));
}

/// Tells one story with its history.
fn replay(seed: u64) {
    let told = told(&Story { trace: true, ..Story::of(seed) });
    println!("{}", told.trace.join("\n"));
    println!("faults: {}", in_words(&told.struck));
    assert!(told.broken.is_empty(), "seed {seed} breaks:\n  {}", told.broken.join("\n  "));
}

/// The story, or that it panics.
fn told(story: &Story) -> Told {
    catch_unwind(AssertUnwindSafe(|| story.tell())).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Told {
            broken: vec![format!("it panics: {}", text.unwrap_or_default())],
            trace: Vec::new(),
            struck: [0; FAULTS],
            operations: 0,
            runs: 0,
            took: Duration::ZERO,
        }
    })
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

impl Sum {
    fn add(&mut self, seed: u64, told: Told) {
        for (sum, times) in self.struck.iter_mut().zip(told.struck) {
            *sum += times;
        }
        self.seeds += 1;
        self.operations += told.operations;
        self.runs += told.runs;
        self.took += told.took;
        if !told.broken.is_empty() {
            self.failed.push((seed, told.broken));
        }
    }
}
