//! How many lines a program is once its macros are expanded.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::package::{Packages, write};
use super::subject::Subject;
use crate::failure::{Failure, Result};
use crate::process;

/// The compiler prints an expansion only under a switch that a stable one hides. What it is set
/// for is this one program: set for a whole build, all dependencies would be built anew.
const UNHIDDEN: &str = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\"\n";

/// The lines of the expanded program that are not empty.
pub(super) fn lines(packages: &Packages, subject: Subject) -> Result<u64> {
    let wrapper = packages.beside("unhidden.sh");
    write(&wrapper, UNHIDDEN)?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))
        .map_err(|error| Failure::file("make executable", &wrapper, error))?;

    let mut command = packages.cargo(subject, &["rustc", "--profile", "check"]);
    command.env("RUSTC_WORKSPACE_WRAPPER", &wrapper);
    command.args(["--", "-Zunpretty=expanded"]);
    let mut lines = 0;
    let ended = process::run_lines(&mut command, |line| {
        lines += u64::from(!line.trim().is_empty());
    })?;
    ended.check("cargo rustc -- -Zunpretty=expanded")?;
    Ok(lines)
}
