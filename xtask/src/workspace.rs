//! What cargo knows about this workspace.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Result};

/// This workspace, as `cargo metadata` tells it.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    metadata: Value,
    /// Whether what is built is built but once.
    once: bool,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn find() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let output = Command::new(cargo_program())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(here)
            .output()
            .map_err(|error| format!("cannot run cargo metadata: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("cargo metadata failed: {}", said.trim()).into());
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("cargo metadata answered something else: {error}"))?;
        let folder = |key: &str| {
            metadata[key]
                .as_str()
                .map(PathBuf::from)
                .ok_or_else(|| Failure::Message(format!("cargo metadata has no {key}")))
        };
        Ok(Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
            metadata,
            once: false,
        })
    }

    /// Builds without what would make the next build a quicker one, and takes less of the disk.
    #[must_use]
    pub(crate) fn built_once(self) -> Self {
        Self { once: true, ..self }
    }

    /// Where the workspace lies.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where everything goes that we make.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A cargo command, run at the root.
    pub(crate) fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(cargo_program());
        command.args(arguments).current_dir(&self.root);
        if self.once {
            command.env("CARGO_INCREMENTAL", "0");
        }
        command
    }

    /// The version of a member.
    pub(crate) fn version(&self, package: &str) -> Result<&str> {
        let version = self.package(package)?["version"].as_str();
        version.ok_or_else(|| format!("cargo metadata gives {package} no version").into())
    }

    /// What `package` asks of its dependency: `=0.1.0`.
    pub(crate) fn requirement(&self, package: &str, dependency: &str) -> Result<Option<&str>> {
        let dependencies = self.package(package)?["dependencies"].as_array();
        let mut found = dependencies.into_iter().flatten().filter(|it| it["name"] == dependency);
        Ok(found.next().and_then(|it| it["req"].as_str()))
    }

    /// The features of a member, `default` aside.
    pub(crate) fn features(&self, package: &str) -> Result<Vec<&str>> {
        let features = self.package(package)?["features"].as_object();
        let names = features.into_iter().flat_map(|it| it.keys());
        Ok(names.map(String::as_str).filter(|name| *name != "default").collect())
    }

    /// The examples of a member.
    pub(crate) fn examples(&self, package: &str) -> Result<Vec<&str>> {
        let targets = self.package(package)?["targets"].as_array();
        let examples = targets.into_iter().flatten().filter(|target| {
            target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|it| it == "example"))
        });
        Ok(examples.filter_map(|target| target["name"].as_str()).collect())
    }

    fn package(&self, name: &str) -> Result<&Value> {
        let packages = self.metadata["packages"].as_array();
        let found = packages.into_iter().flatten().find(|package| package["name"] == name);
        found.ok_or_else(|| format!("the workspace has no package {name}").into())
    }
}

/// The cargo that runs us, so that all steps use one toolchain.
pub(crate) fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
