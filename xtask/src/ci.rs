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
    step("format", || cargo(&mut workspace.cargo(["fmt", "--all", "--check"])))?;
    step("tidy", || tidy::run(workspace))?;
    step("lints", || {
        let arguments = ["clippy", "--workspace", "--all-targets", "--all-features"];
        cargo(workspace.cargo(arguments).args(["--", "-D", "warnings"]))
    })?;
    step("features", || features(workspace))?;
    step("documentation", || {
        let mut doc = workspace.cargo(["doc", "--workspace", "--no-deps", "--all-features"]);
        cargo(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step("contract", || contract::run(workspace, contract::Action::Check))?;
    step("dependencies", || dependencies::run(workspace))?;
    step("instructions", || codec::judge(workspace))?;
    step("fuzz", || fuzz::run(workspace, &fuzz::Options::bounded()))?;
    step("test", || test::run(workspace, &[]))
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

fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let started = Instant::now();
    let result = work();
    println!("==> {name}: {:.1} s", started.elapsed().as_secs_f32());
    result
}
