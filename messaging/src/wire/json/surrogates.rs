//! Halves of surrogate pairs, which Python writes and no Unicode text can hold.

/// `text` with each escape of half a surrogate pair replaced by that of U+FFFD; none if it has
/// none.
///
/// JSON knows backslashes within strings alone, so nothing else needs to be understood.
pub(super) fn mend(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut mended: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == b'\\')) {
        at += found;
        at += match (escaped(bytes, at), escaped(bytes, at + 6)) {
            (None, _) => 2,
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                let mended = mended.get_or_insert_with(|| bytes.to_vec());
                if let Some(escape) = mended.get_mut(at..at + 6) {
                    escape.copy_from_slice(br"\ufffd");
                }
                6
            }
            (Some(_), _) => 6,
        };
    }
    // ASCII stands where ASCII stood.
    mended.and_then(|mended| String::from_utf8(mended).ok())
}

/// The code unit of the escape `\uXXXX` that begins at `at`.
fn escaped(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(br"\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::mend;

    #[test]
    fn halves_are_replaced_and_pairs_are_left() {
        for (text, expected) in [
            (r#""\ud800""#, Some(r#""\ufffd""#)),
            (r#""\uDFFFx""#, Some(r#""\ufffdx""#)),
            (r#""\ud800\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#)),
            (r#""\ude00\ud83d""#, Some(r#""\ufffd\ufffd""#)),
            (r#""\ud83d\ude00""#, None),
            (r#""\\ud800""#, None),
            (r#""\\\ud800""#, Some(r#""\\\ufffd""#)),
            (r#""é\ud800é""#, Some(r#""é\ufffdé""#)),
            (r#""\u12"#, None),
            (r"\", None),
            (r"\ué00", None),
            ("", None),
        ] {
            assert_eq!(mend(text).as_deref(), expected, "{text}");
        }
    }
}
