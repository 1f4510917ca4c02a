//! An endpoint, and what it answers to.

use std::sync::Arc;

use super::endpoint::Endpoint;
use super::tally::{Tally, tallies};
use crate::ApiDescriptor;
use crate::introspection::ApiStatistics;

/// An endpoint, and what it answers to.
pub(crate) struct Served {
    pub(crate) api: Arc<ServedApi>,
    pub(super) endpoint: Arc<dyn Endpoint>,
}

/// An API that is served, and what is counted of it.
#[derive(Debug)]
pub(crate) struct ServedApi {
    pub(super) api: ApiDescriptor,
    /// Namespaces that the API had before, the null namespace among them.
    legacy_namespaces: Vec<Option<String>>,
    /// One for each method, in the same order.
    tallies: Vec<Arc<Tally>>,
}

impl Served {
    pub(crate) fn new(
        endpoint: impl Endpoint,
        legacy_namespaces: impl IntoIterator<Item = Option<String>>,
    ) -> Self {
        let api = endpoint.api();
        let legacy_namespaces = legacy_namespaces.into_iter().collect();
        let tallies = tallies(api.methods.len());
        let api = Arc::new(ServedApi { api, legacy_namespaces, tallies });
        Self { api, endpoint: Arc::new(endpoint) }
    }
}

impl ServedApi {
    pub(super) fn is_in(&self, namespace: Option<&str>) -> bool {
        self.api.namespace == namespace
            || self.legacy_namespaces.iter().any(|legacy| legacy.as_deref() == namespace)
    }

    /// The method of this name, and what is counted of it.
    pub(super) fn method(
        &self,
        name: &str,
    ) -> Option<(&'static crate::MethodDescriptor, &Arc<Tally>)> {
        let methods = self.api.methods.iter().zip(&self.tallies);
        methods.into_iter().find(|(method, _)| method.name == name)
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
