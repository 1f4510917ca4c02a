//! One method: its channels, its messages and its operation.

use messaging::contract::{Contract, Errors, MethodContract};
use serde_json::{Map, Value, json};

use super::messages::{self, Envelope};
use super::schemas::Schemas;
use super::{Parts, reference};
use crate::bounds::{DOCS, start};
use crate::html::first_sentence;
use crate::unique::Unique;

/// The version of the AMQP bindings (`asyncapi/bindings`, `amqp/README.md`).
pub(super) const BINDING: &str = "0.3.0";

/// The default of the option `control_exchange`.
const EXCHANGE: &str = "openstack";

pub(super) fn add(
    parts: &mut Parts,
    contract: &Contract,
    method: &MethodContract,
    key: &str,
    schemas: &Schemas,
) {
    let request = add_message(parts, key, "request", messages::request(contract, method, schemas));
    let mut channel = Map::new();
    channel.insert("address".to_owned(), json!(contract.topic));
    channel.insert("title".to_owned(), json!(method.name));
    channel.insert("messages".to_owned(), json!({ "request": request }));
    channel.insert("bindings".to_owned(), topic_bindings());
    parts.channels.insert(key.to_owned(), channel.into());

    let mut operation = Map::new();
    operation.insert("action".to_owned(), json!("receive"));
    operation.insert("channel".to_owned(), reference(&format!("channels/{key}")));
    let message = reference(&format!("channels/{key}/messages/request"));
    operation.insert("messages".to_owned(), json!([message]));
    operation.insert("title".to_owned(), json!(method.name));
    if !method.docs.is_empty() {
        operation.insert("summary".to_owned(), json!(first_sentence(&method.docs)));
        operation.insert("description".to_owned(), json!(start(&method.docs, DOCS)));
    }
    operation.insert("tags".to_owned(), json!([{ "name": contract.name }]));
    operation.insert("bindings".to_owned(), operation_bindings(method));
    operation.insert("x-since".to_owned(), json!(method.since.to_string()));
    operation.insert("x-idempotent".to_owned(), json!(method.idempotent));
    if !method.cast {
        operation.insert("reply".to_owned(), add_reply(parts, method, key, schemas));
    }
    parts.operations.insert(key.to_owned(), operation.into());
}

/// The reply channel, and what an operation says of it.
fn add_reply(parts: &mut Parts, method: &MethodContract, key: &str, schemas: &Schemas) -> Value {
    let reply_key = parts.method_keys.name(&format!("{key}.reply"));
    let mut replies = vec![("result".to_owned(), messages::result(method, schemas))];
    let mut names = Unique::default();
    let _ = (names.name("result"), names.name("failure"));
    let classes = match &method.errors {
        Some(Errors::Classes(classes)) => classes.as_slice(),
        _ => &[],
    };
    for class in classes {
        replies.push((names.name(&class.class), messages::error(class, schemas)));
    }
    replies.push(("failure".to_owned(), messages::failure(classes)));

    let mut of_channel = Map::new();
    let mut of_reply = Vec::new();
    for (name, message) in replies {
        let message = add_message(parts, key, &name, message);
        of_reply.push(reference(&format!("channels/{reply_key}/messages/{name}")));
        of_channel.insert(name, message);
    }
    let channel = json!({
        "address": null,
        "title": format!("Replies to {}", method.name),
        "messages": of_channel,
        "bindings": { "amqp": {
            "is": "queue",
            "queue": { "durable": false, "exclusive": false, "autoDelete": false, "vhost": "/" },
            "bindingVersion": BINDING,
        }},
    });
    parts.channels.insert(reply_key.clone(), channel);
    json!({
        "address": {
            "description": "The caller's reply queue, by way of the default exchange.",
            "location": format!("$message.payload#/{}", Envelope::REPLY_QUEUE),
        },
        "channel": reference(&format!("channels/{reply_key}")),
        "messages": of_reply,
    })
}

/// Adds a message to the components; a reference to it.
fn add_message(parts: &mut Parts, key: &str, name: &str, message: Value) -> Value {
    let key = format!("{key}.{name}");
    let place = reference(&format!("components/messages/{key}"));
    parts.messages.insert(key, message);
    place
}

fn topic_bindings() -> Value {
    json!({ "amqp": {
        "is": "routingKey",
        "exchange": {
            "name": EXCHANGE, "type": "topic", "durable": false, "autoDelete": false, "vhost": "/",
        },
        "bindingVersion": BINDING,
    }})
}

fn operation_bindings(method: &MethodContract) -> Value {
    let mut amqp = Map::new();
    // oslo.messaging sends everything as persistent, and only a call expires.
    amqp.insert("deliveryMode".to_owned(), json!(2));
    amqp.insert("ack".to_owned(), json!(true));
    if let (false, Some(timeout)) = (method.cast, method.timeout) {
        let millis = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        amqp.insert("expiration".to_owned(), json!(millis));
    }
    amqp.insert("bindingVersion".to_owned(), json!(BINDING));
    json!({ "amqp": amqp })
}
