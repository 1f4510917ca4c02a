//! A few letters that differ where contracts do.

use serde_json::Value;
use uuid::Uuid;

use super::{Contract, Errors};

/// The name space of our hashes: a UUID that nobody else uses.
const SPACE: Uuid = Uuid::from_u128(0x5f1c_64a2_94a7_4c1e_9b0d_7d83_6a0f_21ce);

impl Contract {
    /// A hash of what the descriptor alone tells: the name, topic, namespace and version, and the
    /// methods and parameters with their versions and flags. Documentation, timeouts and the order
    /// of things have no part in it, nor have schemas.
    ///
    /// It is 32 hexadecimal digits: a UUID of version 5 (RFC 9562) of canonical JSON, the same on
    /// every platform. It tells contracts apart; it is no proof against who means to deceive.
    #[must_use]
    pub fn surface_hash(&self) -> String {
        let mut surface = self.clone();
        surface.types.clear();
        for method in &mut surface.methods {
            (method.timeout, method.result, method.errors) = (None, None, None);
            for param in &mut method.params {
                (param.nullable, param.schema) = (false, None);
            }
        }
        surface.hash()
    }

    /// A hash of everything but documentation: of the surface, timeouts and schemas. Like
    /// [`surface_hash`](Self::surface_hash) in form.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut contract = self.clone().without_docs();
        contract.methods.sort_by(|a, b| a.name.cmp(&b.name));
        for method in &mut contract.methods {
            // They travel by name, so their order is nothing to a peer.
            method.params.sort_by(|a, b| a.name.cmp(&b.name));
            if let Some(Errors::Classes(classes)) = &mut method.errors {
                classes.sort_by(|a, b| (&a.module, &a.class).cmp(&(&b.module, &b.class)));
            }
        }
        // Names, texts and JSON: always JSON.
        let contract = serde_json::to_value(contract).unwrap_or_default();
        Uuid::new_v5(&SPACE, canonical(&contract).as_bytes()).simple().to_string()
    }
}

/// JSON without spaces, the members of objects in the order of their names: a map of serde_json's
/// has that order only as long as no other crate asks it for another.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            let members = members.into_iter().map(|(name, value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
