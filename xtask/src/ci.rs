//! `cargo xtask ci`: what must hold before a change is merged. What CI runs, and nothing else.

use std::process::Command;
use std::time::Instant;

use crate::bench::codec;
use crate::contract;
use crate::counts::Counts;
use crate::dependencies;
use crate::failure::Result;
use crate::fuzz;
use crate::process;
use crate::test;
use crate::tidy;
use crate::workspace::Workspace;

/// Runs every step, the quick ones first, until one fails.
pub(crate) fn run(workspace: &Workspace) -> Result<Counts> {
    step(workspace, "format", || cargo(&mut workspace.cargo(["fmt", "--all", "--check"])))?;
    step(workspace, "tidy", || tidy::run(workspace))?;
    step(workspace, "lints", || {
        let arguments = ["clippy", "--workspace", "--all-targets", "--all-features"];
        cargo(workspace.cargo(arguments).args(["--", "-D", "warnings"]))
    })?;
    step(workspace, "features", || features(workspace))?;
    step(workspace, "documentation", || {
        let mut doc = workspace.cargo(["doc", "--workspace", "--no-deps", "--all-features"]);
        cargo(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step(workspace, "contract", || contract::run(workspace, contract::Action::Check))?;
    step(workspace, "dependencies", || dependencies::run(workspace))?;
    step(workspace, "instructions", || codec::judge(workspace))?;
    step(workspace, "fuzz", || fuzz::run(workspace, &fuzz::Options::bounded()))?;
    step(workspace, "test", || test::run(workspace, &[]))
}

/// Each feature of `messaging` alone, all of them, and none: whoever chooses must not be the first
/// to compile what they chose. Clippy, as it denies warnings in our packages alone.
fn features(workspace: &Workspace) -> Result<()> {
    let each = workspace.features("messaging")?;
    let all = each.join(",");
    for chosen in ["", &all].into_iter().chain(each) {
        println!("messaging with {}", if chosen.is_empty() { "no feature" } else { chosen });
        let mut check = workspace.cargo(["clippy", "--quiet", "-p", "messaging"]);
        check.args(["--no-default-features", "--features", chosen, "--", "-D", "warnings"]);
        cargo(&mut check)?;
    }
    Ok(())
}

fn cargo(command: &mut Command) -> Result<()> {
    let words = command.get_args().map(|it| it.to_string_lossy().into_owned());
    let name = format!("cargo {}", words.collect::<Vec<_>>().join(" "));
    process::run(command)?.check(&name)
}

fn step<T>(workspace: &Workspace, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let started = Instant::now();
    let result = work();
    let seconds = started.elapsed().as_secs_f32();
    match free(workspace) {
        Some(free) => println!("==> {name}: {seconds:.1} s; {free:.1} GiB of the disk are free"),
        None => println!("==> {name}: {seconds:.1} s"),
    }
    result
}

/// How much of the disk that is built on is free, in GiB: where it is full, compilers and linkers
/// fail, and few of them say of what.
fn free(workspace: &Workspace) -> Option<f64> {
    let disk = rustix::fs::statvfs(workspace.root()).ok()?;
    Some((disk.f_bavail * disk.f_frsize) as f64 / f64::from(1 << 30))
}
