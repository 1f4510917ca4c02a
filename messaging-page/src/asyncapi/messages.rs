//! Messages with their payloads, as oslo.messaging's wire has them.

use messaging::contract::{Contract, ErrorContract, FieldContract, MethodContract};
use serde_json::{Map, Value, json};

use super::method::BINDING;
use super::schemas::{End, Schemas};
use crate::bounds::shown;

/// The members that oslo.messaging adds to a message (wire document, sections 8 and 10).
pub(super) struct Envelope;

impl Envelope {
    pub(super) const REPLY_QUEUE: &str = "_reply_q";
    const CALL: &str = "_msg_id";
    const MESSAGE: &str = "_unique_id";
    const MONITOR: &str = "_timeout";
    const CONTEXT: &str = "^_context_";
}

/// What a client sends.
pub(super) fn request(contract: &Contract, method: &MethodContract, schemas: &Schemas) -> Value {
    let mut args = Map::new();
    let mut needed = Vec::new();
    for param in &method.params {
        let schema = param.schema.as_ref().map(|schema| schemas.schema(schema, End::Read));
        args.insert(param.name.clone(), schema.unwrap_or(json!(true)));
        // Older clients do not know what came later.
        if !param.optional && !param.nullable && !needed.contains(&param.name) {
            needed.push(param.name.clone());
        }
    }
    let version = contract.version.to_string();
    let mut members = Map::new();
    members.insert("method".to_owned(), json!({ "const": method.name }));
    members.insert(
        "version".to_owned(),
        json!({
            "type": "string", "examples": [version],
            "description": "The version that the client asks for.",
        }),
    );
    members.insert(
        "args".to_owned(),
        json!({
            "type": "object", "properties": args, "required": needed,
            "additionalProperties": false,
        }),
    );
    let mut required = vec!["method", "args"];
    if let Some(namespace) = &contract.namespace {
        members.insert("namespace".to_owned(), json!({ "const": namespace }));
        required.push("namespace");
    }
    members.insert(Envelope::MESSAGE.to_owned(), json!({ "type": "string" }));
    if !method.cast {
        required.extend([Envelope::CALL, Envelope::REPLY_QUEUE]);
        members.insert(Envelope::CALL.to_owned(), json!({ "type": "string" }));
        members.insert(Envelope::REPLY_QUEUE.to_owned(), json!({ "type": "string" }));
        members.insert(Envelope::MONITOR.to_owned(), json!({ "type": ["number", "null"] }));
    }
    let payload = json!({
        "type": "object",
        "required": required,
        "properties": members,
        "patternProperties": { Envelope::CONTEXT: true },
    });
    message(&method.name, "What a client sends.", &payload, !method.cast)
}

/// The reply to a call that went well.
pub(super) fn result(method: &MethodContract, schemas: &Schemas) -> Value {
    let result = method.result.as_ref().map(|schema| schemas.schema(schema, End::Written));
    let payload = reply(&result.unwrap_or(json!(true)), &json!({ "type": "null" }));
    message("result", "The method's result.", &payload, true)
}

/// The reply to a call that failed with an error of the method's.
pub(super) fn error(class: &ErrorContract, schemas: &Schemas) -> Value {
    let schema = |field: &FieldContract| schemas.schema(&field.schema, End::Written);
    let mut kwargs = Map::new();
    let mut needed = Vec::new();
    for (name, field) in &class.kwargs {
        kwargs.insert(name.clone(), schema(field));
        if !field.optional {
            needed.push(name);
        }
    }
    let mut args = json!({ "type": "array" });
    if !class.args.is_empty() {
        args["minItems"] = json!(class.args.iter().take_while(|field| !field.optional).count());
        args["items"] = class.args.iter().map(schema).collect();
    }
    let failure = json!({
        "type": "object",
        "required": ["class", "module", "args", "kwargs"],
        "properties": {
            "class": { "const": class.class },
            "module": { "const": class.module },
            "message": { "type": "string" },
            "tb": { "type": "array", "items": { "type": "string" } },
            "args": args,
            "kwargs": { "type": "object", "properties": kwargs, "required": needed },
        },
    });
    let title = format!("{}.{}", shown(&class.module), shown(&class.class));
    message(&title, "An error of the method's.", &reply(&json!({ "type": "null" }), &failure), true)
}

/// The reply to a call that failed otherwise: for want of the method or of the version, or with an
/// error that is none of `declared`.
pub(super) fn failure(declared: &[ErrorContract]) -> Value {
    let mut failure = json!({
        "type": "object",
        "required": ["class", "module"],
        "properties": {
            "class": { "type": "string" },
            "module": { "type": "string" },
            "message": { "type": "string" },
            "tb": { "type": "array", "items": { "type": "string" } },
            "args": { "type": "array" },
            "kwargs": { "type": "object" },
        },
    });
    if !declared.is_empty() {
        let each = declared.iter().map(|class| {
            json!({ "properties": {
                "class": { "const": class.class }, "module": { "const": class.module },
            }})
        });
        failure["not"] = json!({ "anyOf": each.collect::<Vec<_>>() });
    }
    let what = "Any other failure, such as a version that the server does not serve.";
    message("failure", what, &reply(&json!({ "type": "null" }), &failure), true)
}

fn reply(result: &Value, failure: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["result", "failure", "ending"],
        "properties": {
            "result": result,
            "failure": failure,
            "ending": { "const": true },
            Envelope::CALL: { "type": "string" },
            Envelope::MESSAGE: { "type": "string" },
        },
    })
}

fn message(title: &str, summary: &str, payload: &Value, of_call: bool) -> Value {
    let mut message = json!({
        "title": title,
        "summary": summary,
        "contentType": "application/json",
        "payload": payload,
        "bindings": { "amqp": { "contentEncoding": "utf-8", "bindingVersion": BINDING } },
    });
    if of_call {
        let location = format!("$message.payload#/{}", Envelope::CALL);
        message["correlationId"] = json!({ "location": location });
    }
    message
}
