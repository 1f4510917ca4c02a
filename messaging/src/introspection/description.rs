//! What a server serves.

use serde::{Deserialize, Serialize};

use super::Library;
use crate::contract::{Contract, Fingerprint};

/// What a server serves; the answer to [`Introspection::describe`](super::Introspection::describe).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Description {
    /// The server's name.
    pub server: String,
    /// The topic that it serves.
    pub topic: String,
    /// What it is made with.
    pub library: Library,
    /// The APIs, in the order in which they are asked; those that come with the library, such as
    /// this one, are not among them.
    pub apis: Vec<ApiDescription>,
}

/// One API that a server serves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiDescription {
    /// The API: its version, methods, parameters, documentation and schemas.
    pub contract: Contract,
    /// [`Contract::surface_hash`], as the server makes it.
    #[serde(default)]
    pub surface_hash: String,
    /// [`Contract::hash`], as the server makes it.
    #[serde(default)]
    pub hash: String,
    /// The namespaces that it had before, in which it is served as well; none is the null
    /// namespace.
    #[serde(default)]
    pub legacy_namespaces: Vec<Option<String>>,
}

impl ApiDescription {
    /// Whether it is served in this namespace.
    #[must_use]
    pub fn is_in(&self, namespace: Option<&str>) -> bool {
        self.contract.namespace.as_deref() == namespace
            || self.legacy_namespaces.iter().any(|legacy| legacy.as_deref() == namespace)
    }
}

impl Description {
    /// The API that a client of `contract` in `namespace` means: one with the same contract, else
    /// of the same name and major version, of the same major version, or the first.
    #[must_use]
    pub(crate) fn meant(
        &self,
        contract: &Contract,
        namespace: Option<&str>,
    ) -> Option<&ApiDescription> {
        let ours = Fingerprint::of(contract);
        self.apis.iter().filter(|api| api.is_in(namespace)).min_by_key(|api| {
            let theirs = &api.contract;
            let is_same = ours.agrees(Fingerprint::of(theirs).as_str());
            let is_of_major = theirs.version.major == contract.version.major;
            (!is_same, !is_of_major, theirs.name != contract.name)
        })
    }
}
