//! Failures: JSON text within the JSON text of a reply (wire document, section 11).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Failure;

/// All keys may be missing; a module of Python 2 has today's name.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Wire {
    class: String,
    module: String,
    message: String,
    tb: Vec<String>,
    args: Vec<Value>,
    kwargs: Map<String, Value>,
}

impl From<&Failure> for Wire {
    fn from(failure: &Failure) -> Self {
        Self {
            class: failure.class.clone(),
            module: failure.module.clone(),
            message: failure.message.clone(),
            tb: failure.traceback.clone(),
            args: failure.args.clone(),
            kwargs: failure.kwargs.clone(),
        }
    }
}

pub(super) fn encode(failure: &Failure) -> String {
    // Texts and JSON values: nothing that could refuse to be written.
    serde_json::to_string(&Wire::from(failure)).unwrap_or_default()
}

pub(super) fn decode(text: &str) -> Result<Failure, serde_json::Error> {
    let wire: Wire = serde_json::from_str(text)?;
    let mut failure = Failure::new(wire.module, wire.class, wire.message)
        .with_args(wire.args)
        .with_kwargs(wire.kwargs);
    if failure.module == "exceptions" {
        failure.module = "builtins".to_owned();
    }
    failure.traceback = wire.tb;
    Ok(failure)
}
