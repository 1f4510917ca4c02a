//! The crates of the lock file: their licences, that each is there once, where they come from, and what
//! is known against them.
//!
//! `deny.toml` says what is allowed, in the words of cargo-deny, which reads the same file. This needs no
//! tool that is installed for minutes first, so that no machine leaves it out.

mod advisories;
mod rules;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use self::rules::Rules;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Where a copy of RustSec's database may stand, from the root of the workspace.
const ADVISORIES: &str = "../shared/advisory-db";

/// A crate, as it is locked.
#[derive(Debug)]
struct Crate {
    name: String,
    version: semver::Version,
    licence: Option<String>,
    /// None for our own.
    source: Option<String>,
}

/// Checks them all, and prints what was looked at.
///
/// # Errors
///
/// If a crate is not as `deny.toml` wants it, or has a known vulnerability.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let rules = Rules::read(&workspace.root().join("deny.toml"))?;
    let crates = crates(workspace)?;
    let mut problems: Vec<String> = crates.iter().filter_map(|it| rules.problem(it)).collect();
    if rules.denies_doubles() {
        problems.extend(doubles(&crates, &rules));
    }
    let database = workspace.root().join(ADVISORIES);
    if database.is_dir() {
        let known = advisories::known(&database, &crates)?;
        problems.extend(known.problems);
        known.warnings.iter().for_each(|warning| println!("warning: {warning}"));
        println!("advisories of {} were looked at, the newest of {}", known.count, known.newest);
    } else {
        println!("no advisories were looked at: there is no copy of RustSec's at {ADVISORIES}");
    }
    problems.iter().for_each(|problem| println!("{problem}"));
    match problems.len() {
        0 => {
            println!("{} crates: licences, sources and doubles are as deny.toml says", crates.len())
        }
        count => return Err(format!("{count} crates are not as deny.toml says").into()),
    }
    Ok(())
}

/// Every crate that is locked, for any platform and feature.
fn crates(workspace: &Workspace) -> Result<Vec<Crate>> {
    let log = workspace.target().join("metadata.log");
    let mut command = workspace.cargo(["metadata", "--format-version", "1", "--all-features"]);
    let mut said = String::new();
    let lines = command.args(["--locked"]);
    let ended = process::run_lines(lines, |line| said.push_str(line))?;
    ended.check("cargo metadata")?;
    let metadata: Value = serde_json::from_str(&said)
        .map_err(|error| Failure::file("understand what cargo metadata said in", &log, error))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.map(Crate::of).collect()
}

impl Crate {
    fn of(package: &Value) -> Result<Self> {
        let text = |key: &str| package[key].as_str().map(str::to_owned);
        let name = text("name").ok_or("a package has no name")?;
        let version = text("version").and_then(|version| version.parse().ok());
        let version = version.ok_or_else(|| format!("{name} has no version"))?;
        Ok(Self { name, version, licence: text("license"), source: text("source") })
    }
}

/// The crates that are there in several versions.
fn doubles(crates: &[Crate], rules: &Rules) -> Vec<String> {
    let mut versions = BTreeMap::<&str, Vec<String>>::new();
    for Crate { name, version, .. } in crates {
        if !rules.skips(name, version) {
            versions.entry(name).or_default().push(version.to_string());
        }
    }
    let doubled = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    doubled
        .map(|(name, versions)| format!("{name} is there as {}", versions.join(" and ")))
        .collect()
}

/// Reads a file of TOML.
fn toml(path: &std::path::Path) -> Result<toml::Table> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, error))?;
    text.parse().map_err(|error| Failure::file("understand", path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn crate_of(
        name: &str,
        version: &str,
        licence: &str,
        source: Option<&str>,
    ) -> Crate {
        let package = serde_json::json!({
            "name": name, "version": version, "license": licence, "source": source,
        });
        Crate::of(&package).unwrap()
    }

    #[test]
    fn a_crate_that_is_there_twice_is_named_with_its_versions() {
        let rules =
            Rules::of("[bans]\nmultiple-versions = \"deny\"\nskip = [\"b@1.0.0\"]").unwrap();
        let crates: Vec<_> = [("a", "1.0.0"), ("a", "2.0.0"), ("b", "1.0.0"), ("b", "2.0.0")]
            .map(|(name, version)| crate_of(name, version, "MIT", None))
            .into();
        assert!(rules.denies_doubles());
        assert_eq!(doubles(&crates, &rules), ["a is there as 1.0.0 and 2.0.0"]);
    }
}
