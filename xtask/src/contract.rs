//! The contracts of the examples, and the lock file that holds what was promised last.

use std::process::Command;

use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

/// The lock file, from the root.
const LOCK: &str = "examples/contract.lock.json";

/// What is done with the lock file.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub(crate) enum Action {
    /// Fails unless the lock file is what would be written; says what changed, for whom it breaks,
    /// and whether the version covers it.
    Check,
    /// Writes the lock file, if the versions declared cover what changed.
    Write,
    /// Writes the lock file whatever changed: what could not be judged is fine, or reaches nobody.
    Accept,
    /// Prints what would be written.
    Show,
}

pub(crate) fn run(workspace: &Workspace, action: Action) -> Result<()> {
    // With the features of the tests, so that nothing is compiled twice.
    let mut build = workspace.cargo(["build", "--quiet", "--workspace", "--all-features"]);
    process::run(build.args(["--bin", "contract"]))?.check("cargo build --bin contract")?;
    let mut contract = Command::new(workspace.target().join("debug/contract"));
    contract.current_dir(workspace.root()).env_remove("MESSAGING_CONTRACT");
    let name = match action {
        Action::Check => "check",
        Action::Write => "write",
        Action::Accept => "accept",
        Action::Show => "show",
    };
    contract.arg(name);
    if !matches!(action, Action::Show) {
        contract.arg(LOCK);
    }
    process::run(&mut contract)?.check(&format!("cargo xtask contract {name}"))
}
