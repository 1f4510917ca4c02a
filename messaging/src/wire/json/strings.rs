//! The inside of JSON strings.

use std::borrow::Cow;

/// How much of the start of `bytes` stands in a string of JSON as it is: up to the first quote,
/// backslash or control character.
pub(in crate::wire) fn plain(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    let mut plain = 0;
    for word in words {
        match special(u64::from_le_bytes(*word)) {
            0 => plain += word.len(),
            // The lowest bit is of the first byte that is special.
            special => return plain + special.trailing_zeros() as usize / 8,
        }
    }
    let is_special = |&byte: &u8| byte == b'"' || byte == b'\\' || byte < b' ';
    plain + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Eight bytes at once: the highest bit of the first that is special, if one is; those above it mean
/// nothing (Hacker's Delight, section 6-1).
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & HIGHEST
}

/// The text of the string that `json` begins with, and what stands behind it; none if it begins
/// with none. Half of a surrogate pair is U+FFFD.
pub(in crate::wire) fn string(json: &str) -> Option<(Cow<'_, str>, &str)> {
    let inside = json.strip_prefix('"')?;
    let (run, mut rest) = inside.split_at_checked(plain(inside.as_bytes()))?;
    if let Some(behind) = rest.strip_prefix('"') {
        return Some((Cow::Borrowed(run), behind));
    }
    // No escape is shorter than what it stands for.
    let mut text = String::with_capacity(inside.len());
    text.push_str(run);
    loop {
        if let Some(behind) = rest.strip_prefix('"') {
            return Some((Cow::Owned(text), behind));
        }
        let (character, behind) = escaped(rest.strip_prefix('\\')?)?;
        text.push(character);
        let (run, next) = behind.split_at_checked(plain(behind.as_bytes()))?;
        text.push_str(run);
        rest = next;
    }
}

/// The character whose escape `text` begins with, without its backslash, and what stands behind it.
fn escaped(text: &str) -> Option<(char, &str)> {
    let character = match text.as_bytes().first()? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return code(text.get(1..)?),
        _ => return None,
    };
    Some((character, text.get(1..)?))
}

/// The character of four hexadecimal digits, or of two times four.
fn code(text: &str) -> Option<(char, &str)> {
    let (high, behind) = unit(text)?;
    let low = || unit(behind.strip_prefix("\\u")?);
    if let 0xD800..=0xDBFF = high
        && let Some((low @ 0xDC00..=0xDFFF, behind)) = low()
    {
        let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        return Some((char::from_u32(code)?, behind));
    }
    Some((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), behind))
}

fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, behind) = text.split_at_checked(4)?;
    // A sign is none.
    let digit = |unit: u32, digit: char| Some(unit << 4 | digit.to_digit(16)?);
    Some((digits.chars().try_fold(0, digit)?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_part_ends_before_what_is_special() {
        for length in 0..100 {
            let text = "é".repeat(length);
            for special in ["", "\"", "\\", "\n", "\u{1}"] {
                let text = format!("{text}{special}{text}");
                let expected = if special.is_empty() { 4 * length } else { 2 * length };
                assert_eq!(plain(text.as_bytes()), expected);
            }
        }
    }

    /// As serde_json reads it, and what it refuses for half a pair alone.
    #[test]
    fn a_string_is_read_as_everywhere_else() {
        for json in [
            r#""""#,
            r#""plain é 😀""#,
            r#""\"\\\/\b\f\n\r\t\u00e9\u00E9\ud83d\ude00\u0000""#,
            r#""a\nb\"c and a run that is longer than sixteen bytes\\""#,
            r#""\x""#,
            r#""\u12"#,
            r#""\u12g4""#,
            r#""\u+123""#,
            r#""\u12é""#,
            "\"a\nb\"",
            r#""no end"#,
            r#""no end\"#,
            "7",
            "",
        ] {
            let expected: Option<String> = serde_json::from_str(json).ok();
            let found = string(json).map(|(text, behind)| (text.into_owned(), behind));
            assert_eq!(found, expected.map(|text| (text, "")), "{json}");
        }
        for (json, expected) in [
            (r#""\ud800""#, "\u{fffd}"),
            (r#""\uDFFFx""#, "\u{fffd}x"),
            (r#""\ud800\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
        ] {
            assert_eq!(string(json).unwrap().0, expected);
        }
        assert_eq!(string(r#""a", "b""#), Some(("a".into(), r#", "b""#)));
    }
}
