//! All differences between two contracts, and whether the version covers them.

use std::fmt;

use super::{Change, Contract, Needs};
use crate::Version;

/// What changed from one version of a contract to another.
///
/// Its `Display` is for people: every change, what it means for clients and servers of the other
/// version, and what to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The trait's name.
    pub name: String,
    /// The old version.
    pub old: Version,
    /// The version declared now.
    pub new: Version,
    /// The changes, those that need the most first.
    pub changes: Vec<Change>,
}

impl Report {
    pub(super) fn new(old: &Contract, new: &Contract, mut changes: Vec<Change>) -> Self {
        changes.sort_by(|a, b| {
            let order = |change: &Change| (std::cmp::Reverse(change.needs), change.place.clone());
            order(a).cmp(&order(b))
        });
        Self { name: new.name.clone(), old: old.version, new: new.version, changes }
    }

    /// What the changes need together.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.changes.iter().map(|change| change.needs).max().unwrap_or(Needs::Patch)
    }

    /// The lowest version that covers the changes.
    #[must_use]
    pub fn needed(&self) -> Version {
        let Version { major, minor } = self.old;
        match self.needs() {
            Needs::Patch => self.old,
            Needs::Minor => Version::new(major, minor.saturating_add(1)),
            Needs::Major => Version::new(major.saturating_add(1), 0),
        }
    }

    /// Whether the version declared covers the changes.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.new >= self.needed()
    }

    /// The changes that could not be judged.
    pub fn not_judged(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.is_judged())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, old, new, changes } = self;
        if changes.is_empty() {
            return write!(f, "API `{name}`: {old} before, {new} now; no changes");
        }
        let count = if changes.len() == 1 {
            "1 change".to_owned()
        } else {
            format!("{} changes", changes.len())
        };
        write!(f, "API `{name}`: {old} before, {new} now; {count}")?;
        match self.is_covered() {
            true => writeln!(f, ", which the version covers")?,
            false => writeln!(
                f,
                ", which need a {}: declare `version = \"{}\"`, or do as is said below",
                self.needs(),
                self.needed()
            )?,
        }
        for change in changes {
            write!(f, "\n{change}\n")?;
        }
        let not_judged = self.not_judged().count();
        if not_judged > 0 {
            write!(
                f,
                "\n{not_judged} of them could not be judged, so each is taken for one that breaks: \
                 look at what changed, and accept it if all of it is understood\n"
            )?;
        }
        Ok(())
    }
}
