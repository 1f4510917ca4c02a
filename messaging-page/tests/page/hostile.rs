//! A contract of somebody who means harm.

use messaging::contract::Contract;
use serde_json::json;

/// Runs a script where it is taken for markup.
const MARKUP: &str = "</script><img src=x onerror=alert(1)>\"'><script>alert(2)</script>";

/// Whatever may be a text is markup, and whatever may be a schema is none.
pub(crate) fn contract(topic: &str) -> Contract {
    let docs = format!(
        "[link](javascript:alert(3)) ![picture](https://example.org/x.png)\n\n{MARKUP}\n\n\
         <style>* {{ display: none }}</style>\n\n```\n{MARKUP}\n```\n\u{202e}{}",
        "very-long-".repeat(300)
    );
    let class = |class: &str| {
        json!({
            "module": MARKUP, "class": class, "args": [{"schema": {"prefixItems": [MARKUP]}}],
            "kwargs": {MARKUP: {"schema": {"$ref": "https://example.org/schema.json"}}},
        })
    };
    let contract = json!({
        "name": MARKUP, "topic": topic, "namespace": MARKUP, "version": "1.0", "docs": docs,
        "methods": [
            {
                "name": MARKUP, "since": "1.0", "docs": docs,
                "params": [
                    {"name": MARKUP, "since": "1.0", "schema": {
                        "type": MARKUP, "format": 1, "description": docs, "default": MARKUP,
                        "minLength": -1, "required": "all", "enum": [], "allOf": [],
                    }},
                    {"name": "a".repeat(3000), "since": "1.0", "schema": {"type": "string"}},
                    {"name": "__proto__", "since": "1.0", "schema": {"$ref": "#/$defs/\u{0}"}},
                ],
                "result": {"enum": [MARKUP, null], "$ref": "#/$defs/none"},
                "errors": {"classes": [class(MARKUP), class("result"), class("failure")]},
            },
            {"name": "result", "since": "1.0", "cast": true, "timeout": "99999999999s"},
        ],
        "types": {
            MARKUP: {"type": ["object", "object"], "properties": {"$ref": {"$id": MARKUP}}},
            "\u{0}": {"written": {"not": 1}, "read": {"dependentRequired": {"a": "b"}}},
        },
    });
    serde_json::from_value(contract).expect("a contract")
}
