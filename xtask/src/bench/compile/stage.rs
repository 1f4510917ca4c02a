//! What is measured of each program.

use serde::Serialize;

/// A way to compile a program, and what came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    CheckClean,
    CheckIncremental,
    /// `cargo check` with nothing to do: what cargo itself takes, and how much the machine sways.
    Nothing,
    DebugClean,
    DebugIncremental,
    /// A release build is not incremental unless it is asked to be, so this is also what a change
    /// costs.
    ReleaseClean,
}

/// What happens to a program before it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    Nothing,
    /// The body of one method changes.
    Body,
    /// All that was made of this program, and of no other, is removed.
    Removed,
}

impl Stage {
    /// Each finds what the one before it left: there is nothing to do after a check alone.
    pub(super) const ALL: [Self; 6] = [
        Self::CheckClean,
        Self::CheckIncremental,
        Self::Nothing,
        Self::DebugClean,
        Self::DebugIncremental,
        Self::ReleaseClean,
    ];

    /// One for each kind of build.
    pub(super) const BUILDS: [Self; 3] = [Self::CheckClean, Self::DebugClean, Self::ReleaseClean];

    pub(super) fn edit(self) -> Edit {
        match self {
            Self::Nothing => Edit::Nothing,
            Self::CheckIncremental | Self::DebugIncremental => Edit::Body,
            Self::CheckClean | Self::DebugClean | Self::ReleaseClean => Edit::Removed,
        }
    }

    /// What cargo is told.
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Nothing | Self::CheckClean | Self::CheckIncremental => &["check"],
            Self::DebugClean | Self::DebugIncremental => &["build"],
            Self::ReleaseClean => &["build", "--release"],
        }
    }

    pub(super) fn is_release(self) -> bool {
        self == Self::ReleaseClean
    }

    pub(super) fn is_incremental(self) -> bool {
        self.edit() == Edit::Body
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "check, nothing to do",
            Self::CheckClean => "check, clean",
            Self::CheckIncremental => "check, one body",
            Self::DebugClean => "debug build, clean",
            Self::DebugIncremental => "debug build, one body",
            Self::ReleaseClean => "release build",
        }
    }
}
