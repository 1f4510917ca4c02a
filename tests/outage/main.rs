//! The fault matrix: each row makes one fault under load, and measures what its users see.
//! `cargo xtask faults` runs it; `messaging/docs/faults.md` has the table. As a part of
//! `cargo xtask test` it runs some quick rows.
//!
//! The servers and clients of the load are processes: this program in another role, or the real
//! oslo.messaging.
#![allow(clippy::disallowed_methods)] // it runs on tokio, and may say so
#![allow(clippy::print_stdout)] // it prints a table

// What a row is, and what it finds.
mod rows;
mod finding;
mod patience;
mod report;
// The load, and what is judged of it.
mod load;
mod judge;
mod ledger;
mod program;
mod roles;
mod here;
#[path = "../faults/work.rs"]
mod work;
// What is broken.
mod world;
mod broker;
mod proxy;
mod stranger;
mod tls;
#[allow(dead_code, clippy::unwrap_in_result)] // written for the driver's own tests
#[path = "../../messaging/src/driver/amqp/tests/scripted.rs"]
mod scripted;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use crate::program::{Side, Task};
use crate::report::Entry;
use crate::rows::Row;
use crate::world::World;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads can be started");
    let first = std::env::args().nth(1).unwrap_or_default();
    if first.starts_with('{') {
        let task: Task = serde_json::from_str(&first).expect("a task");
        runtime.block_on(roles::run(task));
        return ExitCode::SUCCESS;
    }
    let Ok(chosen) = std::env::var("MESSAGING_FAULTS") else { return as_tests(runtime) };
    tokio::task::LocalSet::new().block_on(&runtime, run(&chosen))
}

/// Rows that take seconds, and that no other test shows, as a part of `cargo xtask test`. They
/// share a broker of their own, which they break.
const AS_TESTS: &str = "15,24,33,39";

fn as_tests(runtime: tokio::runtime::Runtime) -> ExitCode {
    patience::begin();
    let mut arguments = libtest_mimic::Arguments::from_args();
    arguments.test_threads = Some(1);
    let folder = std::env::temp_dir().join(format!("messaging-outage-{}", std::process::id()));
    let world: &'static World = Box::leak(Box::new(World::new(folder.clone(), 0)));
    let runtime = Arc::new(runtime);
    let rows = rows::chosen(AS_TESTS).expect("there are these rows");
    let trials = rows.into_iter().map(|row| {
        let runtime = Arc::clone(&runtime);
        libtest_mimic::Trial::test(format!("row_{}", row.name()), move || {
            let row = one(&row, world, Side::Ours);
            let entry = tokio::task::LocalSet::new().block_on(&runtime, row);
            if entry.is_met() { Ok(()) } else { Err(entry.lines().into()) }
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    runtime.block_on(world.close());
    let _ = std::fs::remove_dir_all(folder);
    conclusion.exit_code()
}

/// Runs the rows that were chosen, one after the other.
async fn run(chosen: &str) -> ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let folder = std::env::var("MESSAGING_FAULTS_FOLDER").expect("`cargo xtask faults` sets it");
    let _ = std::fs::remove_dir_all(format!("{folder}/ledgers"));
    let minutes = number("MESSAGING_FAULTS_MINUTES").unwrap_or(10);
    // For as long as the program: tasks of rows look at it.
    let world: &'static World = Box::leak(Box::new(World::new(folder.into(), minutes)));
    let peer = std::env::var("MESSAGING_TEST_PYTHON").is_ok();
    let rows = match rows::chosen(chosen) {
        Ok(rows) => rows,
        Err(why) => {
            println!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let mut entries = Vec::new();
    for _ in 0..number("MESSAGING_FAULTS_ROUNDS").unwrap_or(1) {
        for row in &rows {
            entries.push(one(row, world, Side::Ours).await);
            if peer && row.peer {
                entries.push(one(row, world, Side::Peer).await);
            }
            report::save(world.folder(), &entries).expect("the report can be written");
        }
    }
    world.close().await;
    println!("\n{}", report::table(&entries));
    let ours = entries.iter().filter(|entry| entry.side == Side::Ours);
    let (met, missed): (Vec<_>, Vec<_>) = ours.partition(|entry| entry.is_met());
    println!("{} rows met, {} not; see {}", met.len(), missed.len(), world.folder().display());
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn one(row: &Row, world: &'static World, side: Side) -> Entry {
    let begun = Instant::now();
    // A task of its own: a row that panics is one that failed.
    let found = match tokio::task::spawn_local((row.run)(world, side)).await {
        Ok(found) => found,
        Err(error) => Err(panic_text(error)),
    };
    let (fault, accepted, took) = (row.fault, row.accepted, begun.elapsed());
    let entry = Entry { row: row.name(), fault, accepted, side, found, took };
    print!("{}", entry.lines());
    entry
}

fn panic_text(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "cancelled".to_owned() };
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (_, Some(text)) => (*text).to_owned(),
        _ => "a panic".to_owned(),
    }
}
