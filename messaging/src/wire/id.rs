//! The id of a message.

use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};

use uuid::{Builder, Uuid};

/// For how many ids chance is asked at once: the system is asked by a call of its own, which may take
/// longer than all else of a message.
const AT_ONCE: usize = 32;

/// An id. One of 32 hexadecimal digits, as all of ours and the peer's are, takes no memory beside
/// itself; any other text is one as well.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Id(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    /// Written with small letters.
    Digits([u8; 16]),
    /// Anything else.
    Text(Box<str>),
}

impl Id {
    /// A new one, which nobody can guess.
    pub(crate) fn new() -> Self {
        let bytes = CHANCE.try_with(|chance| chance.borrow_mut().next()).ok().flatten();
        let id =
            bytes.map_or_else(Uuid::new_v4, |bytes| Builder::from_random_bytes(bytes).into_uuid());
        Self(Kind::Digits(id.into_bytes()))
    }

    /// How many bytes it is written with.
    pub(crate) fn len(&self) -> usize {
        self.with_text(str::len)
    }

    /// What `look` says of its text.
    pub(crate) fn with_text<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        match &self.0 {
            Kind::Digits(bytes) => {
                let mut text = Uuid::encode_buffer();
                look(Uuid::from_bytes(*bytes).simple().encode_lower(&mut text))
            }
            Kind::Text(text) => look(text),
        }
    }
}

impl Hash for Id {
    /// Sixteen bytes at random in one piece, and a text as texts do.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Kind::Digits(bytes) => state.write(bytes),
            Kind::Text(text) => text.hash(state),
        }
    }
}

/// Hashes ids that this process has made: they are chance already, and eight of their bytes say
/// enough. Of others' ids a peer could make as many as it likes that are alike here; those may be
/// looked up and no more.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OurIds(u64);

impl Hasher for OurIds {
    fn write(&mut self, bytes: &[u8]) {
        let mut eight = [0; 8];
        eight.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.0 = self.0.rotate_left(5) ^ u64::from_le_bytes(eight);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

thread_local! {
    static CHANCE: RefCell<Chance> = const { RefCell::new(Chance { bytes: [[0; 16]; AT_ONCE], left: 0 }) };
}

/// What the system's source of random numbers has given, and nobody has used.
struct Chance {
    bytes: [[u8; 16]; AT_ONCE],
    left: usize,
}

impl Chance {
    /// The next bytes, which are forgotten here; none if the system gives none.
    fn next(&mut self) -> Option<[u8; 16]> {
        if self.left == 0 {
            getrandom::fill(self.bytes.as_flattened_mut()).ok()?;
            self.left = AT_ONCE;
        }
        self.left -= 1;
        self.bytes.get_mut(self.left).map(std::mem::take)
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(digits(text).map_or_else(|| Kind::Text(text.into()), Kind::Digits))
    }
}

fn digits(text: &str) -> Option<[u8; 16]> {
    let (pairs, []) = text.as_bytes().as_chunks() else { return None };
    let pairs: &[[u8; 2]; 16] = pairs.try_into().ok()?;
    let (mut bytes, mut refused) = ([0; 16], 0);
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (digit(*high), digit(*low));
        *byte = high << 4 | low;
        refused |= high | low;
    }
    // Looked at once, at the end.
    (refused < NONE).then_some(bytes)
}

/// What is no digit. No digit has this bit.
const NONE: u8 = 1 << 4;

/// The value of a digit that is written with a small letter; [`NONE`] of everything else.
fn digit(byte: u8) -> u8 {
    const VALUES: [u8; 256] = {
        let (mut values, mut value) = ([NONE; 256], 0);
        while value < 16 {
            let digit = if value < 10 { b'0' + value } else { b'a' + value - 10 };
            values[digit as usize] = value;
            value += 1;
        }
        values
    };
    VALUES.get(usize::from(byte)).copied().unwrap_or(NONE)
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| fmt::Debug::fmt(text, f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not written as we write it is another id, as it is to the peer.
    #[test]
    fn an_id_is_its_text() {
        for text in [
            "0123456789abcdef0123456789abcdef",
            "0123456789ABCDEF0123456789abcdef",
            "0123456789abcdef0123456789abcde",
            "0123456789abcdef0123456789abcdef0",
            "0123456789abcdef0123456789abcdeg",
            "+123456789abcdef0123456789abcdef",
            "1",
            "",
        ] {
            assert_eq!(Id::from(text).to_string(), text);
            assert_eq!(Id::from(text).len(), text.len());
        }
        assert_ne!(Id::from("ab".repeat(16).as_str()), Id::from("AB".repeat(16).as_str()));
    }

    #[test]
    fn no_new_id_is_like_another() {
        let ids = || (0..3 * AT_ONCE).map(|_| Id::new()).collect::<Vec<_>>();
        let other = std::thread::spawn(ids).join().unwrap();
        let all: std::collections::HashSet<_> = ids().into_iter().chain(other).collect();
        assert_eq!(all.len(), 6 * AT_ONCE);
        let version_4 = |id: &Id| id.with_text(|text| text.as_bytes()[12] == b'4');
        assert!(all.iter().all(version_4));
    }
}
