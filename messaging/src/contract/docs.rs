//! A contract without what explains it.

use serde_json::Value;

use super::{Contract, Errors, Schema};

/// Keywords that explain a schema and say nothing of its values. `default` is none of them: it is
/// what a reader takes in place of a member that is not there.
const EXPLANATIONS: [&str; 6] =
    ["$comment", "$schema", "deprecated", "description", "examples", "title"];

impl Contract {
    /// The same contract without documentation: all that a peer could notice, and what a lock file
    /// holds.
    #[must_use]
    pub fn without_docs(mut self) -> Self {
        self.docs.clear();
        for method in &mut self.methods {
            method.docs.clear();
        }
        self.each_schema(&mut |schema| {
            strip(&mut schema.written);
            strip(&mut schema.read);
        });
        self
    }

    pub(super) fn each_schema(&mut self, change: &mut dyn FnMut(&mut Schema)) {
        self.schemas_mut().for_each(change);
    }

    fn schemas_mut(&mut self) -> impl Iterator<Item = &mut Schema> {
        let of_methods = self.methods.iter_mut().flat_map(|method| {
            let params = method.params.iter_mut().filter_map(|param| param.schema.as_mut());
            let classes = match &mut method.errors {
                Some(Errors::Classes(classes)) => classes.as_mut_slice(),
                Some(Errors::Any) | None => &mut [],
            };
            let fields = classes
                .iter_mut()
                .flat_map(|class| class.args.iter_mut().chain(class.kwargs.values_mut()));
            params.chain(&mut method.result).chain(fields.map(|field| &mut field.schema))
        });
        of_methods.chain(self.types.values_mut())
    }
}

fn strip(schema: &mut Value) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(strip),
        Value::Object(members) => {
            members.retain(|keyword, _| !EXPLANATIONS.contains(&keyword.as_str()));
            for (keyword, value) in members {
                match (keyword.as_str(), value) {
                    // Names of the user's, which may be those of keywords.
                    ("properties" | "patternProperties", Value::Object(named)) => {
                        named.values_mut().for_each(strip);
                    }
                    // Values of the user's.
                    ("const" | "default" | "enum", _) => {}
                    (_, value) => strip(value),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
