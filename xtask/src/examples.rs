//! Runs the examples, each as a test.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

const PACKAGE: &str = "messaging-examples";

/// An example shows something; one that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// Where the built examples lie.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("debug/examples")
}

/// Builds the examples: some tests run them as the other process.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    // With the features of the tests, so that nothing is compiled twice.
    let mut build = workspace.cargo(["build", "--workspace", "--all-features", "--examples"]);
    process::run(&mut build)?.check("cargo build --examples")
}

/// Runs every built example in memory and counts it; what a failed one printed is shown.
pub(crate) fn run(workspace: &Workspace, counts: &mut Counts) -> Result<()> {
    let examples = workspace.examples(PACKAGE)?;

    println!("\nrunning {} examples", examples.len());
    for name in examples {
        let log = workspace.target().join(format!("example-{name}.log"));
        let program = folder(workspace).join(name);
        let mut command = Command::new(program);
        command.current_dir(workspace.root()).env_remove("MESSAGING_URL");
        let started = Instant::now();
        let complaint = match process::run_quietly(&mut command, &log, LIMIT) {
            Ok(ended) => ended.check("it").err(),
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => Some(failure),
        };
        counts.add(complaint.is_none());
        let seconds = started.elapsed().as_secs_f32();
        match complaint {
            None => println!("example {name} ... ok ({seconds:.1} s)"),
            Some(complaint) => {
                println!("example {name} ... FAILED ({seconds:.1} s)");
                let printed = fs::read(&log).unwrap_or_default();
                println!("{}\n{complaint}", String::from_utf8_lossy(&printed));
            }
        }
    }
    Ok(())
}
