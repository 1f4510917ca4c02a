//! What stands between commas, and what a key was meant to be.

use proc_macro2::{TokenStream, TokenTree};

use crate::diagnostics::Diagnostics;

/// The pieces between commas. A mistake in one does not hide those of the others, and neither
/// does a comma that is missing.
pub(super) fn pieces(diagnostics: &Diagnostics, tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = Vec::new();
    let mut piece: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match (&token, piece.last()) {
            (TokenTree::Punct(comma), None) if comma.as_char() == ',' => {
                diagnostics.at(&token, "nothing stands before this comma; remove it");
            }
            (TokenTree::Punct(comma), Some(_)) if comma.as_char() == ',' => {
                pieces.push(std::mem::take(&mut piece));
            }
            (TokenTree::Ident(_) | TokenTree::Literal(_), Some(last)) if ends(last) => {
                diagnostics.at(&token, format_args!("expected `,` before `{token}`"));
                pieces.push(std::mem::take(&mut piece));
                piece.push(token);
            }
            _ => piece.push(token),
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces.into_iter().map(|piece| piece.into_iter().collect()).collect()
}

/// Whether only a comma can follow, and no word.
fn ends(token: &TokenTree) -> bool {
    !matches!(token, TokenTree::Punct(_))
}

/// The known key that an unknown one was meant to be, where they differ in a letter or two.
pub(super) fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = |known: &&&str| distance(key, known) <= key.len().max(known.len()) / 3;
    known.iter().filter(near).min_by_key(|known| distance(key, known)).copied()
}

/// How many letters to add, to remove or to change.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let changed = diagonal + usize::from(!x.eq_ignore_ascii_case(&y));
            diagonal = *above;
            left = changed.min(*above + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        let known = ["topic", "version", "namespace", "crate", "name"];
        for (key, expected) in [
            ("topics", Some("topic")),
            ("Topic", Some("topic")),
            ("vresion", Some("version")),
            ("name_space", Some("namespace")),
            ("time", None),
            ("exchange", None),
            ("", None),
        ] {
            assert_eq!(nearest(key, &known), expected, "{key}");
        }
    }
}
