//! What is sent.

/// A printable text of `size` bytes, without what JSON escapes.
#[must_use]
pub fn payload(size: usize) -> String {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    (0..size).map(|place| char::from(LETTERS[place * 7 % LETTERS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_as_long_as_asked_and_needs_no_escape() {
        assert_eq!(payload(65_536).len(), 65_536);
        assert_eq!(serde_json::to_string(&payload(64)).expect("a text").len(), 66);
    }
}
