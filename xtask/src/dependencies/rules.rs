//! What `deny.toml` allows.

use std::path::Path;

use spdx::{Expression, LicenseReq, ParseMode};

use super::{CRATES_IO, Crate};
use crate::failure::Result;

/// The keys of `deny.toml` that are held here; any other is a mistake, so that none is thought to be
/// held that is not.
const KEYS: [(&str, &[&str]); 5] = [
    ("graph", &["all-features", "exclude"]),
    // Whether a version was yanked, the registry alone can say.
    ("advisories", &["yanked"]),
    ("licenses", &["allow", "private"]),
    ("bans", &["multiple-versions", "skip", "wildcards", "allow-wildcard-paths"]),
    ("sources", &["unknown-registry", "unknown-git"]),
];

/// The rules of a file.
#[derive(Debug)]
pub(super) struct Rules(toml::Table);

impl Rules {
    pub(super) fn read(path: &Path) -> Result<Self> {
        Self::checked(super::toml(path)?)
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Result<Self> {
        Self::checked(text.parse().map_err(|error| format!("{error}"))?)
    }

    fn checked(table: toml::Table) -> Result<Self> {
        for (group, keys) in &table {
            let known = KEYS.iter().find(|(name, _)| name == group).map(|(_, keys)| *keys);
            let keys = keys.as_table().into_iter().flat_map(toml::Table::keys);
            for key in keys {
                if !known.is_some_and(|known| known.contains(&key.as_str())) {
                    return Err(format!("deny.toml: nothing here holds `{group}.{key}`").into());
                }
            }
        }
        Ok(Self(table))
    }

    fn get(&self, group: &str, key: &str) -> Option<&toml::Value> {
        self.0.get(group)?.get(key)
    }

    fn denies(&self, group: &str, key: &str) -> bool {
        self.get(group, key).and_then(toml::Value::as_str) == Some("deny")
    }

    fn texts(&self, group: &str, key: &str) -> impl Iterator<Item = &str> {
        let list = self.get(group, key).and_then(toml::Value::as_array);
        list.into_iter().flatten().filter_map(toml::Value::as_str)
    }

    /// The packages of ours whose dependencies are not looked at.
    pub(super) fn excluded(&self) -> impl Iterator<Item = &str> {
        self.texts("graph", "exclude")
    }

    pub(super) fn denies_doubles(&self) -> bool {
        self.denies("bans", "multiple-versions")
    }

    /// Whether a doubled crate is an exception: `name@version`.
    pub(super) fn skips(&self, name: &str, version: &semver::Version) -> bool {
        self.texts("bans", "skip").any(|skipped| skipped == format!("{name}@{version}"))
    }

    /// What is wrong with a crate by itself.
    pub(super) fn problem(&self, it: &Crate) -> Option<String> {
        let Crate { name, version, licence, source } = it;
        if let Some(source) = source {
            let (key, known) = match source.starts_with("registry") {
                true => ("unknown-registry", false),
                false => ("unknown-git", source == CRATES_IO),
            };
            if !known && self.denies("sources", key) {
                return Some(format!("{name} {version} comes from {source}"));
            }
        }
        let Some(licence) = licence else {
            return Some(format!("{name} {version} names no licence"));
        };
        // Also as older crates write them: `MIT/Apache-2.0`, `GPL-3.0`.
        let expression = Expression::parse_mode(licence, ParseMode::LAX);
        let allowed = expression.is_ok_and(|it| it.evaluate(|licence| self.allows(licence)));
        (!allowed)
            .then(|| format!("{name} {version} has the licence {licence}, which is not allowed"))
    }

    fn allows(&self, licence: &LicenseReq) -> bool {
        let name = licence.license.to_string();
        licence.addition.is_none() && self.texts("licenses", "allow").any(|allowed| allowed == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::crate_of;
    use super::*;

    #[test]
    fn licences_are_expressions_and_sources_are_known() {
        let rules = Rules::of(
            "[licenses]\nallow = [\"MIT\", \"ISC\"]\n[sources]\nunknown-registry = \"deny\"\n\
             unknown-git = \"deny\"",
        )
        .unwrap();
        let of = |licence: &str, source: String| {
            rules.problem(&crate_of("a", "1.0.0", licence, &source))
        };
        for licence in
            ["MIT", "MIT OR GPL-3.0", "Apache-2.0/MIT", "MIT AND ISC", "(MIT OR Zlib) AND ISC"]
        {
            assert_eq!(of(licence, String::new()), None, "{licence}");
        }
        for licence in ["GPL-3.0", "MIT AND Zlib", "MIT WITH LLVM-exception", "whatever"] {
            assert!(of(licence, "(/a)".to_owned()).unwrap().contains(licence), "{licence}");
        }
        for source in ["https://example.org/a#1", "registry `own`"] {
            assert!(of("MIT", format!("({source})")).unwrap().contains(source));
        }
    }

    #[test]
    fn a_rule_that_is_not_held_is_a_mistake() {
        assert!(Rules::of("[bans]\ndeny = [\"openssl\"]").is_err());
        assert!(Rules::of("[output]\nx = 1").is_err());
    }
}
