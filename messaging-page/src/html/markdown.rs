//! Documentation, which is Markdown as in doc comments.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::markup::Html;
use crate::bounds::{DOCS, start};

/// The most events of one text, and the deepest nesting of what is shown.
const EVENTS: usize = 20_000;

/// Writes a text. HTML in it is shown as text, a picture as its description, and a link leads
/// nowhere but to the web, so that nothing is loaded and nothing runs.
pub(crate) fn markdown(html: &mut Html, text: &str) {
    let parser = Parser::new_ext(start(text, DOCS), Options::ENABLE_TABLES);
    let mut links = Vec::new();
    // Ends that stand for what was begun and not written.
    let mut open: Vec<&'static str> = Vec::new();
    for event in parser.take(EVENTS) {
        match event {
            Event::Start(tag) => {
                let (begin, end) = tags(&tag);
                if let Tag::Link { dest_url, .. } = &tag {
                    let of_web = ["https://", "http://"].iter().any(|it| dest_url.starts_with(it));
                    links.push(of_web);
                    if of_web {
                        html.raw("<a rel=\"noreferrer noopener nofollow\" href=\"");
                        html.text(dest_url).raw("\">");
                    }
                    continue;
                }
                html.raw(begin);
                open.push(end);
            }
            Event::End(TagEnd::Link) => {
                let end = if links.pop() == Some(true) { "</a>" } else { "" };
                html.raw(end);
            }
            Event::End(_) => {
                html.raw(open.pop().unwrap_or(""));
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                html.text(&text);
            }
            Event::Code(code) => {
                html.raw("<code>").text(&code).raw("</code>");
            }
            Event::SoftBreak => {
                html.raw("\n");
            }
            Event::HardBreak => {
                html.raw("<br>");
            }
            Event::Rule => {
                html.raw("<hr>");
            }
            _ => {}
        }
    }
    // Of a text that was cut short.
    if links.pop() == Some(true) {
        html.raw("</a>");
    }
    for end in open.into_iter().rev() {
        html.raw(end);
    }
}

/// What a tag begins and ends with. Headings are smaller than those of the page.
fn tags(tag: &Tag<'_>) -> (&'static str, &'static str) {
    match tag {
        Tag::Paragraph => ("<p>", "</p>"),
        Tag::Heading { .. } => ("<p class=\"heading\">", "</p>"),
        Tag::BlockQuote(_) => ("<blockquote>", "</blockquote>"),
        Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => {
            ("<pre tabindex=\"0\"><code>", "</code></pre>")
        }
        Tag::List(None) => ("<ul>", "</ul>"),
        Tag::List(Some(_)) => ("<ol>", "</ol>"),
        Tag::Item => ("<li>", "</li>"),
        Tag::Emphasis => ("<em>", "</em>"),
        Tag::Strong => ("<strong>", "</strong>"),
        Tag::Table(_) => ("<div class=\"scroll\"><table>", "</table></div>"),
        Tag::TableHead => ("<thead><tr>", "</tr></thead>"),
        Tag::TableRow => ("<tr>", "</tr>"),
        Tag::TableCell => ("<td>", "</td>"),
        _ => ("", ""),
    }
}

/// The first sentence as plain text, on one line, of at most 240 letters.
pub(crate) fn first_sentence(text: &str) -> String {
    let paragraph = start(text.trim(), 4096).split("\n\n").next().unwrap_or_default();
    let mut plain = String::new();
    for event in Parser::new(paragraph).take(400) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                plain.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            _ => {}
        }
    }
    let end = plain.find(". ").map_or(plain.len(), |at| at + 1);
    plain.truncate(end);
    match plain.char_indices().nth(240) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let mut html = Html::default();
        markdown(&mut html, text);
        html.into_string()
    }

    #[test]
    fn words_are_set_and_nothing_runs() {
        for (text, expected) in [
            ("The `best` *host*.", "<p>The <code>best</code> <em>host</em>.</p>"),
            (
                "[a](https://example.org)",
                "<p><a rel=\"noreferrer noopener nofollow\" href=\"https://example.org\">a</a></p>",
            ),
            ("[a](javascript:alert(1))", "<p>a</p>"),
            ("![a](https://example.org/x.png)", "<p>a</p>"),
            ("a <img src=x onerror=x()>", "<p>a &lt;img src=x onerror=x()&gt;</p>"),
        ] {
            assert_eq!(html(text), expected);
        }
        assert!(!html("<script>alert(1)</script>").contains("<script"));
    }

    #[test]
    fn a_text_that_is_cut_short_ends_what_it_began() {
        let cut = html(&"- a\n".repeat(30_000));
        assert_eq!(cut.matches("<ul>").count(), cut.matches("</ul>").count());
        assert_eq!(cut.matches("<li>").count(), cut.matches("</li>").count());
    }

    #[test]
    fn the_first_sentence_stands_for_the_text() {
        assert_eq!(first_sentence("The `best`\nhosts. And more.\n\nMuch."), "The best hosts.");
        assert_eq!(first_sentence(""), "");
    }
}
