//! An endpoint, and what it answers to.

use std::sync::{Arc, OnceLock};

use super::endpoint::Endpoint;
use super::tally::{Tally, tallies};
use crate::contract::{Contract, Fingerprint};
use crate::driver::Notes;
use crate::introspection::{ApiDescription, ApiStatistics};
use crate::{ApiDescriptor, MethodDescriptor};

/// An endpoint, and what it answers to.
pub(crate) struct Served {
    pub(crate) api: Arc<ServedApi>,
    pub(super) endpoint: Arc<dyn Endpoint>,
}

/// An API that is served, and what is counted of it.
#[derive(Debug)]
pub(crate) struct ServedApi {
    pub(super) api: ApiDescriptor,
    /// None for what is the library's own: nobody asks for more than its version.
    contract: Option<(Contract, Fingerprint)>,
    /// Namespaces that the API had before, the null namespace among them.
    legacy_namespaces: Vec<Option<String>>,
    /// One for each method, in the same order.
    tallies: Vec<Arc<Tally>>,
    /// What the server says beside each answer of it.
    beside: OnceLock<Arc<Notes>>,
}

impl Served {
    pub(crate) fn new(
        endpoint: impl Endpoint,
        legacy_namespaces: impl IntoIterator<Item = Option<String>>,
    ) -> Self {
        let legacy_namespaces = legacy_namespaces.into_iter().collect();
        let contract = Contract::of(&endpoint.api());
        let fingerprint = Fingerprint::of(&contract);
        Self::with(endpoint, legacy_namespaces, Some((contract, fingerprint)))
    }

    /// An endpoint that comes with the library.
    pub(crate) fn built_in(endpoint: impl Endpoint) -> Self {
        Self::with(endpoint, Vec::new(), None)
    }

    fn with(
        endpoint: impl Endpoint,
        legacy_namespaces: Vec<Option<String>>,
        contract: Option<(Contract, Fingerprint)>,
    ) -> Self {
        let api = endpoint.api();
        let tallies = tallies(api.methods.len());
        let beside = OnceLock::new();
        let api = Arc::new(ServedApi { api, contract, legacy_namespaces, tallies, beside });
        Self { api, endpoint: Arc::new(endpoint) }
    }
}

impl ServedApi {
    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.api.name
    }

    pub(super) fn is_in(&self, namespace: Option<&str>) -> bool {
        self.api.namespace == namespace
            || self.legacy_namespaces.iter().any(|legacy| legacy.as_deref() == namespace)
    }

    /// The method of this name, or that of any, and what is counted of it.
    pub(super) fn method(&self, name: &str) -> Option<(&'static MethodDescriptor, &Arc<Tally>)> {
        self.named(name).or_else(|| self.named(MethodDescriptor::ANY.name))
    }

    fn named(&self, name: &str) -> Option<(&'static MethodDescriptor, &Arc<Tally>)> {
        let methods = self.api.methods.iter().zip(&self.tallies);
        methods.into_iter().find(|(method, _)| method.name == name)
    }

    /// The hashes of its contract.
    pub(crate) fn fingerprint(&self) -> Option<&str> {
        self.contract.as_ref().map(|(_, fingerprint)| fingerprint.as_str())
    }

    /// What its server says beside each answer of it, which `notes` makes for the first one.
    pub(crate) fn beside(&self, notes: impl FnOnce() -> Notes) -> Arc<Notes> {
        Arc::clone(self.beside.get_or_init(|| Arc::new(notes())))
    }

    /// What is told of it to who asks.
    pub(super) fn description(&self) -> Option<ApiDescription> {
        let (contract, _) = self.contract.as_ref()?;
        Some(ApiDescription {
            contract: contract.clone(),
            surface_hash: contract.surface_hash(),
            hash: contract.hash(),
            legacy_namespaces: self.legacy_namespaces.clone(),
        })
    }

    pub(super) fn statistics(&self) -> ApiStatistics {
        let Self { api, tallies, .. } = self;
        let methods = api.methods.iter().zip(tallies);
        ApiStatistics {
            api: api.name.to_owned(),
            namespace: api.namespace.map(str::to_owned),
            version: api.version,
            methods: methods.map(|(method, tally)| tally.read(method.name)).collect(),
        }
    }
}
