//! Which endpoint and method serve a request.

use std::fmt;
use std::sync::Arc;

use super::{AccessPolicy, AccessRequest, Endpoint, MODULE, Served, ServedApi, Tally};
use crate::error::shortened;
use crate::introspection::Introspection;
use crate::telemetry::Asked;
use crate::version::Requested;
use crate::{Failure, MethodDescriptor, Version};

/// Requests without a version are for this one (wire document, section 16.3).
const UNVERSIONED: Version = Version::new(1, 0);

/// The endpoints behind one topic, in the order in which they are asked.
pub(crate) struct Dispatcher {
    endpoints: Vec<Served>,
    policy: AccessPolicy,
}

/// The endpoint and the method that serve a request.
pub(crate) struct Route<'d> {
    pub(crate) endpoint: &'d Arc<dyn Endpoint>,
    pub(crate) method: &'static MethodDescriptor,
    pub(crate) tally: &'d Arc<Tally>,
    pub(crate) api: &'d Arc<ServedApi>,
}

impl Route<'_> {
    /// What was asked for by the name `method`: an endpoint may serve every name, and those are not
    /// known.
    pub(crate) fn asked<'a>(&'a self, method: &'a str) -> Asked<'a> {
        if self.method.name == MethodDescriptor::ANY.name {
            return Asked::Unknown(method);
        }
        Asked::Known { service: self.api.name(), method: self.method.name }
    }
}

/// Why nobody serves a request.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) failure: Failure,
    /// What comes nearest to what was asked for.
    pub(crate) api: Option<Arc<ServedApi>>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, api: None }
    }
}

impl Dispatcher {
    /// A dispatcher over `endpoints`; the first that fits a request serves it.
    pub(crate) fn new(endpoints: Vec<Served>, policy: AccessPolicy) -> Self {
        Self { endpoints, policy }
    }

    /// Finds who serves a request (wire document, section 16.3): the first endpoint with its
    /// namespace, a compatible version, and the method.
    ///
    /// # Errors
    ///
    /// `NoSuchMethod` if an endpoint of that namespace and version exists, and else
    /// `UnsupportedVersion`; both say what there is instead.
    pub(crate) fn route(
        &self,
        namespace: Option<&str>,
        version: Option<&str>,
        method: &str,
        user_id: Option<&str>,
    ) -> Result<Route<'_>, Refused> {
        let requested = match version {
            None => Some(Requested::new(UNVERSIONED)),
            Some(text) => Requested::parse(text),
        };
        let mut compatible = false;
        for served in &self.endpoints {
            let Served { api: served, endpoint } = served;
            let api = &served.api;
            let serves = requested.is_some_and(|requested| requested.served_by(api.version));
            if !serves || !served.is_in(namespace) {
                continue;
            }
            compatible = true;
            let name = method;
            if let Some((method, tally)) = served.method(name)
                && self.policy.allows(&AccessRequest {
                    api,
                    method,
                    name,
                    namespace,
                    version,
                    user_id,
                })
            {
                return Ok(Route { endpoint, method, tally, api: served });
            }
        }
        let failure = if compatible {
            no_such_method(namespace, method)
        } else {
            self.unsupported(namespace, version, method)
        };
        Err(Refused { failure, api: self.nearest(namespace, requested) })
    }

    /// The API of the namespace that is not the library's own: of the version asked for, if there
    /// is one, and else the first.
    fn nearest(
        &self,
        namespace: Option<&str>,
        requested: Option<Requested>,
    ) -> Option<Arc<ServedApi>> {
        let of_namespace = self.endpoints.iter().map(|served| &served.api);
        let of_namespace =
            of_namespace.filter(|api| api.is_in(namespace) && api.fingerprint().is_some());
        let serves = |api: &ServedApi| requested.is_some_and(|it| it.served_by(api.api.version));
        of_namespace.min_by_key(|api| !serves(api)).map(Arc::clone)
    }

    fn unsupported(&self, namespace: Option<&str>, version: Option<&str>, method: &str) -> Failure {
        let served: Vec<String> = self
            .endpoints
            .iter()
            .map(|served| &served.api.api)
            // Who asks for something else does not ask for what every server has.
            .filter(|api| api.namespace != Some(Introspection::NAMESPACE))
            .map(|api| format!("{} {}", named(api.namespace), api.version))
            .collect();
        Failure::new(
            MODULE,
            "UnsupportedVersion",
            format!(
                "Endpoint does not support RPC version {}. Attempted method: {} \
                 (asked for {}; served here: {})",
                version.map_or("1.0".into(), shortened),
                shortened(method),
                named(namespace),
                served.join(", ")
            ),
        )
    }
}

pub(crate) fn no_such_method(namespace: Option<&str>, method: &str) -> Failure {
    let method = shortened(method);
    let message = match namespace {
        None => format!("Endpoint does not support RPC method {method}"),
        Some(namespace) => {
            format!("Endpoint does not support RPC method {method} (in {})", named(Some(namespace)))
        }
    };
    Failure::new(MODULE, "NoSuchMethod", message)
}

fn named(namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => format!("namespace `{}`", shortened(namespace)),
        None => "the null namespace".to_owned(),
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.endpoints).finish()
    }
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.api.api.name.fmt(f)
    }
}

#[cfg(test)]
mod tests;
