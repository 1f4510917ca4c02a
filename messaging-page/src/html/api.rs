//! One API.

use messaging::contract::Contract;

use super::Mode;
use super::ids::ApiIds;
use super::markdown::markdown;
use super::markup::Html;
use super::{method, types};
use crate::bounds::shown;

pub(super) fn write(html: &mut Html, contract: &Contract, ids: &ApiIds, mode: Mode) {
    html.raw("<section class=\"api\" id=\"").text(&ids.api).raw("\" aria-labelledby=\"");
    html.text(&ids.api).raw(":title\">\n<div class=\"api-head\">\n<h1 id=\"");
    html.text(&ids.api).raw(":title\">").text(&shown(&contract.name));
    html.raw(" <span class=\"version\">").shown(contract.version).raw("</span></h1>\n");
    html.raw("<dl class=\"where\"><div><dt>topic</dt><dd><code>").text(&shown(&contract.topic));
    html.raw("</code></dd></div>");
    if let Some(namespace) = &contract.namespace {
        html.raw("<div><dt>namespace</dt><dd><code>").text(&shown(namespace));
        html.raw("</code></dd></div>");
    }
    html.raw("<div><dt>methods</dt><dd>").shown(contract.methods.len()).raw("</dd></div></dl>\n");
    html.raw("<div class=\"docs\">");
    markdown(html, &contract.docs);
    html.raw("</div>\n");
    if mode != Mode::Alone {
        instances(html, contract);
    }
    html.raw("</div>\n<div class=\"bar\"><h2>Methods</h2>");
    html.raw("<button type=\"button\" class=\"link\" data-all aria-expanded=\"false\">Open all");
    html.raw("</button></div>\n");
    for (method, id) in contract.methods.iter().zip(&ids.methods) {
        method::write(html, contract, method, id, &ids.types, mode);
    }
    types::write(html, contract, &ids.types);
    html.raw("</section>\n");
}

/// Where the script lists who serves the API.
fn instances(html: &mut Html, contract: &Contract) {
    html.raw("<div class=\"instances\" data-topic=\"").text(&contract.topic);
    html.raw("\" data-namespace=\"").text(contract.namespace.as_deref().unwrap_or_default());
    html.raw("\" data-version=\"").shown(contract.version).raw("\" data-api=\"");
    html.text(&contract.name).raw("\"><h2>Instances</h2>");
    html.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Instances\">");
    html.raw("<p class=\"quiet\">Asking who serves it…</p></div></div>\n");
}
