//! Who may call what.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::{ApiDescriptor, MethodDescriptor};

type Rule = dyn Fn(&ApiDescriptor, &MethodDescriptor) -> bool + Send + Sync;

/// Which methods of its endpoints a server lets its callers call. A method that is not allowed is
/// answered as one that does not exist.
///
/// ```
/// use messaging::AccessPolicy;
///
/// let only_ping = AccessPolicy::explicit(["ping"]);
/// let read_only = AccessPolicy::custom(|_, method| method.idempotent);
/// ```
#[derive(Clone)]
pub struct AccessPolicy {
    name: &'static str,
    rule: Arc<Rule>,
}

impl AccessPolicy {
    /// All methods, also those whose name begins with an underscore; the peer's
    /// `LegacyRPCAccessPolicy`.
    #[must_use]
    pub fn legacy() -> Self {
        Self { name: "legacy", rule: Arc::new(|_, _| true) }
    }

    /// Those of these names alone; the peer's `ExplicitRPCAccessPolicy`.
    #[must_use]
    pub fn explicit<N: Into<String>>(methods: impl IntoIterator<Item = N>) -> Self {
        let methods: BTreeSet<String> = methods.into_iter().map(Into::into).collect();
        let rule =
            move |_: &ApiDescriptor, method: &MethodDescriptor| methods.contains(method.name);
        Self { name: "explicit", rule: Arc::new(rule) }
    }

    /// Those for which `rule` is true.
    #[must_use]
    pub fn custom(
        rule: impl Fn(&ApiDescriptor, &MethodDescriptor) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { name: "custom", rule: Arc::new(rule) }
    }

    pub(super) fn allows(&self, api: &ApiDescriptor, method: &MethodDescriptor) -> bool {
        (self.rule)(api, method)
    }
}

impl Default for AccessPolicy {
    /// All methods but those whose name begins with an underscore; the peer's
    /// `DefaultRPCAccessPolicy`. No API of `#[rpc_api]` has such a method.
    fn default() -> Self {
        let rule = |_: &ApiDescriptor, method: &MethodDescriptor| !method.name.starts_with('_');
        Self { name: "default", rule: Arc::new(rule) }
    }
}

impl fmt::Debug for AccessPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AccessPolicy").field(&self.name).finish()
    }
}
