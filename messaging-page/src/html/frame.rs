//! What stands around the APIs.

use super::Mode;
use super::api;
use super::ids::{ApiIds, Ids};
use super::markup::Html;
use crate::Document;
use crate::bounds::shown;

pub(crate) const STYLE: &str = include_str!("../../assets/page.css");
pub(crate) const SCRIPT: &str = include_str!("../../assets/page.js");

/// The hashes by which the policy lets our own style and script run (SHA-256, base64); a test holds
/// them to the files.
pub(crate) const STYLE_HASH: &str = "sha256-dkAQVzj1kNulR99bsYIDe3e0a8Bs4wxes39BXY/RljA=";
pub(crate) const SCRIPT_HASH: &str = "sha256-T8lDVq4KQT3+ydCfxWijeOvNTKb2SpZ7L0Pdn1JTniQ=";

pub(super) fn write(html: &mut Html, document: &Document, ids: &Ids, mode: Mode) {
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"");
    // A picture is the icon, which is empty, so that no browser asks for one.
    html.raw("default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; ");
    html.raw("style-src '");
    html.raw(STYLE_HASH).raw("'; script-src '").raw(SCRIPT_HASH).raw("'");
    if mode != Mode::Alone {
        html.raw("; connect-src 'self'");
    }
    html.raw("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    html.raw("<link rel=\"icon\" href=\"data:,\">\n<title>").text(document.title());
    html.raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body");
    if let Mode::Live { calls } = mode {
        html.raw(" data-live=\"").raw(if calls { "calls" } else { "reads" }).raw("\"");
    }
    html.raw(
        ">\n<a class=\"skip\" href=\"#main\">Skip to the methods</a>\n<div class=\"frame\">\n",
    );
    side(html, document, ids, mode);
    html.raw("<main id=\"main\" tabindex=\"-1\">\n");
    for (contract, ids) in document.apis().iter().zip(&ids.apis) {
        api::write(html, contract, ids, mode);
    }
    html.raw("<p class=\"nothing\" hidden>Nothing here is called so. ");
    html.raw("<button type=\"button\" class=\"link\" data-clear>Show everything</button></p>\n");
    html.raw("<footer>Made by <code>messaging-page</code> ").raw(env!("CARGO_PKG_VERSION"));
    html.raw(". It loads nothing from elsewhere.");
    if mode != Mode::Alone {
        html.raw(" The same for tools: <a href=\"asyncapi.json\">AsyncAPI</a>.");
    }
    html.raw("</footer>\n</main>\n</div>\n<script>");
    html.raw(SCRIPT).raw("</script>\n</body>\n</html>\n");
}

fn side(html: &mut Html, document: &Document, ids: &Ids, mode: Mode) {
    html.raw("<header class=\"side\" id=\"top\">\n<div class=\"brand\"><span class=\"title\">");
    html.text(document.title()).raw("</span>");
    if mode != Mode::Alone {
        html.raw("<span class=\"pulse\" id=\"live\" role=\"status\">asking the servers…</span>");
    }
    html.raw(
        "</div>\n<div class=\"finder\" role=\"search\"><label for=\"find\">Find a method</label>",
    );
    html.raw("<div class=\"field\"><input id=\"find\" type=\"search\" autocomplete=\"off\" ");
    html.raw("spellcheck=\"false\" placeholder=\"Find a method\" aria-keyshortcuts=\"/\">");
    html.raw("<kbd aria-hidden=\"true\">/</kbd></div>");
    html.raw("<span id=\"found\" class=\"found\" role=\"status\"></span></div>\n");
    html.raw("<nav id=\"menu\" aria-label=\"Methods\">\n");
    for (contract, ids) in document.apis().iter().zip(&ids.apis) {
        menu(html, contract, ids);
    }
    html.raw("</nav>\n</header>\n");
}

fn menu(html: &mut Html, contract: &messaging::contract::Contract, ids: &ApiIds) {
    html.raw("<a class=\"api\" href=\"#").text(&ids.api).raw("\">").text(&shown(&contract.name));
    html.raw(" <span>").shown(contract.version).raw("</span></a>\n<ul>\n");
    for (method, id) in contract.methods.iter().zip(&ids.methods) {
        html.raw("<li data-of=\"").text(id).raw("\"><a href=\"#").text(id).raw("\">");
        html.text(&shown(&method.name)).raw("</a></li>\n");
    }
    html.raw("</ul>\n");
}
