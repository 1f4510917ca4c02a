//! The crates of the lock file: their licences, that each is there once, where they come from, and what
//! is known against them.
//!
//! `deny.toml` says what is allowed, in the words of cargo-deny, which reads the same file. This needs no
//! tool that is installed for minutes first, so that no machine leaves it out.

mod advisories;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use self::rules::Rules;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Where a copy of RustSec's database may stand, from the root of the workspace.
const ADVISORIES: &str = "../shared/advisory-db";

/// The registry that everybody uses.
const CRATES_IO: &str = "crates.io";

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
    let crates = crates(workspace, &rules)?;
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

/// Every crate that is built for some platform, with all features. `cargo metadata` names more: optional
/// dependencies of others that no feature switches on.
fn crates(workspace: &Workspace, rules: &Rules) -> Result<Vec<Crate>> {
    let mut tree = workspace.cargo(["tree", "--workspace", "--all-features", "--locked"]);
    rules.excluded().for_each(|package| _ = tree.args(["--exclude", package]));
    tree.args(["--target", "all", "--edges", "normal,build,dev", "--prefix", "none"]);
    tree.args(["--format", "{p}|{l}"]);
    let mut lines = BTreeSet::new();
    let ended = process::run_lines(&mut tree, |line| {
        lines.insert(line.trim_end_matches(" (*)").to_owned());
    })?;
    ended.check("cargo tree")?;
    lines.iter().filter(|line| !line.is_empty()).map(|line| Crate::of(line)).collect()
}

impl Crate {
    /// Reads `name v1.0.0 (source)|licence`; what comes from crates.io has no source there.
    fn of(line: &str) -> Result<Self> {
        let unlike = || format!("cargo tree says `{line}`, and no crate with its licence");
        let (package, licence) = line.rsplit_once('|').ok_or_else(unlike)?;
        let (name, rest) = package.split_once(" v").ok_or_else(unlike)?;
        let (version, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let version = version.parse().map_err(|_| unlike())?;
        let source = match more.trim_start_matches("(proc-macro)").trim() {
            "" => Some(CRATES_IO.to_owned()),
            path if path.starts_with("(/") => None,
            other => Some(other.trim_matches(['(', ')']).to_owned()),
        };
        let licence = (!licence.is_empty()).then(|| licence.to_owned());
        Ok(Self { name: name.to_owned(), version, licence, source })
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

    pub(super) fn crate_of(name: &str, version: &str, licence: &str, source: &str) -> Crate {
        Crate::of(format!("{name} v{version} {source}|{licence}").as_str()).unwrap()
    }

    #[test]
    fn a_line_of_cargo_tree_is_a_crate() {
        let source = |line: &str| Crate::of(line).unwrap().source;
        assert_eq!(source("a v1.0.0|MIT").as_deref(), Some(CRATES_IO));
        assert_eq!(source("a v1.0.0 (proc-macro)|MIT").as_deref(), Some(CRATES_IO));
        assert_eq!(source("a v1.0.0 (proc-macro) (/a)|MIT"), None);
        let git = "https://example.org/a?rev=1#1";
        assert_eq!(source(&format!("a v1.0.0 ({git})|MIT")).as_deref(), Some(git));
        let spdx = Crate::of("spdx v0.13.6+meta|(MIT OR ISC) AND Zlib").unwrap();
        assert_eq!((spdx.name.as_str(), spdx.version.major), ("spdx", 0));
        assert_eq!(spdx.licence.as_deref(), Some("(MIT OR ISC) AND Zlib"));
        assert_eq!(Crate::of("a v1.0.0|").unwrap().licence, None);
        for line in ["", "a", "a v1.0.0", "a v1|MIT"] {
            assert!(Crate::of(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_crate_that_is_there_twice_is_named_with_its_versions() {
        let rules =
            Rules::of("[bans]\nmultiple-versions = \"deny\"\nskip = [\"b@1.0.0\"]").unwrap();
        let crates: Vec<_> = [("a", "1.0.0"), ("a", "2.0.0"), ("b", "1.0.0"), ("b", "2.0.0")]
            .map(|(name, version)| crate_of(name, version, "MIT", ""))
            .into();
        assert!(rules.denies_doubles());
        assert_eq!(doubles(&crates, &rules), ["a is there as 1.0.0 and 2.0.0"]);
    }
}
