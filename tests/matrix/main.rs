//! The interop matrix: Rust and the real oslo.messaging, in both directions, over a real RabbitMQ,
//! under every set of options; and what both declare there.

#![allow(clippy::print_stdout, reason = "it ends with its tables")]

mod options;
mod cases;
mod topology;
mod trial;
mod table;
// What trials are made of.
mod world;
mod broker;
mod pair;
mod rust;
mod request;
mod tap;
#[allow(dead_code, reason = "the other interop tests use the rest")]
#[path = "../interop/python.rs"]
mod python;
#[path = "../interop/events.rs"]
mod events;
#[allow(dead_code, reason = "the other interop tests use the rest")]
#[path = "../interop/demo.rs"]
mod demo;
#[path = "../interop/cabinet.rs"]
mod cabinet;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::Arguments;

use crate::cases::Case;
use crate::options::{Options, SETS};
use crate::table::Outcomes;
use crate::topology::CAPTURES;
use crate::trial::Trial;
use crate::world::World;

/// How many trials run at once: they wait for the other side most of their time.
const AT_ONCE: usize = 16;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let cases: Vec<Case> = cases::all().collect();
    let wanted: Vec<Trial> =
        plan(&cases).into_iter().filter(|trial| is_wanted(&arguments, trial)).collect();
    if arguments.list || wanted.is_empty() {
        let trials = wanted.iter().map(|trial| libtest_mimic::Trial::test(trial.name(), || Ok(())));
        return libtest_mimic::run(&arguments, trials.collect()).exit_code();
    }

    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    let world = Arc::new(world(&wanted));
    let outcomes = Arc::new(Outcomes::default());
    let trials = plan(&cases).into_iter().map(|trial| {
        let (world, runtime) = (Arc::clone(&world), runtime.handle().clone());
        let outcomes = Arc::clone(&outcomes);
        let run = move || trial.run(&world, &runtime, &outcomes);
        libtest_mimic::Trial::test(trial.name(), run)
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());

    print!("{}", outcomes.tables(&cases));
    let (passed, failed) = (conclusion.num_passed, conclusion.num_failed);
    println!("{} cases: {passed} passed, {failed} failed", passed + failed);
    // What is dropped may need it to be closed.
    let _within = runtime.enter();
    drop(world);
    conclusion.exit_code()
}

/// Every trial.
fn plan(cases: &[Case]) -> Vec<Trial> {
    let all = cases.iter().flat_map(|case| SETS.map(|options| Trial::Case(options, *case)));
    all.chain(CAPTURES.map(Trial::Topology)).collect()
}

fn is_wanted(arguments: &Arguments, trial: &Trial) -> bool {
    !arguments.is_filtered_out(&libtest_mimic::Trial::test(trial.name(), || Ok(())))
}

/// What the trials need.
fn world(wanted: &[Trial]) -> World {
    let is_used = |options: &Options| {
        wanted.iter().any(|it| matches!(it, Trial::Case(used, _) if used.name == options.name))
    };
    let sets: Vec<Options> = SETS.into_iter().filter(is_used).collect();
    let captures = wanted.iter().filter_map(|trial| match trial {
        Trial::Topology(capture) => Some(*capture),
        Trial::Case(..) => None,
    });
    World::make(&sets, &captures.collect::<Vec<_>>())
}
