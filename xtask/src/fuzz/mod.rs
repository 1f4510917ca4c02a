//! `cargo xtask fuzz`: every function that takes bytes from outside, given to libFuzzer.
//!
//! libFuzzer is a library that cargo builds, and rustc's flags for it are stable ones: nothing has to
//! be installed but a C++ compiler, which is, where it may, and nothing is skipped where there is none.

mod report;
mod seeds;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::Args;

use self::report::Report;
use crate::failure::{Failure, Result};
use crate::install::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// What rustc is told so that libFuzzer sees which way the program took, and what it compared.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// How long an input may be: bombs are the business of tests that know what they are for.
const LONGEST: usize = 4096;

/// How long one input may take, in seconds, on a machine that does something else as well.
const SLOW: u32 = 10;

/// How much memory the program may have, in MiB; it needs some fifty.
const MEMORY: u32 = 512;

/// What to run, and for how long.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The target; none is all of them in turn.
    target: Option<String>,
    /// For how long each is run.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Runs this file once, to see again what went wrong with it.
    #[arg(long, requires = "target")]
    replay: Option<PathBuf>,
}

impl Options {
    /// All targets, as long as `cargo xtask ci` has for them.
    pub(crate) const fn bounded() -> Self {
        Self { target: None, seconds: 5, replay: None }
    }
}

/// Runs the targets that are asked for and prints a table of them.
///
/// # Errors
///
/// If one of them cannot be run, or failed.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let targets = chosen(options.target.as_deref())?;
    let program = build(workspace)?;
    if let (Some(file), [target]) = (&options.replay, &*targets) {
        let mut replay = Command::new(&program);
        replay.env("FUZZ_TARGET", target).env("RUST_BACKTRACE", "1").arg(file);
        return process::run(&mut replay)?.check(target);
    }
    let mut reports = Vec::new();
    for target in targets {
        println!("fuzz {target} for {} s", options.seconds);
        reports.push(fuzz(workspace, &program, target, options.seconds)?);
    }
    println!("\n{}", report::table(&reports));
    match reports.iter().filter(|report| report.failed.is_some()).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} fuzz targets failed").into()),
    }
}

fn chosen(name: Option<&str>) -> Result<Vec<&'static str>> {
    let Some(name) = name else { return Ok(seeds::TARGETS.to_vec()) };
    match seeds::TARGETS.iter().find(|target| **target == name) {
        Some(target) => Ok(vec![target]),
        None => {
            let known = seeds::TARGETS.join(", ");
            Err(format!("no fuzz target is called {name}; there are {known}").into())
        }
    }
}

/// Builds the program of all targets, for a target that is named: build scripts and macros are then
/// built without the flags.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    if !process::find_program("c++") {
        install::install(&[Need::Compiler])?;
    }
    let host = host()?;
    let folder = workspace.target().join("fuzz/build");
    let mut build = workspace.cargo(["build", "--release", "--locked", "--target", &host]);
    build.arg("--manifest-path").arg(workspace.root().join("fuzz/Cargo.toml"));
    build.arg("--target-dir").arg(&folder).env("RUSTFLAGS", FLAGS);
    let built = process::run(&mut build)?;
    built.check("cargo build of the fuzz targets, which takes a C++ compiler as well,")?;
    Ok(folder.join(host).join("release/messaging-fuzz"))
}

fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).arg("-vV").output();
    let said = said.map_err(|error| format!("cannot run rustc: {error}"))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV tells no host".into())
}

/// Runs one target: from its seeds, and from what was found before.
fn fuzz(
    workspace: &Workspace,
    program: &Path,
    target: &'static str,
    seconds: u64,
) -> Result<Report> {
    let folder = workspace.target().join("fuzz");
    let (seeds, corpus) = (folder.join("seeds").join(target), folder.join("corpus").join(target));
    let found = folder.join("found").join(target);
    for folder in [&seeds, &corpus, &found] {
        fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, error))?;
    }
    seeds::write(workspace.root(), target, &seeds)?;
    let log = folder.join(format!("{target}.log"));
    let mut command = Command::new(program);
    command.env("FUZZ_TARGET", target).env("RUST_BACKTRACE", "1").current_dir(&folder);
    command.arg(&corpus).arg(&seeds);
    command.arg(format!("-dict={}", workspace.root().join("fuzz/words.dict").display()));
    command.arg(format!("-artifact_prefix={}/", found.display()));
    command.args([
        format!("-max_total_time={seconds}"),
        format!("-max_len={LONGEST}"),
        format!("-timeout={SLOW}"),
        format!("-rss_limit_mb={MEMORY}"),
        "-print_final_stats=1".to_owned(),
    ]);
    // It ends by itself; a minute more is for a machine that is slow to read the corpus.
    let limit = Duration::from_secs(seconds + 60);
    let ended = process::run_quietly(&mut command, &log, limit);
    if let Err(Failure::Interrupted) = ended {
        return Err(Failure::Interrupted);
    }
    let said = fs::read(&log).map_err(|error| Failure::file("read", &log, error))?;
    let report = Report::read(target, ended.is_ok_and(process::Ended::is_success), &said);
    if report.failed.is_some() {
        println!("{}", String::from_utf8_lossy(&said));
    }
    Ok(report)
}
