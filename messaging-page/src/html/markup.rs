//! HTML as it is written.

use std::fmt::Display;

/// A piece of HTML. What is ours is known while compiling; all else is escaped.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    /// Markup of ours.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text, or the value of an attribute in double quotes. Controls and what turns the direction
    /// of a line around are shown as what they are.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(letter),
                letter if letter.is_control() || turns(letter) => self.0.push('\u{fffd}'),
                letter => self.0.push(letter),
            }
        }
        self
    }

    /// What is written out as a text.
    pub(crate) fn shown(&mut self, value: impl Display) -> &mut Self {
        self.text(&value.to_string())
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// Embeddings, overrides and isolates of the bidirectional algorithm (Unicode, UAX 9).
fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ours_is_no_markup() {
        let mut html = Html::default();
        html.raw("<a title=\"").text("\" onclick='x()' <b>&\u{0}\u{202e}").raw("\">");
        let expected = "<a title=\"&quot; onclick=&#39;x()&#39; &lt;b&gt;&amp;\u{fffd}\u{fffd}\">";
        assert_eq!(html.into_string(), expected);
    }
}
