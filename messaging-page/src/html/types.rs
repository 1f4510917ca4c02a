//! The types of an API.

use std::collections::BTreeMap;

use messaging::contract::{Contract, Schema};
use serde_json::Value;

use super::fields;
use super::markdown::markdown;
use super::markup::Html;
use crate::bounds::shown;

/// The most members of one type that are shown.
const MEMBERS: usize = 300;

pub(super) fn write(html: &mut Html, contract: &Contract, ids: &BTreeMap<String, String>) {
    if contract.types.is_empty() {
        return;
    }
    html.raw("<div class=\"bar\"><h2>Types</h2></div>\n<div class=\"types\">\n");
    for (name, schema) in &contract.types {
        let id = ids.get(name).map(String::as_str).unwrap_or_default();
        html.raw("<section class=\"kind\" id=\"").text(id).raw("\"><h3>").text(&shown(name));
        html.raw("</h3>\n");
        one(html, schema, ids);
        html.raw("</section>\n");
    }
    html.raw("</div>\n");
}

/// By what is read: what is written is never more than that, but for members that always come.
fn one(html: &mut Html, schema: &Schema, ids: &BTreeMap<String, String>) {
    let read = &schema.read;
    if let Some(docs) = read.get("description").and_then(Value::as_str) {
        html.raw("<div class=\"docs\">");
        markdown(html, docs);
        html.raw("</div>\n");
    }
    let Some(members) = read.get("properties").and_then(Value::as_object) else {
        html.raw("<p class=\"type\">");
        fields::kind(html, read, ids);
        html.raw("</p>\n");
        return;
    };
    let required: Vec<&str> = match read.get("required").and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => Vec::new(),
    };
    html.raw("<ul class=\"fields\">\n");
    for (name, member) in members.iter().take(MEMBERS) {
        html.raw("<li>");
        fields::name(html, name, Some(member), ids);
        if !required.contains(&name.as_str()) {
            html.raw("<span class=\"fact\">may be left out</span>");
        }
        fields::docs(html, Some(member));
        html.raw("</li>\n");
    }
    html.raw("</ul>\n");
}
