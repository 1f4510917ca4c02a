//! One method: a row that opens.

use std::collections::BTreeMap;

use messaging::contract::{Contract, Errors, MethodContract};

use super::markdown::{first_sentence, markdown};
use super::markup::Html;
use super::{Mode, fields, form, snippets};
use crate::bounds::{shown, start};

pub(super) fn write(
    html: &mut Html,
    contract: &Contract,
    method: &MethodContract,
    id: &str,
    types: &BTreeMap<String, String>,
    mode: Mode,
) {
    html.raw("<details class=\"method\" id=\"").text(id).raw("\" data-method=\"");
    html.text(&method.name).raw("\" data-find=\"");
    html.text(&words(contract, method)).raw("\">\n<summary><span class=\"row\">");
    html.raw("<h3>").text(&shown(&method.name)).raw("</h3><span class=\"sig\">");
    signature(html, method);
    html.raw("</span><span class=\"facts\">");
    facts(html, method);
    html.raw("</span></span><span class=\"lead\">").text(&first_sentence(&method.docs));
    html.raw("</span></summary>\n<div class=\"body\">\n<div class=\"tell\">\n<div class=\"docs\">");
    markdown(html, &method.docs);
    html.raw("</div>\n<ul class=\"told\">");
    told(html, method);
    html.raw("</ul>\n");
    if mode != Mode::Alone {
        html.raw("<p class=\"stats\" data-stats hidden></p>\n");
    }
    fields::params(html, method, types);
    fields::result(html, method, types);
    fields::errors(html, method, types);
    html.raw("</div>\n<div class=\"do\">\n");
    snippets::write(html, contract, method, id);
    form::write(html, contract, method, id, mode);
    html.raw("</div>\n</div>\n</details>\n");
}

fn signature(html: &mut Html, method: &MethodContract) {
    html.raw("(");
    for (number, param) in method.params.iter().take(12).enumerate() {
        if number > 0 {
            html.raw(", ");
        }
        html.text(&shown(&param.name));
        if param.optional || param.nullable {
            html.raw("<span class=\"may\" title=\"may be left out\">?</span>");
        }
    }
    if method.params.len() > 12 {
        html.raw(", …");
    }
    html.raw(")");
}

fn facts(html: &mut Html, method: &MethodContract) {
    match method.cast {
        true => html.raw("<span class=\"fact cast\">cast</span>"),
        false => html.raw("<span class=\"fact\">call</span>"),
    };
    if method.idempotent {
        html.raw("<span class=\"fact good\">idempotent</span>");
    }
    html.raw("<span class=\"fact\">since ").shown(method.since).raw("</span>");
}

/// The same facts in sentences.
fn told(html: &mut Html, method: &MethodContract) {
    match (method.cast, method.timeout) {
        (true, _) => html.raw(
            "<li><b>Cast.</b> It is sent without an answer, to one server or by fanout to all.</li>",
        ),
        (false, None) => html.raw("<li><b>Call.</b> The caller waits for the answer.</li>"),
        (false, Some(timeout)) => html
            .raw("<li><b>Call.</b> The caller waits for the answer, ")
            .shown(timeout.as_secs_f64())
            .raw(" s unless told otherwise.</li>"),
    };
    match method.idempotent {
        true => html.raw(
            "<li><b>Idempotent.</b> Running it twice does no more than running it once: it may be \
             retried, and runs again if its server dies.</li>",
        ),
        false => html.raw(
            "<li><b>Not idempotent.</b> Each run may change something: nothing sends it again by \
             itself.</li>",
        ),
    };
}

/// What the search looks at.
fn words(contract: &Contract, method: &MethodContract) -> String {
    let mut words = vec![shown(&contract.name), shown(&method.name)];
    words.extend(method.params.iter().take(50).map(|param| shown(&param.name)));
    if let Some(Errors::Classes(classes)) = &method.errors {
        words.extend(classes.iter().take(50).map(|class| shown(&class.class)));
    }
    words.push(start(&method.docs, 600).to_owned());
    words.push(if method.cast { "cast" } else { "call" }.to_owned());
    if method.idempotent {
        words.push("idempotent".to_owned());
    }
    words.join(" ").to_lowercase()
}
