//! What to copy, a tab for each language.

use messaging::contract::{Contract, MethodContract};

use super::markup::Html;
use crate::snippet::snippets;

pub(super) fn write(html: &mut Html, contract: &Contract, method: &MethodContract, id: &str) {
    let snippets = snippets(contract, method);
    html.raw("<div class=\"snippets\">\n<div class=\"tabs\" role=\"tablist\" ");
    html.raw("aria-label=\"Call it from\">");
    for snippet in &snippets {
        html.raw("<button type=\"button\" role=\"tab\" id=\"").text(id).raw(":tab-");
        html.raw(snippet.language).raw("\" aria-controls=\"").text(id).raw(":code-");
        html.raw(snippet.language).raw("\" data-language=\"").raw(snippet.language).raw("\">");
        html.raw(snippet.language).raw("</button>");
    }
    html.raw("</div>\n");
    for snippet in &snippets {
        html.raw("<div class=\"code\" role=\"tabpanel\" id=\"").text(id).raw(":code-");
        html.raw(snippet.language).raw("\" aria-labelledby=\"").text(id).raw(":tab-");
        html.raw(snippet.language).raw("\" data-language=\"").raw(snippet.language);
        html.raw("\"><button type=\"button\" class=\"copy\" data-copy aria-label=\"Copy the ");
        html.raw(snippet.language).raw(" code\">Copy</button><pre tabindex=\"0\"><code>");
        html.text(&snippet.text).raw("</code></pre></div>\n");
    }
    html.raw("</div>\n");
}
