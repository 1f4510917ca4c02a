//! How what a server serves differs from what a client knows.

#[cfg(test)]
mod tests;

use std::fmt;

use super::Description;
use crate::Version;
use crate::contract::{Contract, Fingerprint, MethodContract, ParamContract};
use crate::error::shortened;

/// How the contract of a server differs from that of a client; see
/// [`Proxy::contract_difference`](crate::Proxy::contract_difference). Written out it is one line
/// that names each method.
///
/// It says what is different and does not judge: a server with a method more is as different as one
/// with a method less. Documentation is no part of it, and schemas are where both sides have them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContractDifference {
    /// The server.
    pub server: String,
    /// The version that the client knows.
    pub known: Version,
    /// What the server serves; none if it has no API in the client's namespace.
    pub served: Option<Contract>,
    /// What is different of the API itself, each in a few words: its name, topic or version.
    pub api: Vec<String>,
    /// The methods that are different, those that the client knows first.
    pub methods: Vec<MethodDifference>,
}

/// How one method is different.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MethodDifference {
    /// The client alone has it.
    Missing {
        /// The method.
        method: String,
    },
    /// The server alone has it.
    Unknown {
        /// The method.
        method: String,
        /// The version that brought it.
        since: Version,
    },
    /// Both have it.
    Changed {
        /// The method.
        method: String,
        /// What is different, each in a few words.
        changes: Vec<String>,
    },
}

impl MethodDifference {
    /// The method's name on the wire.
    #[must_use]
    pub fn method(&self) -> &str {
        match self {
            Self::Missing { method }
            | Self::Unknown { method, .. }
            | Self::Changed { method, .. } => method,
        }
    }
}

impl ContractDifference {
    /// How what a server serves in `namespace` differs from `known`; none if it does not.
    pub(crate) fn between(
        known: &Contract,
        namespace: Option<&str>,
        description: &Description,
    ) -> Option<Self> {
        let served = description.meant(known, namespace).map(|api| &api.contract);
        let mut difference = Self {
            server: description.server.clone(),
            known: known.version,
            served: served.cloned(),
            api: Vec::new(),
            methods: Vec::new(),
        };
        let Some(served) = served else {
            return Some(difference);
        };
        if Fingerprint::of(known).agrees(Fingerprint::of(served).as_str()) {
            return None;
        }
        difference.api = of_api(known, served);
        let in_both = known.methods.iter().filter_map(|ours| {
            let method = ours.name.clone();
            let Some(theirs) = served.method(&method) else {
                return Some(MethodDifference::Missing { method });
            };
            let changes = of_method(ours, theirs);
            (!changes.is_empty()).then_some(MethodDifference::Changed { method, changes })
        });
        let unknown = served.methods.iter().filter(|theirs| known.method(&theirs.name).is_none());
        let unknown = unknown.map(|theirs| MethodDifference::Unknown {
            method: theirs.name.clone(),
            since: theirs.since,
        });
        difference.methods = in_both.chain(unknown).collect();
        Some(difference)
    }
}

fn of_api(ours: &Contract, theirs: &Contract) -> Vec<String> {
    let mut changes = Changes::default();
    changes.compare("version", &ours.version, &theirs.version);
    changes.compare("name", &quoted(&ours.name), &quoted(&theirs.name));
    changes.compare("topic", &quoted(&ours.topic), &quoted(&theirs.topic));
    let namespace = |namespace: &Option<String>| match namespace {
        Some(namespace) => quoted(namespace),
        None => "the null namespace".to_owned(),
    };
    changes.compare("namespace", &namespace(&ours.namespace), &namespace(&theirs.namespace));
    if ours.has_schemas() && theirs.has_schemas() {
        let defined = ours.types.iter().chain(&theirs.types).map(|(name, _)| name);
        let mut differ: Vec<_> = defined
            .filter(|name| ours.types.get(*name) != theirs.types.get(*name))
            .map(|name| format!("type `{}` differs", shortened(name)))
            .collect();
        differ.sort_unstable();
        differ.dedup();
        changes.0.append(&mut differ);
    }
    changes.0
}

fn of_method(ours: &MethodContract, theirs: &MethodContract) -> Vec<String> {
    let mut changes = Changes::default();
    changes.compare("since", &ours.since, &theirs.since);
    changes.compare("cast", &ours.cast, &theirs.cast);
    changes.compare("idempotent", &ours.idempotent, &theirs.idempotent);
    let timeout =
        |method: &MethodContract| method.timeout.map_or("none".into(), |it| format!("{it:?}"));
    changes.compare("timeout", &timeout(ours), &timeout(theirs));
    for param in &ours.params {
        let name = shortened(&param.name);
        match theirs.param(&param.name) {
            Some(other) => of_param(&mut changes, param, other),
            None => changes.0.push(format!("parameter `{name}` is not the server's")),
        }
    }
    for param in theirs.params.iter().filter(|param| ours.param(&param.name).is_none()) {
        let (name, since) = (shortened(&param.name), param.since);
        let needed = if param.optional || param.nullable { "" } else { ", without a default" };
        changes.0.push(format!("parameter `{name}` (since {since}{needed}) is not this client's"));
    }
    if differ(&ours.result, &theirs.result) {
        changes.0.push("the result differs".to_owned());
    }
    if differ(&ours.errors, &theirs.errors) {
        changes.0.push("the errors differ".to_owned());
    }
    changes.0
}

fn of_param(changes: &mut Changes, ours: &ParamContract, theirs: &ParamContract) {
    let name = shortened(&ours.name);
    changes.compare(&format!("since of parameter `{name}`"), &ours.since, &theirs.since);
    let optional = format!("optional of parameter `{name}`");
    changes.compare(&optional, &ours.optional, &theirs.optional);
    if differ(&ours.schema, &theirs.schema) {
        changes.0.push(format!("the type of parameter `{name}` differs"));
    }
}

/// Whether two things differ that one side may not know of.
fn differ<T: PartialEq>(ours: &Option<T>, theirs: &Option<T>) -> bool {
    ours.is_some() && theirs.is_some() && ours != theirs
}

#[derive(Default)]
struct Changes(Vec<String>);

impl Changes {
    fn compare<T: PartialEq + fmt::Display>(&mut self, what: &str, ours: &T, theirs: &T) {
        if ours != theirs {
            self.0.push(format!("{what} is {theirs} there and {ours} here"));
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", shortened(name))
}

/// How many differences are written out; a server may send any number.
const WRITTEN: usize = 20;

/// The first of `all`, and how many more there are.
fn first_of(all: &[String], between: &str) -> String {
    let (written, more) = all.split_at(all.len().min(WRITTEN));
    let mut text = written.join(between);
    if !more.is_empty() {
        text.push_str(&format!("{between}and {} more", more.len()));
    }
    text
}

impl fmt::Display for ContractDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "server `{}` ", shortened(&self.server))?;
        if self.served.is_none() {
            return f.write_str("does not serve this API");
        }
        let methods = self.methods.iter().map(ToString::to_string);
        let all: Vec<String> = self.api.iter().cloned().chain(methods).collect();
        write!(f, "differs: {}", first_of(&all, "; "))
    }
}

impl fmt::Display for MethodDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "method `{}` ", shortened(self.method()))?;
        match self {
            Self::Missing { .. } => f.write_str("is not the server's"),
            Self::Unknown { since, .. } => write!(f, "(since {since}) is not this client's"),
            Self::Changed { changes, .. } => write!(f, "differs ({})", first_of(changes, ", ")),
        }
    }
}
