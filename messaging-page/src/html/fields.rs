//! What has a name and a type: arguments, results, the fields of errors and of types.

use std::collections::BTreeMap;

use messaging::contract::{Errors, FieldContract, MethodContract};
use serde_json::Value;

use super::markdown::markdown;
use super::markup::Html;
use crate::bounds::{NAME, shown};
use crate::schema::{Part, brief};

type TypeIds = BTreeMap<String, String>;

pub(super) fn params(html: &mut Html, method: &MethodContract, types: &TypeIds) {
    html.raw("<h4>Arguments</h4>\n");
    if method.params.is_empty() {
        html.raw("<p class=\"quiet\">It takes none.</p>\n");
        return;
    }
    html.raw("<ul class=\"fields\">\n");
    for param in &method.params {
        let schema = param.schema.as_ref().map(|schema| &schema.read);
        html.raw("<li>");
        name(html, &param.name, schema, types);
        if param.optional || param.nullable {
            html.raw("<span class=\"fact\">may be left out</span>");
        }
        if param.since > method.since {
            html.raw("<span class=\"fact\">since ").shown(param.since).raw("</span>");
        }
        docs(html, schema);
        html.raw("</li>\n");
    }
    html.raw("</ul>\n");
}

pub(super) fn result(html: &mut Html, method: &MethodContract, types: &TypeIds) {
    if method.cast {
        return;
    }
    html.raw("<h4>Answer</h4>\n<p class=\"type\">");
    match &method.result {
        Some(schema) => kind(html, &schema.written, types),
        None => {
            html.raw("<span class=\"quiet\">The contract has no types.</span>");
        }
    }
    html.raw("</p>\n");
}

pub(super) fn errors(html: &mut Html, method: &MethodContract, types: &TypeIds) {
    let classes = match &method.errors {
        None => return,
        Some(Errors::Classes(classes)) if classes.is_empty() => {
            html.raw("<h4>Errors</h4>\n<p class=\"quiet\">It has none of its own.</p>\n");
            return;
        }
        Some(Errors::Classes(classes)) => classes,
        Some(_) => {
            html.raw(
                "<h4>Errors</h4>\n<p class=\"quiet\">Any: it fails with whatever fails.</p>\n",
            );
            return;
        }
    };
    html.raw("<h4>Errors</h4>\n<ul class=\"fields\">\n");
    for class in classes {
        html.raw("<li><code class=\"name bad\">").text(&shown(&class.class));
        html.raw("</code> <span class=\"quiet\">of <code>").text(&shown(&class.module));
        html.raw("</code></span>");
        if class.args.len() + class.kwargs.len() > 0 {
            html.raw("<ul class=\"fields\">\n");
            for (number, field) in class.args.iter().enumerate() {
                member(html, &format!("argument {}", number + 1), field, types);
            }
            for (name, field) in &class.kwargs {
                member(html, name, field, types);
            }
            html.raw("</ul>");
        }
        html.raw("</li>\n");
    }
    html.raw("</ul>\n");
}

fn member(html: &mut Html, called: &str, field: &FieldContract, types: &TypeIds) {
    html.raw("<li>");
    name(html, called, Some(&field.schema.written), types);
    if field.optional {
        html.raw("<span class=\"fact\">may be missing</span>");
    }
    docs(html, Some(&field.schema.written));
    html.raw("</li>\n");
}

/// A name with its type.
pub(super) fn name(html: &mut Html, name: &str, schema: Option<&Value>, types: &TypeIds) {
    html.raw("<code class=\"name\">").text(&shown(name)).raw("</code> <span class=\"type\">");
    if let Some(schema) = schema {
        kind(html, schema, types);
    }
    html.raw("</span>");
}

/// What a schema says of itself.
pub(super) fn docs(html: &mut Html, schema: Option<&Value>) {
    let Some(schema) = schema else { return };
    let docs = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let default = schema.get("default").map(ToString::to_string);
    if docs.is_empty() && default.is_none() {
        return;
    }
    html.raw("<div class=\"docs\">");
    markdown(html, docs);
    if let Some(default) = default.filter(|text| text.chars().count() < NAME) {
        html.raw("<p class=\"quiet\">Without it <code>").text(&default).raw("</code>.</p>");
    }
    html.raw("</div>");
}

/// A type, with a link to each that is told of on the page.
pub(super) fn kind(html: &mut Html, schema: &Value, types: &TypeIds) {
    for part in brief(schema) {
        match part {
            Part::Text(text) => {
                html.text(&text);
            }
            Part::Type(name) => match types.get(&name) {
                Some(id) => {
                    html.raw("<a href=\"#").text(id).raw("\">").text(&shown(&name)).raw("</a>");
                }
                None => {
                    html.text(&shown(&name));
                }
            },
        }
    }
}
