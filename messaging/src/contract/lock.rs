//! The lock file: what was promised last.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Contract, Report, compare};

/// The form of the file.
const FORMAT: u32 = 1;

/// Contracts as they were promised last; a lock file holds them, and is committed.
///
/// Documentation is left out of it, so that only what a peer could notice changes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lock {
    format: u32,
    contracts: Vec<Contract>,
}

impl Lock {
    /// A lock of these contracts, in the order of their names and versions.
    #[must_use]
    pub fn new(contracts: impl IntoIterator<Item = Contract>) -> Self {
        let mut contracts: Vec<_> = contracts.into_iter().map(Contract::without_docs).collect();
        let order = |it: &Contract| (it.name.clone(), it.version, it.topic.clone());
        contracts.sort_by_key(order);
        Self { format: FORMAT, contracts }
    }

    /// Reads what a lock file holds.
    ///
    /// # Errors
    ///
    /// A text that says what is wrong with it, if it is none, or one of another format.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }

        #[derive(Deserialize)]
        struct Contracts {
            contracts: Vec<Contract>,
        }

        let wrong = |error: serde_json::Error| format!("it is no lock of contracts: {error}");
        let Format { format } = serde_json::from_str(text).map_err(wrong)?;
        if format != FORMAT {
            return Err(format!(
                "it has format {format}, and this version of messaging reads {FORMAT}: write it \
                 anew, or take another version"
            ));
        }
        let Contracts { contracts } = serde_json::from_str(text).map_err(wrong)?;
        Ok(Self::new(contracts))
    }

    /// The contracts.
    #[must_use]
    pub fn contracts(&self) -> &[Contract] {
        &self.contracts
    }

    /// What changed from this lock to `new`.
    ///
    /// Contracts belong together that have the same name, the same topic and namespace if there
    /// are several, and the same major version if there are several still.
    #[must_use]
    pub fn compare(&self, new: &Self) -> Comparison {
        let mut left: Vec<_> = new.contracts.iter().collect();
        let mut pairs = Vec::new();
        let mut olds: Vec<_> = self.contracts.iter().collect();
        // The most alike first, so that none takes what belongs to another.
        let alike: [fn(&Contract, &Contract) -> bool; 4] = [
            |a, b| a.name == b.name && place(a) == place(b) && a.version.major == b.version.major,
            |a, b| a.name == b.name && a.version.major == b.version.major,
            |a, b| a.name == b.name,
            |a, b| place(a) == place(b) && a.version.major == b.version.major,
        ];
        for is_alike in alike {
            olds.retain(|old| {
                let found = left.iter().position(|new| is_alike(old, new));
                let found = found.map(|at| left.remove(at));
                pairs.extend(found.map(|new| (*old, new)));
                found.is_none()
            });
        }
        Comparison {
            reports: pairs.into_iter().map(|(old, new)| compare(old, new)).collect(),
            added: left.into_iter().map(label).collect(),
            gone: olds.into_iter().map(label).collect(),
            is_same: self == new,
        }
    }
}

fn place(contract: &Contract) -> (&str, Option<&str>) {
    (&contract.topic, contract.namespace.as_deref())
}

fn label(contract: &Contract) -> String {
    format!("`{}` {} on topic `{}`", contract.name, contract.version, contract.topic)
}

/// As a file: JSON, an object or a list in lines of its own, members of schemas by name.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(&Ordered::of(self)).map_err(|_| fmt::Error)?;
        writeln!(f, "{text}")
    }
}

/// A lock whose schemas have their members by name, also where another crate asks serde_json to
/// keep them as they came.
#[derive(Serialize)]
#[serde(transparent)]
struct Ordered(Lock);

impl Ordered {
    fn of(lock: &Lock) -> Self {
        let mut lock = lock.clone();
        for contract in &mut lock.contracts {
            contract.each_schema(&mut |schema| {
                order(&mut schema.written);
                order(&mut schema.read);
            });
        }
        Self(lock)
    }
}

fn order(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(order),
        Value::Object(members) => {
            members.values_mut().for_each(order);
            let mut sorted: Vec<_> = std::mem::take(members).into_iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
            members.extend(sorted);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What changed between two locks.
///
/// Its `Display` is for people, as that of [`Report`] is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The APIs that are in both.
    pub reports: Vec<Report>,
    /// The APIs that are new.
    pub added: Vec<String>,
    /// The APIs that are gone, which no version covers.
    pub gone: Vec<String>,
    is_same: bool,
}

impl Comparison {
    /// Whether nothing changed at all, so that the lock file is what would be written.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.is_same
    }

    /// Whether the versions declared cover what changed.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.gone.is_empty() && self.reports.iter().all(Report::is_covered)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_same {
            return f.write_str("nothing changed");
        }
        for gone in &self.gone {
            writeln!(f, "API {gone} is gone: its clients find nobody; keep it, or accept that")?;
        }
        for added in &self.added {
            writeln!(f, "API {added} is new")?;
        }
        for report in &self.reports {
            if !report.changes.is_empty() || report.old != report.new {
                writeln!(f, "{}", report.to_string().trim_end())?;
            }
        }
        Ok(())
    }
}
