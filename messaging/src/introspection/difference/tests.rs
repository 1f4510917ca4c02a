use std::time::Duration;

use super::*;
use crate::introspection::ApiDescription;
use crate::{ApiDescriptor, MethodDescriptor, ParamDescriptor};

const fn v(minor: u32) -> Version {
    Version::new(2, minor)
}

const fn method(
    name: &'static str,
    idempotent: bool,
    params: &'static [ParamDescriptor],
) -> MethodDescriptor {
    MethodDescriptor::__new(name, v(0), false, idempotent, None, "", params)
}

const fn api(version: Version, methods: &'static [MethodDescriptor]) -> ApiDescriptor {
    ApiDescriptor::__new("Api", "topic", None, version, "", methods)
}

const KNOWN: ApiDescriptor = api(
    v(6),
    &[
        method("same", false, &[ParamDescriptor::__new("a", v(0), false)]),
        method("gone", false, &[]),
        method(
            "changed",
            false,
            &[ParamDescriptor::__new("a", v(0), false), ParamDescriptor::__new("b", v(0), false)],
        ),
    ],
);

const SERVED: ApiDescriptor = api(
    v(7),
    &[
        method("new", false, &[]),
        method("same", false, &[ParamDescriptor::__new("a", v(0), false)]),
        method(
            "changed",
            true,
            &[ParamDescriptor::__new("c", v(7), true), ParamDescriptor::__new("b", v(0), true)],
        ),
    ],
);

fn served(apis: &[Contract]) -> Description {
    let described = |contract: &Contract| ApiDescription {
        contract: contract.clone(),
        surface_hash: String::new(),
        hash: String::new(),
        legacy_namespaces: vec![Some("old".to_owned())],
    };
    let apis = apis.iter().map(described).collect();
    Description { server: "host-1".to_owned(), apis, ..Description::default() }
}

fn between(known: &ApiDescriptor, apis: &[ApiDescriptor]) -> Option<ContractDifference> {
    let apis: Vec<_> = apis.iter().map(Contract::of).collect();
    ContractDifference::between(&Contract::of(known), None, &served(&apis))
}

#[test]
fn each_method_that_differs_is_named_with_what_differs_of_it() {
    let difference = between(&KNOWN, &[SERVED]).unwrap();
    assert_eq!(
        difference.to_string(),
        "server `host-1` differs: version is 2.7 there and 2.6 here; method `gone` is not the \
         server's; method `changed` differs (idempotent is true there and false here, parameter `a` \
         is not the server's, optional of parameter `b` is true there and false here, parameter `c` \
         (since 2.7) is not this client's); method `new` (since 2.0) is not this client's"
    );
    let methods: Vec<_> = difference.methods.iter().map(MethodDifference::method).collect();
    assert_eq!(methods, ["gone", "changed", "new"]);
    assert_eq!(difference.served, Some(Contract::of(&SERVED)));
}

#[test]
fn what_is_the_same_is_no_difference_whatever_stands_beside_it() {
    assert_eq!(between(&KNOWN, &[SERVED, KNOWN]), None);
    let documented = ApiDescriptor { docs: "Words.", ..KNOWN };
    assert_eq!(between(&KNOWN, &[documented]), None);
}

#[test]
fn the_api_meant_is_that_of_the_namespace_and_the_major_version() {
    let another = ApiDescriptor { namespace: Some("another"), ..KNOWN };
    let older = api(Version::new(1, 9), &[]);
    let difference = between(&KNOWN, &[another, older, SERVED]).unwrap();
    assert_eq!(difference.served.map(|served| served.version), Some(v(7)));
    let difference = between(&KNOWN, &[another]).unwrap();
    assert_eq!(difference.served, None);
    assert_eq!(difference.to_string(), "server `host-1` does not serve this API");
    // By a name that it had before.
    let known = Contract::of(&another);
    let description = served(std::slice::from_ref(&known));
    assert_eq!(ContractDifference::between(&known, Some("old"), &description), None);
}

/// Timeouts and schemas are compared where both sides tell them.
#[test]
fn schemas_are_compared_where_both_sides_have_them() {
    let mut known = Contract::of(&KNOWN);
    let mut other = known.clone();
    other.methods[0].timeout = Some(Duration::from_secs(1));
    let schema = |text: &str| Some(crate::contract::Schema::both(text.into()));
    other.methods[0].result = schema("a");
    assert_eq!(ContractDifference::between(&known, None, &served(&[other.clone()])), None);
    known.methods[0].result = schema("b");
    let difference = ContractDifference::between(&known, None, &served(&[other])).unwrap();
    let changes = vec!["timeout is 1s there and none here".into(), "the result differs".into()];
    assert_eq!(difference.methods, [MethodDifference::Changed { method: "same".into(), changes }]);
}

/// A server may send any number of methods, with names of any length.
#[test]
fn what_is_written_of_it_is_bounded() {
    let known = Contract::of(&KNOWN);
    let mut other = known.clone();
    for number in 0..1000 {
        let mut method = other.methods[0].clone();
        method.name = format!("{number}{}", "x".repeat(1000));
        other.methods.push(method);
        let mut param = other.methods[2].params[0].clone();
        param.name = format!("{number}{}", "x".repeat(1000));
        other.methods[2].params.push(param);
    }
    let difference = ContractDifference::between(&known, None, &served(&[other])).unwrap();
    assert_eq!(difference.methods.len(), 1001);
    let text = difference.to_string();
    assert!(text.ends_with("; and 981 more") && text.len() < 10_000, "{}: {text}", text.len());
}
