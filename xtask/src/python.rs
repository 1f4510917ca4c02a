//! The Python that runs the real oslo.messaging.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Exits with 0 if this Python can make a virtual environment and is one that the pinned
/// oslo.messaging runs on.
const PROBE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// A Python that will do; the packaged one is tried even if another one hides it.
pub(crate) fn find() -> Option<&'static str> {
    ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", PROBE]).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

/// The Python of a virtual environment that holds `tests/interop/requirements.txt`; made at the
/// first run, and again when that file changes.
pub(crate) fn environment(workspace: &Workspace, python: &str) -> Result<PathBuf> {
    let requirements = workspace.root().join("tests/interop/requirements.txt");
    let wanted = fs::read_to_string(&requirements)
        .map_err(|error| Failure::file("read", &requirements, error))?;
    let folder = workspace.target().join("interop/venv");
    let program = folder.join("bin/python");
    let stamp = folder.join("installed-requirements.txt");
    if is_current(&program, &stamp, &wanted) {
        return Ok(program);
    }

    println!("making a virtual environment for oslo.messaging");
    let mut make = Command::new(python);
    process::run(make.args(["-m", "venv", "--clear"]).arg(&folder))?.check("python -m venv")?;
    let mut install = Command::new(&program);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
    process::run(install.arg(&requirements))?.check("pip install")?;
    fs::write(&stamp, wanted).map_err(|error| Failure::file("write", &stamp, error))?;
    Ok(program)
}

/// The stamp is written last, so that a half-made environment is made again.
fn is_current(program: &Path, stamp: &Path, wanted: &str) -> bool {
    program.exists() && fs::read_to_string(stamp).is_ok_and(|installed| installed == wanted)
}
