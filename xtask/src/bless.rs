//! Rewrites what tests compare with.

use std::process::ExitCode;

use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

/// Rewrites the golden expansions of the macros and the expected messages of the compiler.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let mut expansions = workspace.cargo(["test", "-p", "messaging-macros"]);
    expansions.env("UPDATE_EXPECT", "1");
    process::run(&mut expansions)?.check("cargo test -p messaging-macros")?;

    let mut messages = workspace.cargo(["test", "-p", "messaging-tests", "--test", "ui"]);
    messages.env("TRYBUILD", "overwrite");
    process::run(&mut messages)?.check("cargo test -p messaging-tests --test ui")?;

    println!("rewritten; read `git diff` before you commit it");
    Ok(ExitCode::SUCCESS)
}
