//! The form by which a method is called.

use messaging::contract::{Contract, MethodContract, ParamContract};
use serde_json::Value;

use super::Mode;
use super::markup::Html;
use crate::bounds::shown;
use crate::schema::{Example, types_of};

pub(super) fn write(
    html: &mut Html,
    contract: &Contract,
    method: &MethodContract,
    id: &str,
    mode: Mode,
) {
    match mode {
        Mode::Alone => return,
        Mode::Live { calls: false } => {
            html.raw(
                "<div class=\"try off\"><h4>Try it</h4><p class=\"quiet\">Calling is switched ",
            );
            html.raw(
                "off. Start <code>messaging-cli ui</code> with <code>--allow-calls</code> to ",
            );
            html.raw("call methods from here.</p></div>\n");
            return;
        }
        Mode::Live { calls: true } => {}
    }
    html.raw("<form class=\"try\" data-call novalidate data-topic=\"").text(&contract.topic);
    html.raw("\" data-method=\"").text(&method.name).raw("\" data-version=\"");
    html.shown(contract.version).raw("\"");
    if let Some(namespace) = &contract.namespace {
        html.raw(" data-namespace=\"").text(namespace).raw("\"");
    }
    if method.cast {
        html.raw(" data-cast");
    }
    html.raw(" aria-label=\"Try ").text(&shown(&method.name)).raw("\">\n<h4>Try it</h4>\n");
    match method.idempotent {
        true => html.raw("<p class=\"note good\">Idempotent: it can be tried again safely.</p>\n"),
        false => html.raw(
            "<p class=\"note warn\">This runs for real, and each run may change something.</p>\n",
        ),
    };
    for (number, param) in method.params.iter().enumerate() {
        self::param(html, contract, param, &format!("{id}:arg-{number}"));
    }
    options(html, method, id);
    html.raw("<div class=\"send\"><button type=\"submit\">");
    html.raw(if method.cast { "Send the cast" } else { "Call it" }).raw("</button></div>\n");
    html.raw("<div class=\"outcome\" role=\"status\" aria-live=\"polite\"></div>\n</form>\n");
}

fn param(html: &mut Html, contract: &Contract, param: &ParamContract, id: &str) {
    let may = param.optional || param.nullable;
    html.raw("<div class=\"input\"><label for=\"").text(id).raw("\"><code>");
    html.text(&shown(&param.name)).raw("</code>");
    if may {
        html.raw(" <span class=\"quiet\">empty is left out</span>");
    }
    html.raw("</label>");
    let kind = kind(param);
    let attributes = |html: &mut Html| {
        html.raw(" id=\"").text(id).raw("\" data-arg=\"").text(&param.name).raw("\" data-kind=\"");
        html.raw(kind).raw("\" aria-describedby=\"").text(id).raw(":wrong\"");
        if may {
            html.raw(" data-may");
        }
    };
    match kind {
        "text" => {
            html.raw("<input type=\"text\" autocomplete=\"off\" spellcheck=\"false\"");
            attributes(html);
            html.raw(">");
        }
        "number" => {
            html.raw("<input type=\"text\" inputmode=\"decimal\" autocomplete=\"off\"");
            attributes(html);
            html.raw(">");
        }
        "boolean" => {
            html.raw("<select");
            attributes(html);
            html.raw(">");
            if may {
                html.raw("<option value=\"\">left out</option>");
            }
            html.raw("<option>false</option><option>true</option></select>");
        }
        _ => {
            html.raw("<textarea rows=\"2\" spellcheck=\"false\" autocomplete=\"off\"");
            attributes(html);
            html.raw(">");
            if !may {
                html.text(&example(contract, param));
            }
            html.raw("</textarea>");
        }
    }
    html.raw("<span class=\"wrong\" id=\"").text(id).raw(":wrong\"></span></div>\n");
}

/// How a value is asked for: as it is, where its type is plain, and as JSON otherwise.
fn kind(param: &ParamContract) -> &'static str {
    let Some(schema) = param.schema.as_ref().map(|schema| &schema.read) else { return "json" };
    let plain = schema.get("enum").is_none() && schema.get("const").is_none();
    match types_of(schema) {
        (names, false) if plain => match names.as_slice() {
            ["string"] => "text",
            ["integer" | "number"] => "number",
            ["boolean"] => "boolean",
            _ => "json",
        },
        _ => "json",
    }
}

fn example(contract: &Contract, param: &ParamContract) -> String {
    let value = param.schema.as_ref().map_or(Value::Null, |schema| {
        Example::of(&contract.types).value(&param.name, &schema.read)
    });
    format!("{value:#}")
}

fn options(html: &mut Html, method: &MethodContract, id: &str) {
    html.raw("<details class=\"more\"><summary>Server, time and context</summary>\n");
    html.raw("<div class=\"input\"><label for=\"").text(id).raw(":server\">Server</label>");
    html.raw("<select data-server id=\"").text(id).raw(":server\">");
    html.raw("<option value=\"\">any that is free</option>");
    if method.cast {
        html.raw("<option value=\"*\">all, by fanout</option>");
    }
    html.raw("</select></div>\n");
    if !method.cast {
        let seconds = method.timeout.map_or(30.0, |timeout| timeout.as_secs_f64());
        html.raw("<div class=\"input\"><label for=\"").text(id).raw(":timeout\">Seconds to wait");
        html.raw("</label><input type=\"text\" inputmode=\"decimal\" data-timeout value=\"");
        html.shown(seconds.min(300.0)).raw("\" id=\"").text(id).raw(":timeout\"></div>\n");
    }
    html.raw("<div class=\"input\"><label for=\"")
        .text(id)
        .raw(":context\">Context, as JSON</label>");
    html.raw("<textarea rows=\"2\" data-context spellcheck=\"false\" id=\"").text(id);
    html.raw(":context\" aria-describedby=\"").text(id).raw(":context:wrong\">{}</textarea>");
    html.raw("<span class=\"wrong\" id=\"").text(id);
    html.raw(":context:wrong\"></span></div>\n</details>\n");
}
