//! From a request to the endpoint that serves it: namespace, version, method.

mod base_api;
mod built_in;
mod endpoint;
mod invocation;
mod ping;
mod policy;
mod served;
mod tally;
mod unpack;

use std::fmt;
use std::sync::Arc;

pub use base_api::BaseApi;
pub(crate) use built_in::{BuiltIn, Itself};
pub use endpoint::{Answer, Endpoint, Handled};
pub use invocation::Invocation;
pub(crate) use ping::Ping;
pub use policy::{AccessPolicy, AccessRequest};
pub(crate) use served::{Served, ServedApi};
pub(crate) use tally::Tally;
pub use unpack::Unpack;

use crate::error::shortened;
use crate::introspection::Introspection;
use crate::version::Requested;
use crate::{Failure, MethodDescriptor, Version};

/// The module of the failures that a dispatcher answers with, and that a Python client rebuilds.
pub(crate) const MODULE: &str = "oslo_messaging.rpc.dispatcher";

/// Requests without a version are for this one (wire document, section 16.3).
const UNVERSIONED: Version = Version::new(1, 0);

/// The endpoints behind one topic, in the order in which they are asked.
pub(crate) struct Dispatcher {
    endpoints: Vec<Served>,
    policy: AccessPolicy,
}

/// The endpoint and the method that serve a request.
pub(crate) struct Route {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) method: &'static MethodDescriptor,
    pub(crate) tally: Arc<Tally>,
    pub(crate) api: Arc<ServedApi>,
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
    ) -> Result<Route, Refused> {
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
            if let Some((method, tally)) = served.method(method)
                && self.policy.allows(&AccessRequest { api, method, namespace, version, user_id })
            {
                let (endpoint, tally) = (Arc::clone(endpoint), Arc::clone(tally));
                return Ok(Route { endpoint, method, tally, api: Arc::clone(served) });
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
mod tests {
    use super::*;
    use crate::ApiDescriptor;

    struct Api(ApiDescriptor);

    impl Endpoint for Api {
        fn api(&self) -> ApiDescriptor {
            self.0
        }

        fn handle(&self, _: Invocation) -> Handled {
            Box::pin(async { Answer::new(&()) })
        }
    }

    const fn method(name: &'static str) -> MethodDescriptor {
        MethodDescriptor::__new(name, Version::new(1, 0), false, false, None, "", &[])
    }

    fn dispatcher() -> Dispatcher {
        with_policy(AccessPolicy::default())
    }

    fn with_policy(policy: AccessPolicy) -> Dispatcher {
        const OLD: ApiDescriptor = ApiDescriptor::__new(
            "Old",
            "t",
            None,
            Version::new(1, 3),
            "",
            &[method("a"), method("b")],
        );
        const NEW: ApiDescriptor =
            ApiDescriptor::__new("New", "t", None, Version::new(2, 1), "", &[method("a")]);
        const ADMIN: ApiDescriptor = ApiDescriptor::__new(
            "Admin",
            "t",
            Some("admin"),
            Version::new(1, 0),
            "",
            &[method("c"), method("_hidden")],
        );
        let legacy = [None, Some("root".to_owned())];
        let endpoints = vec![
            Served::new(Api(OLD), []),
            Served::new(Api(NEW), []),
            Served::new(Api(ADMIN), legacy),
        ];
        Dispatcher::new(endpoints, policy)
    }

    #[test]
    fn namespace_version_and_method_choose_the_endpoint() {
        for (namespace, version, method, expected) in [
            (None, None, "a", "Old"),
            (None, Some("1.3"), "b", "Old"),
            (None, Some("1.3.0"), "b", "Old"),
            (None, Some("2.0"), "a", "New"),
            (Some("admin"), None, "c", "Admin"),
            (Some("root"), None, "c", "Admin"),
            (None, None, "c", "Admin"),
        ] {
            let route = dispatcher().route(namespace, version, method, None);
            let route = route.map_err(|refused| refused.failure.to_string());
            assert_eq!(route.map(|route| route.endpoint.api().name), Ok(expected));
        }
    }

    #[test]
    fn what_is_not_served_is_refused_by_its_class() {
        for (namespace, version, method, class) in [
            (None, Some("1.0"), "d", "NoSuchMethod"),
            (None, Some("1.0"), "_hidden", "NoSuchMethod"),
            (None, Some("2.0"), "b", "NoSuchMethod"),
            (Some("admin"), None, "a", "NoSuchMethod"),
            (None, Some("1.4"), "a", "UnsupportedVersion"),
            (None, Some("3.0"), "a", "UnsupportedVersion"),
            (None, Some("1"), "a", "UnsupportedVersion"),
            (None, Some("null"), "a", "UnsupportedVersion"),
            (Some(""), None, "a", "UnsupportedVersion"),
            (Some("nobody"), None, "a", "UnsupportedVersion"),
        ] {
            let Refused { failure, .. } =
                dispatcher().route(namespace, version, method, None).err().unwrap();
            assert!(failure.is(MODULE, class), "{version:?} {method}: {failure}");
        }
    }

    /// By its contract a client can tell what it has to do with.
    #[test]
    fn a_refusal_knows_what_comes_nearest() {
        for (namespace, version, nearest) in [
            (None, "2.0", Some("New")),
            (None, "9.0", Some("Old")),
            (Some("root"), "9.0", Some("Admin")),
            (Some("nobody"), "1.0", None),
        ] {
            let refused = dispatcher().route(namespace, Some(version), "none", None).err().unwrap();
            assert_eq!(refused.api.map(|api| api.api.name), nearest);
        }
    }

    #[test]
    fn the_policy_says_which_methods_exist() {
        for (policy, a, hidden) in [
            (AccessPolicy::default(), true, false),
            (AccessPolicy::legacy(), true, true),
            (AccessPolicy::explicit(["_hidden"]), false, true),
            (AccessPolicy::custom(|api, _| api.name == "Admin"), false, true),
        ] {
            let dispatcher = with_policy(policy);
            let allowed = |method| dispatcher.route(None, Some("1.0"), method, None).is_ok();
            assert_eq!((allowed("a"), allowed("_hidden")), (a, hidden), "{:?}", dispatcher.policy);
        }
    }

    /// The table of the peer. Ours differs where the peer's own code fails: a version that is none
    /// (`1`, `1.x`, the empty text) raises IndexError or ValueError there, and is a version that is
    /// not supported here. An API of ours always has a version, and never a revision.
    #[test]
    fn versions_are_compared_as_by_the_peer() {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/oslo/version_cases.json");
        let table: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let (mut same, mut raised) = (0, 0);
        for case in table["cases"].as_array().unwrap() {
            let Some(Ok(implemented)) = case["implemented"].as_str().map(str::parse) else {
                continue;
            };
            let api = ApiDescriptor::__new("Api", "t", None, implemented, "", &[METHOD]);
            let dispatcher =
                Dispatcher::new(vec![Served::new(Api(api), [])], AccessPolicy::default());
            // A null reaches the dispatcher as this text.
            let requested = case["requested"].as_str().unwrap_or("null");
            let route = dispatcher.route(None, Some(requested), "a", None).map(drop);
            match &case["answer"] {
                serde_json::Value::Bool(served) => {
                    assert_eq!(route.is_ok(), *served, "{case}");
                    same += 1;
                }
                answer => {
                    assert!(answer.as_str().unwrap().starts_with("raises "), "{case}");
                    assert!(route.is_err(), "{case}");
                    raised += 1;
                }
            }
            if let Err(Refused { failure, .. }) = route {
                assert!(failure.is(MODULE, "UnsupportedVersion"), "{case}: {failure}");
            }
        }
        assert!(same >= 40 && raised >= 10, "{same} {raised}");
    }

    const METHOD: MethodDescriptor = method("a");
}
