//! Who may call what.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::{ApiDescriptor, MethodDescriptor};

type Rule = dyn Fn(&AccessRequest<'_>) -> bool + Send + Sync;

/// What a policy decides on: a request, before its arguments are read.
#[derive(Clone, Copy, Debug)]
pub struct AccessRequest<'a> {
    pub(super) api: &'a ApiDescriptor,
    pub(super) method: &'a MethodDescriptor,
    pub(super) name: &'a str,
    pub(super) namespace: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) user_id: Option<&'a str>,
}

impl<'a> AccessRequest<'a> {
    /// The API that would serve it.
    #[must_use]
    pub fn api(&self) -> &'a ApiDescriptor {
        self.api
    }

    /// The method that would run.
    #[must_use]
    pub fn method(&self) -> &'a MethodDescriptor {
        self.method
    }

    /// The name that was asked for: the method's own, unless it is
    /// [`ANY`](MethodDescriptor::ANY).
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The namespace that it was asked for in, of which the endpoint may have several.
    #[must_use]
    pub fn namespace(&self) -> Option<&'a str> {
        self.namespace
    }

    /// The version that it was asked for in, as the caller wrote it; none counts as 1.0.
    #[must_use]
    pub fn version(&self) -> Option<&'a str> {
        self.version
    }

    /// The user who has sent it, which the broker has verified; none where the caller does not say
    /// (see [`Config::send_user_id`](crate::Config::send_user_id)), which is the default and what
    /// Python callers do.
    #[must_use]
    pub fn user_id(&self) -> Option<&'a str> {
        self.user_id
    }
}

/// Which methods of its endpoints a server lets its callers call. A method that is not allowed is
/// answered as one that does not exist.
///
/// ```
/// use messaging::AccessPolicy;
///
/// let only_ping = AccessPolicy::explicit(["ping"]);
/// let read_only = AccessPolicy::custom(|_, method| method.idempotent);
/// let known_callers = AccessPolicy::by_request(|request| match request.method().name {
///     "ping" => true,
///     _ => matches!(request.user_id(), Some("nova" | "cinder")),
/// });
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
        Self { name: "legacy", rule: Arc::new(|_| true) }
    }

    /// Those of these names alone; the peer's `ExplicitRPCAccessPolicy`.
    #[must_use]
    pub fn explicit<N: Into<String>>(methods: impl IntoIterator<Item = N>) -> Self {
        let methods: BTreeSet<String> = methods.into_iter().map(Into::into).collect();
        let rule = move |request: &AccessRequest<'_>| methods.contains(request.name);
        Self { name: "explicit", rule: Arc::new(rule) }
    }

    /// Those for which `rule` is true.
    #[must_use]
    pub fn custom(
        rule: impl Fn(&ApiDescriptor, &MethodDescriptor) -> bool + Send + Sync + 'static,
    ) -> Self {
        let rule = move |request: &AccessRequest<'_>| rule(request.api, request.method);
        Self { name: "custom", rule: Arc::new(rule) }
    }

    /// Those for which `rule` is true, which sees more of the request: its namespace, its version
    /// and the user who has sent it.
    #[must_use]
    pub fn by_request(rule: impl Fn(&AccessRequest<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self { name: "by request", rule: Arc::new(rule) }
    }

    pub(super) fn allows(&self, request: &AccessRequest<'_>) -> bool {
        (self.rule)(request)
    }
}

impl Default for AccessPolicy {
    /// All methods but those whose name begins with an underscore; the peer's
    /// `DefaultRPCAccessPolicy`. No API of `#[rpc_api]` has such a method.
    fn default() -> Self {
        let rule = |request: &AccessRequest<'_>| !request.name.starts_with('_');
        Self { name: "default", rule: Arc::new(rule) }
    }
}

impl fmt::Debug for AccessPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AccessPolicy").field(&self.name).finish()
    }
}
