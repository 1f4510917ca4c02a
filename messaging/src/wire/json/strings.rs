//! The inside of JSON strings.

use std::borrow::Cow;

/// How much is looked at at once where a text goes on for long: compilers compare it in few
/// instructions.
const BLOCK: usize = 64;

/// How much of the start of `bytes` stands in a string of JSON as it is: up to the first quote,
/// backslash or control character.
// Always: most texts end in its first word, and what is called costs as much again.
#[inline(always)]
pub(in crate::wire) fn plain(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    let mut plain = 0;
    for word in words {
        match special(u64::from_le_bytes(*word)) {
            0 => plain += word.len(),
            special => return plain + first(special),
        }
        if plain == BLOCK {
            return plain_of_long(bytes);
        }
    }
    plain + plain_of_few(rest)
}

/// The same of the last few bytes of a message.
#[inline(never)]
fn plain_of_few(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| is_special(byte)).unwrap_or(bytes.len())
}

/// The same where a block of it is plain.
fn plain_of_long(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let is_plain = |block: &&[u8; BLOCK]| !block.iter().fold(false, |any, &b| any | is_special(b));
    let plain_blocks = BLOCK + BLOCK * blocks.iter().skip(1).take_while(is_plain).count();
    // What is left is no block, or one in which something is special.
    plain_blocks + plain(bytes.get(plain_blocks..).unwrap_or_default())
}

/// Which of eight bytes it is that [`special`] has found.
fn first(special: u64) -> usize {
    special.trailing_zeros() as usize / 8
}

/// The highest bit of the first byte that is special, if one is; those above it mean nothing
/// (Hacker's Delight, section 6-1).
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & HIGHEST
}

fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < b' ')
}

/// Copies as much of the start of `bytes` as is [`plain`], and tells how much it was.
#[inline]
pub(in crate::wire) fn copy_plain(bytes: &[u8], to: &mut Vec<u8>) -> usize {
    // Most is short between two quotes: eight bytes are copied in one piece, whatever they are, and
    // those that are not wanted are taken off again.
    let Some((word, behind)) = bytes.split_first_chunk() else { return copy_few(bytes, to) };
    let before = to.len();
    to.extend_from_slice(word);
    match special(u64::from_le_bytes(*word)) {
        0 => word.len() + copy_run(behind, to),
        special => {
            to.truncate(before + first(special));
            first(special)
        }
    }
}

/// The same of fewer than eight: a quote, or a piece that serde_json writes.
fn copy_few(bytes: &[u8], to: &mut Vec<u8>) -> usize {
    for (place, &byte) in bytes.iter().enumerate() {
        if is_special(byte) {
            return place;
        }
        to.push(byte);
    }
    bytes.len()
}

fn copy_run(bytes: &[u8], to: &mut Vec<u8>) -> usize {
    let run = bytes.get(..plain(bytes)).unwrap_or_default();
    to.extend_from_slice(run);
    run.len()
}

/// The text of the string that `json` begins with, and what stands behind it; none if it begins
/// with none. Half of a surrogate pair is U+FFFD.
pub(in crate::wire) fn string(json: &str) -> Option<(Cow<'_, str>, &str)> {
    let inside = json.strip_prefix('"')?;
    let (run, rest) = inside.split_at_checked(plain(inside.as_bytes()))?;
    match rest.strip_prefix('"') {
        Some(behind) => Some((Cow::Borrowed(run), behind)),
        None => with_escapes(inside).map(|(text, behind)| (Cow::Owned(text), behind)),
    }
}

/// The text of a string whose first quote stands before `inside`, and what stands behind it.
fn with_escapes(inside: &str) -> Option<(String, &str)> {
    // No escape is shorter than what it stands for.
    let mut text = Vec::with_capacity(inside.len());
    let mut rest = inside.as_bytes();
    loop {
        rest = rest.get(copy_plain(rest, &mut text)..)?;
        rest = match rest {
            [b'\\', quote @ (b'"' | b'\\'), behind @ ..] => {
                text.push(*quote);
                behind
            }
            [b'\\', behind @ ..] => {
                let (character, behind) = escaped(inside.get(inside.len() - behind.len()..)?)?;
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                behind.as_bytes()
            }
            [b'"', behind @ ..] => {
                let behind = inside.get(inside.len() - behind.len()..)?;
                return Some((String::from_utf8(text).ok()?, behind));
            }
            _ => return None,
        };
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
            for text in ["é".repeat(length), "x".repeat(length)] {
                for special in ["", "\"", "\\", "\n", "\u{1}"] {
                    let all = format!("{text}{special}{text}");
                    let expected = if special.is_empty() { all.len() } else { text.len() };
                    assert_eq!(plain(all.as_bytes()), expected);
                }
            }
        }
    }

    #[test]
    fn what_is_copied_is_the_plain_part() {
        for length in 0..200 {
            let text = format!("{}\"{}", "x".repeat(length), "é".repeat(length % 9));
            let mut copy = b"before".to_vec();
            let copied = copy_plain(text.as_bytes(), &mut copy);
            assert_eq!(copied, plain(text.as_bytes()));
            assert_eq!(copy, format!("before{}", &text[..copied]).as_bytes());
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
