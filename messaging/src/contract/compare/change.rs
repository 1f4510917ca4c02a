//! One difference between two contracts.

use std::fmt;

/// One difference between two versions of a contract, and what it means for both sides.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The method, by its name on the wire; none where it is the API's.
    pub method: Option<String>,
    /// Where: ``method `select_hosts`, parameter `request_spec` ``.
    pub place: String,
    /// What is different.
    pub what: String,
    /// A client of the old version with a server of the new one.
    pub old_client: Effect,
    /// A client of the new version with a server of the old one: pinned to the old version, or not
    /// yet using what came with the new one.
    pub new_client: Effect,
    /// The version that it needs.
    pub needs: Needs,
    /// What to do, in one clause; empty where there is nothing to do.
    pub advice: String,
}

/// What a change means for one pair of client and server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Effect {
    /// In a word.
    pub verdict: Verdict,
    /// Why, or in what case; may be empty.
    pub why: String,
}

/// How a client and a server of different versions get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// They understand each other.
    Works,
    /// They understand each other as long as only what the older one knows is sent, which is for
    /// the caller to see to.
    Careful,
    /// It could not be told: look at it.
    NotJudged,
    /// They do not understand each other.
    Breaks,
}

/// Which part of the version a change needs to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Needs {
    /// None.
    Patch,
    /// The minor version: something was added.
    Minor,
    /// The major version: something breaks, or may.
    Major,
}

impl Change {
    pub(super) fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        old_client: Effect,
        new_client: Effect,
        needs: Needs,
    ) -> Self {
        let (place, what) = (place.into(), what.into());
        Self { method: None, place, what, old_client, new_client, needs, advice: String::new() }
    }

    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// Whether it could be told what the change means for both sides.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        ![&self.old_client, &self.new_client].iter().any(|it| it.verdict == Verdict::NotJudged)
    }
}

pub(super) fn works() -> Effect {
    Effect { verdict: Verdict::Works, why: String::new() }
}

pub(super) fn works_since(why: impl Into<String>) -> Effect {
    Effect { verdict: Verdict::Works, why: why.into() }
}

pub(super) fn careful(why: impl Into<String>) -> Effect {
    Effect { verdict: Verdict::Careful, why: why.into() }
}

pub(super) fn not_judged(why: impl Into<String>) -> Effect {
    Effect { verdict: Verdict::NotJudged, why: why.into() }
}

pub(super) fn breaks(why: impl Into<String>) -> Effect {
    Effect { verdict: Verdict::Breaks, why: why.into() }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<7}{}", self.needs.to_string(), self.place)?;
        writeln!(f, "       {}", self.what)?;
        writeln!(f, "       old client, new server: {}", self.old_client)?;
        write!(f, "       new client, old server: {}", self.new_client)?;
        if !self.advice.is_empty() {
            write!(f, "\n       to do: {}", self.advice)?;
        }
        Ok(())
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        if self.why.is_empty() { Ok(()) } else { write!(f, ": {}", self.why) }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Works => "works",
            Self::Careful => "works with care",
            Self::NotJudged => "NOT JUDGED",
            Self::Breaks => "BREAKS",
        })
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}
