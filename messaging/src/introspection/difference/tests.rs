use super::*;
use crate::introspection::ApiDescription;
use crate::{ApiDescriptor, MethodDescriptor, ParamDescriptor};

const fn v(minor: u32) -> Version {
    Version::new(2, minor)
}

const fn method(
    name: &'static str,
    since: Version,
    params: &'static [ParamDescriptor],
) -> MethodDescriptor {
    MethodDescriptor::__new(name, since, false, false, None, "", params)
}

const fn api(version: Version, methods: &'static [MethodDescriptor]) -> ApiDescriptor {
    ApiDescriptor::__new("Api", "topic", None, version, "", methods)
}

const A: ParamDescriptor = ParamDescriptor::__new("a", 2, 0, false);

const OLD: ApiDescriptor = api(
    v(6),
    &[method("same", v(0), &[A]), method("gone", v(0), &[]), method("grown", v(0), &[A])],
);

const NEW: ApiDescriptor = api(
    v(7),
    &[
        method("new", v(7), &[]),
        method("same", v(0), &[A]),
        method("grown", v(0), &[A, ParamDescriptor::__new("b", 2, 7, true)]),
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
    ContractDifference::between(&Contract::of(known), None, &served(&apis)).unwrap()
}

#[test]
fn each_method_that_differs_is_named_with_what_it_means_for_this_client() {
    let old_client = between(&OLD, &[NEW]).unwrap();
    assert!(old_client.is_server_newer());
    assert_eq!(old_client.methods(), ["gone", "grown", "new"]);
    let breaking: Vec<_> = old_client
        .changes()
        .filter(|(_, effect)| effect.verdict == Verdict::Breaks)
        .map(|(change, _)| change.method.as_deref())
        .collect();
    assert_eq!((breaking, old_client.verdict()), (vec![Some("gone")], Verdict::Breaks));
    let text = old_client.to_string();
    for part in [
        "server `host-1` has version 2.7, and this client knows 2.6; what the server's changes: ",
        "method `gone`: it is gone (BREAKS: the server does not have it)",
        "method `new`: it is new, since 2.7 (works)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }

    let new_client = between(&NEW, &[OLD]).unwrap();
    assert!(!new_client.is_server_newer());
    assert_eq!(new_client.methods(), ["gone", "grown", "new"]);
    assert_ne!(new_client.verdict(), Verdict::Breaks, "{new_client}");
    assert!(new_client.to_string().contains("what this client's changes: "), "{new_client}");
}

#[test]
fn what_is_the_same_is_no_difference_whatever_stands_beside_it() {
    assert_eq!(between(&OLD, &[NEW, OLD]), None);
    let documented = ApiDescriptor { docs: "Words.", ..OLD };
    assert_eq!(between(&OLD, &[documented]), None);
    let raised = ApiDescriptor { version: v(8), ..OLD };
    let difference = between(&OLD, &[raised]).unwrap();
    assert_eq!((difference.methods(), difference.verdict()), (vec![], Verdict::Works));
    assert!(difference.to_string().ends_with("; no method differs"), "{difference}");
}

#[test]
fn the_api_meant_is_that_of_the_namespace_and_the_major_version() {
    let another = ApiDescriptor { namespace: Some("another"), ..OLD };
    let older = api(Version::new(1, 9), &[]);
    let difference = between(&OLD, &[another, older, NEW]).unwrap();
    assert_eq!(difference.served.map(|served| served.version), Some(v(7)));
    let difference = between(&OLD, &[another]).unwrap();
    assert_eq!((&difference.served, difference.verdict()), (&None, Verdict::Breaks));
    assert_eq!(difference.to_string(), "server `host-1` does not serve this API");
    // By a name that it had before.
    let known = Contract::of(&another);
    let description = served(std::slice::from_ref(&known));
    assert_eq!(ContractDifference::between(&known, Some("old"), &description).unwrap(), None);
}

/// A server may send any number of methods, with names of any length.
#[test]
fn what_is_compared_and_what_is_written_of_it_is_bounded() {
    let known = Contract::of(&OLD);
    let many = |count: usize| {
        let mut other = Contract::of(&NEW);
        for number in 0..count {
            let mut method = other.methods[0].clone();
            method.name = format!("{number}{}", "x".repeat(1000));
            other.methods.push(method);
        }
        ContractDifference::between(&known, None, &served(&[other]))
    };
    let difference = many(900).unwrap().unwrap();
    assert_eq!(difference.methods().len(), 903);
    let text = difference.to_string();
    assert!(text.ends_with(" more") && text.len() < 20_000, "{}: {text}", text.len());
    assert_eq!(many(1000).unwrap_err().kind(), ErrorKind::Decode);
}

#[test]
fn the_schemas_that_are_compared_are_bounded() {
    let known = Contract::of(&OLD);
    let schema = |items: usize| crate::contract::Schema::both(serde_json::json!(vec![0; items]));
    let refused = |types: usize, items: usize, results: usize| {
        let mut other = Contract::of(&NEW);
        other.types = (0..types).map(|it| (it.to_string(), schema(1))).collect();
        for method in other.methods.iter_mut().take(results) {
            method.result = Some(schema(items));
        }
        ContractDifference::between(&known, None, &served(&[other])).map_err(|it| it.to_string())
    };
    assert!(refused(2000, 0, 0).is_ok() && refused(0, 20_000, 2).is_ok());
    assert!(refused(2001, 0, 0).unwrap_err().contains("2001 types"));
    assert!(refused(0, 20_000, 3).unwrap_err().contains("120006 nodes of schemas"));
}
