//! Instructions, as callgrind counts them: the same on every run, however busy the machine is.

use std::fs;
use std::process::Command;

use super::{Step, lines, profile};
use crate::bench::program::Programs;
use crate::failure::{Failure, Result};
use crate::install::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// The function in which a step is done, `benches/src/counted.rs`: callgrind counts nothing
/// outside, and writes down what it counted whenever it is left.
const COUNTED: &str = "messaging_benches::counted::counted";

/// Runs a program under callgrind, and gives its steps with the instructions that each takes.
pub(crate) fn run(workspace: &Workspace, programs: &Programs, program: &str) -> Result<Vec<Step>> {
    if !process::find_program("valgrind") {
        install::install(&[Need::Valgrind])?;
    }
    let folder = workspace.target().join("bench/callgrind");
    let file = |name: String| folder.join(name);
    fs::create_dir_all(&folder).map_err(|error| Failure::file("make", &folder, error))?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--combine-dumps=no"]);
    command.arg(format!("--toggle-collect={COUNTED}")).arg(format!("--dump-after={COUNTED}"));
    let (output, log) = (file(program.to_owned()), file(format!("{program}.log")));
    command.arg(format!("--callgrind-out-file={}", output.display()));
    command.arg(format!("--log-file={}", log.display()));
    command.arg(programs.command(program).get_program()).arg("--once");
    let mut steps = lines(command)?;
    for (number, step) in (1..).zip(&mut steps) {
        let path = file(format!("{program}.{number}"));
        let text =
            fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, error))?;
        let profile = profile::read(&text, workspace.root());
        // Nothing was counted: the function goes by another name, or was inlined.
        let total = profile.values().sum::<u64>();
        if total == 0 {
            let name = &step.name;
            return Err(format!("callgrind counted nothing of `{name}` within {COUNTED}").into());
        }
        #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let each = |count: u64| count as f64 / f64::from(step.times.max(1));
        step.instructions = each(total);
        step.by_crate = profile.into_iter().map(|(name, count)| (name, each(count))).collect();
        fs::remove_file(&path).map_err(|error| Failure::file("remove", &path, error))?;
    }
    Ok(steps)
}
