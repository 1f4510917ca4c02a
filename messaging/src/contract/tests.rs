use std::time::Duration;

use serde_json::json;

use super::*;
use crate::{ApiDescriptor, MethodDescriptor, ParamDescriptor, Version};

const API: ApiDescriptor = ApiDescriptor::__new(
    "Scheduler",
    "scheduler",
    None,
    Version::new(2, 6),
    "Places instances.",
    &[
        MethodDescriptor::__new(
            "select_hosts",
            Version::new(2, 0),
            false,
            true,
            Some(Duration::from_secs(30)),
            "The hosts fit.",
            &[
                ParamDescriptor::__new("spec", 2, 0, false),
                ParamDescriptor::__new("filter", 2, 6, true),
            ],
        ),
        MethodDescriptor::__new("rest", Version::new(2, 3), true, false, None, "", &[]),
    ],
);

#[test]
fn a_contract_is_read_as_it_was_written() {
    let mut contract = Contract::of(&API);
    let method = &mut contract.methods[0];
    method.timeout = Some(Duration::from_millis(1500));
    method.params[0].schema = Some(Schema::new(json!({"type": "null"}), json!(true)));
    method.result = Some(Schema::both(json!({"$ref": "#/$defs/Host"})));
    let field = FieldContract { optional: true, schema: Schema::both(json!(true)) };
    method.errors = Some(Errors::Classes(vec![ErrorContract {
        module: "demo".to_owned(),
        class: "Busy".to_owned(),
        args: vec![field.clone()],
        kwargs: [("host".to_owned(), field)].into(),
    }]));
    contract.methods[1].errors = Some(Errors::Any);
    contract.types.insert("Host".to_owned(), Schema::both(json!({"type": "object"})));

    let text = serde_json::to_string_pretty(&contract).unwrap();
    assert_eq!(serde_json::from_str::<Contract>(&text).unwrap(), contract);
    assert!(text.contains(r#""version": "2.6""#) && text.contains(r#""timeout": "1500ms""#));
}

#[test]
fn what_is_no_contract_is_refused_and_what_is_new_is_skipped() {
    let read = |text: &str| serde_json::from_str::<Contract>(text).map_err(|it| it.to_string());
    let contract = r#"{"name": "A", "topic": "a", "version": "1.0", "new": 1, "methods": []}"#;
    assert_eq!(read(contract).unwrap().version, Version::new(1, 0));
    assert!(read(&contract.replace("1.0", "one")).unwrap_err().contains("MAJOR.MINOR"));
    let timeout = r#"[{"name": "m", "since": "1.0", "timeout": "soon"}]"#;
    assert!(read(&contract.replace("[]", timeout)).unwrap_err().contains("`30s`"));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let method = format!(r#"[{{"name": "m", "since": "1.0", "result": {deep}}}]"#);
    assert!(read(&contract.replace("[]", &method)).unwrap_err().contains("recursion limit"));
    assert!(read(&contract.replace("1, ", &format!("{deep}, "))).is_ok());
}

/// A change of either value breaks the comparison with every peer of another release.
#[test]
fn hashes_stay_what_they_are() {
    let contract = Contract::of(&API);
    assert_eq!(contract.surface_hash(), "ae80f041f3365796b1c444fbe6f0fa36");
    assert_eq!(contract.hash(), "6692917868a45313aeb92d42f032fdcb");
}

#[test]
fn hashes_differ_where_a_peer_could_notice() {
    let contract = Contract::of(&API);
    let changed = |change: &dyn Fn(&mut Contract)| {
        let mut changed = contract.clone();
        change(&mut changed);
        (changed.surface_hash() != contract.surface_hash(), changed.hash() != contract.hash())
    };
    let schema = |text: &str| Some(Schema::both(json!({"type": "integer", "title": text})));

    assert_eq!(changed(&|it| it.docs.clear()), (false, false));
    assert_eq!(changed(&|it| it.methods.reverse()), (false, false));
    assert_eq!(changed(&|it| it.methods[0].params.reverse()), (false, false));
    assert_eq!(changed(&|it| it.methods[0].timeout = None), (false, true));
    assert_eq!(changed(&|it| it.methods[0].result = schema("")), (false, true));
    assert_eq!(changed(&|it| it.methods[0].idempotent = false), (true, true));
    assert_eq!(changed(&|it| it.methods[0].params[1].optional = false), (true, true));
    assert_eq!(changed(&|it| it.version = Version::new(2, 7)), (true, true));

    let with = |text: &str| {
        let mut with = contract.clone();
        with.methods[0].result = schema(text);
        with.hash()
    };
    assert_eq!(with("one title"), with("another"));
}

#[test]
fn names_and_values_of_the_user_are_no_explanations() {
    let mut contract = Contract::of(&API);
    let schema = json!({
        "description": "gone",
        "properties": {"title": {"title": "gone", "default": {"title": "kept"}}},
        "anyOf": [{"description": "gone", "const": {"description": "kept"}}],
    });
    contract.methods[0].result = Some(Schema::both(schema));
    let kept = json!({
        "properties": {"title": {"default": {"title": "kept"}}},
        "anyOf": [{"const": {"description": "kept"}}],
    });
    assert_eq!(contract.without_docs().methods[0].result, Some(Schema::both(kept)));
}
