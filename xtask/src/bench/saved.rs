//! The file with all that was measured.

use std::fs;

use serde::Serialize;

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// Writes all that a group measured, and says where.
pub(crate) fn save(workspace: &Workspace, group: &str, all: &impl Serialize) -> Result<()> {
    let folder = workspace.target().join("bench");
    let path = folder.join(format!("{group}.json"));
    let text = serde_json::to_string_pretty(all)
        .map_err(|error| format!("what was measured is no JSON: {error}"))?;
    fs::create_dir_all(&folder).map_err(|error| Failure::file("make", &folder, error))?;
    fs::write(&path, text + "\n").map_err(|error| Failure::file("write", &path, error))?;
    println!("all of it: {}", path.display());
    Ok(())
}
