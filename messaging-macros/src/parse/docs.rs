//! What doc comments say.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of doc comments, without the blank that follows the slashes and the stars that begin
/// the lines of a block.
pub(super) fn docs(attributes: &[Attribute]) -> String {
    let comments = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let comments = comments.filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(doc) => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<_> = comments.flat_map(|comment| lines(&comment)).collect();
    lines.join("\n").trim().to_owned()
}

fn lines(comment: &str) -> Vec<String> {
    let starred = |line: &&str| line.trim_start().starts_with('*');
    let is_block =
        comment.lines().skip(1).filter(|line| !line.trim().is_empty()).all(|it| starred(&it));
    let lines = comment.lines().enumerate().map(|(at, line)| {
        let line = match line.trim_start().strip_prefix('*') {
            Some(rest) if at > 0 && is_block => rest,
            _ => line,
        };
        line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
    });
    let lines: Vec<_> = lines.collect();
    // An empty comment is an empty line between two others.
    if lines.is_empty() { vec![String::new()] } else { lines }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    #[test]
    fn documentation_is_read_as_it_is_meant() {
        let item: syn::ItemTrait = parse_quote! {
            /// One.
            ///
            ///     code
            /** Two
             * lines
             *   and more
             */
            #[doc = " * no\n block"]
            trait Documented {}
        };
        let read = super::docs(&item.attrs);
        assert_eq!(read, "One.\n\n    code\nTwo\nlines\n  and more\n\n* no\nblock");
    }
}
