//! An AsyncAPI document of what APIs promise.
//!
//! It describes messages as oslo.messaging's wire has them, with its JSON within JSON taken apart:
//! a reader sees the request, and not the text that holds it.

mod messages;
mod method;
mod rewrite;
mod schemas;

use messaging::contract::Contract;
use serde_json::{Map, Value, json};

use self::schemas::Schemas;
use crate::Document;
use crate::bounds::{DOCS, shown, start};
use crate::unique::Unique;

/// The version of AsyncAPI in which documents are written.
pub const ASYNCAPI: &str = "3.1.0";

/// What every document says of the wire.
const WIRE: &str = "Messages are those of oslo.messaging over RabbitMQ. The body is an envelope, \
    `{\"oslo.version\": \"2.0\", \"oslo.message\": TEXT}`, whose text is the JSON that is described \
    here as the payload; the member `failure` of a reply is text that holds JSON as well. A method \
    has a channel of its own here; on the broker those of a topic share its queue, and `method` \
    says which is meant. The exchange is the default of the option `control_exchange`. One server is \
    reached by the routing key `TOPIC.SERVER`, all of them by the exchange `TOPIC_fanout`.";

/// The document in AsyncAPI 3.1, as seen from the servers: each method is an operation that
/// receives, with a channel of its own; a call has a reply channel, in which the result and each
/// error are messages of their own, told apart by `failure`, `failure.class` and `failure.module`.
///
/// It is valid by the schema that AsyncAPI publishes, whatever the contracts hold: names that may
/// not be keys are written otherwise, and keywords of JSON Schema that draft 7, the language of
/// AsyncAPI, does not have are left out or said in its words.
#[must_use]
pub fn asyncapi(document: &Document) -> Value {
    let mut parts = Parts::default();
    let several = document.apis().len() > 1;
    for contract in document.apis() {
        parts.add(contract, several);
    }
    let mut versions: Vec<_> = document.apis().iter().map(|api| api.version.to_string()).collect();
    versions.dedup();
    let docs = match document.apis() {
        [only] if !only.docs.is_empty() => format!("{}\n\n{WIRE}", start(&only.docs, DOCS)),
        _ => WIRE.to_owned(),
    };
    let Parts { channels, operations, messages, schemas, .. } = parts;
    json!({
        "asyncapi": ASYNCAPI,
        "info": {
            "title": document.title(),
            "version": versions.join(", "),
            "description": docs,
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// What the APIs share: the document's maps, and the keys that are taken in each.
#[derive(Debug, Default)]
struct Parts {
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    messages: Map<String, Value>,
    schemas: Map<String, Value>,
    method_keys: Unique,
    schema_keys: Unique,
}

impl Parts {
    fn add(&mut self, contract: &Contract, several: bool) {
        let prefix = if several { format!("{}.", shown(&contract.name)) } else { String::new() };
        let schemas = Schemas::of(contract, &prefix, &mut self.schema_keys);
        schemas.write(contract, &mut self.schemas);
        for method in &contract.methods {
            let name = format!("{}.{}", shown(&contract.name), shown(&method.name));
            let key = self.method_keys.name(&name);
            method::add(self, contract, method, &key, &schemas);
        }
    }
}

/// A reference to a part of the document; `path` is made of keys that need no escapes.
fn reference(path: &str) -> Value {
    json!({ "$ref": format!("#/{path}") })
}
