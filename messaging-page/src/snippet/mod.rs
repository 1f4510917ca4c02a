//! What to copy: a call of a method in Rust, in Python and in a shell.
//!
//! Names and values come from peers: each language's writer makes literals of them, and nothing of
//! a peer stands in code as it came.

mod literal;
mod python;
mod rust;
mod shell;

use messaging::Version;
use messaging::contract::{Contract, ErrorContract, Errors, MethodContract};
use serde_json::{Map, Value};

use crate::schema::Example;

/// A language, and a call in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snippet {
    /// `Rust`, `Python` or `Shell`.
    pub language: &'static str,
    /// The code.
    pub text: String,
}

/// A call of `method`, which is one of `contract`, in each language, with values that its types
/// take. Broker and password are not in it: the URL comes from the environment.
#[must_use]
pub fn snippets(contract: &Contract, method: &MethodContract) -> [Snippet; 3] {
    let sample = Sample::of(contract, method);
    [
        Snippet { language: "Rust", text: rust::write(&sample) },
        Snippet { language: "Python", text: python::write(&sample) },
        Snippet { language: "Shell", text: shell::write(&sample) },
    ]
}

/// A call with values that do.
#[derive(Debug)]
struct Sample<'a> {
    contract: &'a Contract,
    method: &'a MethodContract,
    args: Map<String, Value>,
    /// The least version that has all that is sent, so that the oldest servers take it too.
    version: Version,
}

impl<'a> Sample<'a> {
    fn of(contract: &'a Contract, method: &'a MethodContract) -> Self {
        let mut args = Map::new();
        let mut version = method.since;
        for param in method.params.iter().filter(|param| !param.optional && !param.nullable) {
            let value = param.schema.as_ref().map_or(Value::Null, |schema| {
                Example::of(&contract.types).value(&param.name, &schema.read)
            });
            args.insert(param.name.clone(), value);
            version = version.max(param.since);
        }
        Self { contract, method, args, version }
    }

    fn errors(&self) -> &'a [ErrorContract] {
        match &self.method.errors {
            Some(Errors::Classes(classes)) => classes,
            _ => &[],
        }
    }
}
