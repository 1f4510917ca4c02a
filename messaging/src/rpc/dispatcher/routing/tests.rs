//! What is served, and what is refused.

use super::super::{Answer, Handled, Invocation};
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
    const OLD: ApiDescriptor =
        ApiDescriptor::__new("Old", "t", None, Version::new(1, 3), "", &[method("a"), method("b")]);
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
    let endpoints =
        vec![Served::new(Api(OLD), []), Served::new(Api(NEW), []), Served::new(Api(ADMIN), legacy)];
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
        let dispatcher = dispatcher();
        let route = dispatcher.route(namespace, version, method, None);
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
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/oslo/version_cases.json");
    let table: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut same, mut raised) = (0, 0);
    for case in table["cases"].as_array().unwrap() {
        let Some(Ok(implemented)) = case["implemented"].as_str().map(str::parse) else {
            continue;
        };
        let api = ApiDescriptor::__new("Api", "t", None, implemented, "", &[METHOD]);
        let dispatcher = Dispatcher::new(vec![Served::new(Api(api), [])], AccessPolicy::default());
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
