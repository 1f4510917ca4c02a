//! What RustSec knows: <https://rustsec.org>, one file for each advisory in `crates/NAME`.

use std::fs;
use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};

use super::Crate;
use crate::failure::{Failure, Result};

/// What is known of the crates that are locked.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Vulnerabilities, and what is not sound.
    pub(super) problems: Vec<String>,
    /// That nobody maintains a crate any more, and other notices.
    pub(super) warnings: Vec<String>,
    /// How many crates have an advisory at all.
    pub(super) count: usize,
    /// The day of the newest advisory of the whole database, which tells how old it is.
    pub(super) newest: String,
}

/// Looks the crates up in the database.
pub(super) fn known(database: &Path, crates: &[Crate]) -> Result<Known> {
    let mut known = Known::default();
    let root = database.join("crates");
    for folder in entries(&root)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let locked: Vec<_> =
            crates.iter().filter(|it| it.source.is_some() && it.name == name).collect();
        known.count += usize::from(!locked.is_empty());
        for file in entries(&folder)? {
            let text =
                fs::read_to_string(&file).map_err(|error| Failure::file("read", &file, error))?;
            let advisory = Advisory::read(&text).ok_or_else(|| {
                Failure::file("understand", &file, "it is no advisory as RustSec writes them")
            })?;
            known.newest = known.newest.max(advisory.date.clone());
            for it in locked.iter().filter(|it| advisory.concerns(&it.version)) {
                let text =
                    format!("{} {}: {} ({})", it.name, it.version, advisory.title, advisory.id);
                match advisory.is_notice {
                    true => known.warnings.push(text),
                    false => known.problems.push(text),
                }
            }
        }
    }
    Ok(known)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, error))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths
        .collect::<std::io::Result<_>>()
        .map_err(|error| Failure::file("read", folder, error))?;
    paths.sort();
    Ok(paths)
}

/// One advisory.
#[derive(Debug)]
struct Advisory {
    id: String,
    date: String,
    title: String,
    withdrawn: bool,
    /// Nothing that can be attacked.
    is_notice: bool,
    /// The versions that are safe.
    safe: Vec<VersionReq>,
}

impl Advisory {
    /// Reads a file: TOML between two lines of backticks, then Markdown that begins with a title.
    fn read(text: &str) -> Option<Self> {
        let (front, rest) = text.strip_prefix("```toml")?.split_once("\n```")?;
        let front: toml::Table = front.parse().ok()?;
        let advisory = front.get("advisory")?.as_table()?;
        let said = |key: &str| advisory.get(key).and_then(toml::Value::as_str);
        let versions = front.get("versions").and_then(toml::Value::as_table);
        let lists = ["patched", "unaffected"].map(|key| versions.and_then(|it| it.get(key)));
        let ranges = lists.into_iter().flatten().filter_map(toml::Value::as_array).flatten();
        let safe = ranges.map(|range| VersionReq::parse(range.as_str()?).ok());
        let title = rest.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("no title");
        Some(Self {
            id: said("id")?.to_owned(),
            date: said("date").unwrap_or_default().to_owned(),
            title: title.trim().to_owned(),
            withdrawn: advisory.contains_key("withdrawn"),
            is_notice: matches!(said("informational"), Some("unmaintained" | "notice")),
            safe: safe.collect::<Option<_>>()?,
        })
    }

    fn concerns(&self, version: &Version) -> bool {
        !self.withdrawn && !self.safe.iter().any(|safe| safe.matches(version))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::crate_of;
    use super::*;

    fn advisory(more: &str, patched: &str) -> String {
        format!(
            "```toml\n[advisory]\nid = \"RUSTSEC-2021-0072\"\npackage = \"a\"\ndate = \"2021-07-07\"\n\
             {more}\n[versions]\npatched = [{patched}]\nunaffected = [\"< 0.3\"]\n```\n\n# It ends\n\nText.\n"
        )
    }

    #[test]
    fn versions_that_are_not_safe_are_named() {
        let folder = std::env::temp_dir().join(format!("xtask-advisories-{}", std::process::id()));
        fs::create_dir_all(folder.join("crates/a")).unwrap();
        let write =
            |name: &str, text: &str| fs::write(folder.join("crates/a").join(name), text).unwrap();
        write("one.md", &advisory("", "\">= 1.5.1, < 1.6.0\", \">= 1.8.1\""));
        write("two.md", &advisory("informational = \"unmaintained\"", ""));
        write("three.md", &advisory("withdrawn = \"2022-01-01\"", ""));
        let of = |version: &str| known(&folder, &[crate_of("a", version, "MIT", "")]).unwrap();
        for (version, problems, warnings) in
            [("1.8.0", 1, 1), ("1.8.1", 0, 1), ("1.5.9", 0, 1), ("0.2.9", 0, 0)]
        {
            let known = of(version);
            let found = (known.problems.len(), known.warnings.len());
            assert_eq!(found, (problems, warnings), "{version}: {known:?}");
            assert_eq!((known.count, known.newest.as_str()), (1, "2021-07-07"));
        }
        assert_eq!(of("1.8.0").problems, ["a 1.8.0: It ends (RUSTSEC-2021-0072)"]);
        write("four.md", "no advisory");
        assert!(known(&folder, &[]).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
