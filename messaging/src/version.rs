//! Versions of APIs, `MAJOR.MINOR`, and the one rule of compatibility.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of an API: `MAJOR.MINOR`.
///
/// A new minor version adds (methods, or parameters with a default); a new major version breaks.
///
/// ```
/// use messaging::Version;
///
/// const PINNED: Version = Version::new(2, 3);
/// assert!(Version::new(2, 6).serves(PINNED));
/// assert!(!Version::new(2, 1).serves(PINNED));
/// assert_eq!("2.3".parse(), Ok(PINNED));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes when old callers would break.
    pub major: u32,
    /// Changes when something is added.
    pub minor: u32,
}

impl Version {
    /// The version `major.minor`.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// Whether a server of this version understands a request made for `requested`:
    /// the majors are equal and the requested minor is not above this one
    /// (wire document, section 16.1).
    #[must_use]
    pub const fn serves(self, requested: Self) -> bool {
        self.major == requested.major && requested.minor <= self.minor
    }

    /// Reads `"2.6"`; also usable in a `const`, which is how [`version!`](macro@crate::version)
    /// refuses a wrong literal while compiling.
    ///
    /// # Errors
    ///
    /// [`ParseVersionError`] unless the text is two numbers of at most ten digits that fit in 32
    /// bits, separated by one dot.
    pub const fn parse(text: &str) -> Result<Self, ParseVersionError> {
        let bytes = text.as_bytes();
        let mut parts = [0u64; 2];
        let mut part = 0;
        let mut digits = 0;
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                digit @ b'0'..=b'9' if digits < 10 => {
                    parts[part] = parts[part] * 10 + (digit - b'0') as u64;
                    digits += 1;
                }
                b'.' if part == 0 && digits > 0 => {
                    part = 1;
                    digits = 0;
                }
                _ => return Err(ParseVersionError(())),
            }
            at += 1;
        }
        if part != 1 || digits == 0 || parts[0] > u32::MAX as u64 || parts[1] > u32::MAX as u64 {
            return Err(ParseVersionError(()));
        }
        Ok(Self::new(parts[0] as u32, parts[1] as u32))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// As its text, `"2.6"`.
impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// A version as a request names it, which may have a revision: `1.4.2`.
///
/// APIs have none, so a revision above zero asks for more than the same minor has (wire document,
/// section 16.1). As for the peer, it does not matter where the minor is smaller, and what comes
/// after it never does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested {
    version: Version,
    /// Whether there is a revision that is not zero, or is none.
    revised: bool,
}

impl Requested {
    pub(crate) const fn new(version: Version) -> Self {
        Self { version, revised: false }
    }

    /// None if it is not a version, which the peer answers with errors of Python.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (version, revision) = match text.match_indices('.').nth(1) {
            Some((dot, _)) => (text.get(..dot)?, text.get(dot + 1..)?.split('.').next()?),
            None => (text, "0"),
        };
        let revised = revision.is_empty() || revision.bytes().any(|digit| digit != b'0');
        Some(Self { version: Version::parse(version).ok()?, revised })
    }

    pub(crate) const fn version(self) -> Version {
        self.version
    }

    pub(crate) const fn served_by(self, api: Version) -> bool {
        api.serves(self.version) && !(self.revised && api.minor == self.version.minor)
    }
}

/// A text that is not a version; see [`Version::parse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseVersionError(());

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version is written MAJOR.MINOR, such as \"2.6\"")
    }
}

impl std::error::Error for ParseVersionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_numbers_and_a_dot_are_a_version() {
        for (text, version) in [("0.0", (0, 0)), ("2.6", (2, 6)), ("10.4294967295", (10, u32::MAX))]
        {
            assert_eq!(text.parse(), Ok(Version::new(version.0, version.1)), "{text}");
        }
        for text in [
            "",
            ".",
            "2",
            "2.",
            ".6",
            "2.6.1",
            "a.b",
            "2.x",
            "-1.0",
            "+1.0",
            " 2.6",
            "2.4294967296",
            "1.00000000001",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_server_serves_its_major_up_to_its_minor() {
        let server = Version::new(2, 6);
        assert!(server.serves(Version::new(2, 0)) && server.serves(Version::new(2, 6)));
        assert!(!server.serves(Version::new(2, 7)));
        assert!(!server.serves(Version::new(1, 0)) && !server.serves(Version::new(3, 0)));
    }
}
