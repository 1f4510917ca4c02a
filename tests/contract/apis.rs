//! APIs that changed: what is said of everything but types.

use messaging::contract::{Change, Contract, Needs, Report, compare};
use serde_json::{Value, json};

use crate::changes::contract;

/// What is changed.
fn scheduler() -> Value {
    json!({
        "name": "Scheduler",
        "topic": "scheduler",
        "version": "2.6",
        "docs": "Places instances.",
        "methods": [
            {
                "name": "select_hosts",
                "since": "2.0",
                "idempotent": true,
                "timeout": "30s",
                "params": [
                    {"name": "spec", "since": "2.0", "schema": {"type": "string"}},
                    {"name": "limit", "since": "2.4", "optional": true,
                     "schema": {"type": "integer"}},
                ],
                "result": {"type": "string"},
                "errors": {"classes": [
                    {"module": "demo", "class": "NoHost",
                     "kwargs": {"reason": {"schema": {"type": "string"}},
                                "detail": {"optional": true, "schema": {"type": "string"}}}},
                    {"module": "demo", "class": "Busy", "args": [{"schema": {"type": "string"}}]},
                    {"module": "demo", "class": "Broken"},
                ]},
            },
            {"name": "rest", "since": "2.3", "cast": true, "params": [
                {"name": "seconds", "since": "2.3", "schema": {"type": "integer"}},
            ]},
            {"name": "ping", "since": "2.0", "params": [], "result": {"type": "null"},
             "errors": "any"},
        ],
    })
}

fn method(name: &str, since: &str) -> Value {
    json!({"name": name, "since": since, "params": [], "result": true, "errors": "any"})
}

/// A change: what it does, and the verdicts on an old client, a new client, and what it needs.
struct Case {
    name: &'static str,
    change: fn(&mut Value),
    expected: [&'static str; 3],
}

const PATCH: [&str; 3] = ["works", "works", "patch"];
const MINOR: [&str; 3] = ["works", "works", "minor"];
const CARE: [&str; 3] = ["works", "works with care", "minor"];
const OLD: [&str; 3] = ["BREAKS", "works", "major"];
const NEW: [&str; 3] = ["works", "BREAKS", "major"];
const BOTH: [&str; 3] = ["BREAKS", "BREAKS", "major"];

macro_rules! cases {
    ($($name:literal: |$api:ident| $change:expr => $expected:expr;)*) => {
        [$(Case { name: $name, change: |$api| { let _ = $change; }, expected: $expected }),*]
    };
}

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().expect("a list").push(item);
}

fn remove(list: &mut Value, at: usize) {
    list.as_array_mut().expect("a list").remove(at);
}

fn classes(api: &mut Value) -> &mut Value {
    &mut api["methods"][0]["errors"]["classes"]
}

#[test]
fn every_change_of_an_api_has_its_verdict() {
    let cases = cases! {
        // The API.
        "nothing": |api| &api => PATCH;
        "its documentation": |api| api["docs"] = json!("Another text.") => PATCH;
        "its version alone": |api| api["version"] = json!("2.7") => PATCH;
        "its version goes back": |api| api["version"] = json!("2.5") => OLD;
        "the trait's name": |api| api["name"] = json!("Placer") => PATCH;
        "its topic": |api| api["topic"] = json!("placer") => BOTH;
        "its namespace": |api| api["namespace"] = json!("v2") => BOTH;

        // Methods.
        "a method is new": |api| push(&mut api["methods"], method("new", "2.7")) => MINOR;
        "a method is new and said to be old":
            |api| push(&mut api["methods"], method("new", "2.0")) => NEW;
        "a method is gone": |api| remove(&mut api["methods"], 2) => OLD;
        "methods in another order": |api| api["methods"].as_array_mut().unwrap().reverse() => PATCH;
        "documentation of a method": |api| api["methods"][0]["docs"] = json!("New.") => PATCH;
        "a method is said to be older": |api| api["methods"][1]["since"] = json!("2.1") => NEW;
        "a method is said to be newer than it was":
            |api| api["methods"][2]["since"] = json!("2.1") => CARE;
        "a method is said to be of the new version":
            |api| api["methods"][2]["since"] = json!("2.7") => NEW;
        "a method is no longer idempotent":
            |api| api["methods"][0]["idempotent"] = json!(false) => OLD;
        "a method becomes idempotent": |api| api["methods"][2]["idempotent"] = json!(true) => CARE;
        "another timeout": |api| api["methods"][0]["timeout"] = json!("1500ms") => PATCH;
        "a call without result becomes a cast": |api| api["methods"][2]["cast"] = json!(true)
            => MINOR;
        "a call with a result becomes a cast":
            |api| api["methods"][0]["cast"] = json!(true) => OLD;
        "a cast becomes a call with a result": |api| {
            api["methods"][1]["cast"] = json!(false);
            api["methods"][1]["result"] = json!({"type": "integer"});
        } => NEW;
        "a cast becomes a call without result": |api| {
            api["methods"][1]["cast"] = json!(false);
            api["methods"][1]["result"] = json!({"type": "null"});
        } => MINOR;
        "a cast becomes a call of which no result is known":
            |api| api["methods"][1]["cast"] = json!(false) => ["works", "NOT JUDGED", "major"];

        // Parameters.
        "a parameter is new": |api| push(&mut api["methods"][2]["params"],
            json!({"name": "new", "since": "2.7", "optional": true})) => MINOR;
        "a parameter is new and said to be old": |api| push(&mut api["methods"][2]["params"],
            json!({"name": "new", "since": "2.0", "optional": true})) => NEW;
        "a parameter is new and required": |api| push(&mut api["methods"][2]["params"],
            json!({"name": "new", "since": "2.0"})) => BOTH;
        "an Option parameter is new": |api| push(&mut api["methods"][2]["params"],
            json!({"name": "new", "since": "2.0", "nullable": true})) => NEW;
        "a required parameter is gone": |api| remove(&mut api["methods"][1]["params"], 0) => BOTH;
        "a parameter with a default is gone":
            |api| remove(&mut api["methods"][0]["params"], 1) => OLD;
        "parameters in another order":
            |api| api["methods"][0]["params"].as_array_mut().unwrap().reverse() => PATCH;
        "a parameter gets a default":
            |api| api["methods"][0]["params"][0]["optional"] = json!(true) => CARE;
        "a parameter loses its default":
            |api| api["methods"][0]["params"][1]["optional"] = json!(false) => OLD;
        "a parameter that has a default is said to be newer":
            |api| api["methods"][0]["params"][1]["since"] = json!("2.5") => CARE;
        "a required parameter is said to be newer":
            |api| api["methods"][0]["params"][0]["since"] = json!("2.5") => NEW;
        "a parameter is said to be of the new version":
            |api| api["methods"][0]["params"][1]["since"] = json!("2.7") => NEW;
        "a parameter is said to be older":
            |api| api["methods"][0]["params"][1]["since"] = json!("2.2") => NEW;
        "a parameter of another type":
            |api| api["methods"][0]["params"][0]["schema"] = json!({"type": "null"}) => BOTH;

        // Schemas.
        "a schema is gone": |api| api["methods"][0]["result"] = Value::Null
            => ["NOT JUDGED", "NOT JUDGED", "major"];
        "anything in place of an integer":
            |api| api["methods"][1]["params"][0]["schema"] = json!(true) => CARE;
        "a title of a schema": |api| api["methods"][0]["result"]["title"] = json!("T") => PATCH;

        // Errors.
        "a class is new": |api| push(classes(api), json!({"module": "demo", "class": "New"}))
            => MINOR;
        "a class is gone": |api| remove(classes(api), 2) => MINOR;
        "a class has another name": |api| classes(api)[2]["class"] = json!("Defect") => OLD;
        "a class is of another module": |api| classes(api)[2]["module"] = json!("other") => OLD;
        "a field of an error is new": |api|
            classes(api)[0]["kwargs"]["host"] = json!({"schema": {"type": "string"}}) => NEW;
        "a field of an error with a default is new": |api| classes(api)[0]["kwargs"]["host"] =
            json!({"optional": true, "schema": {"type": "string"}}) => MINOR;
        "a field of an error loses its default": |api|
            classes(api)[0]["kwargs"]["detail"]["optional"] = json!(false)
            => ["works", "works", "major"];
        "a field of an error is gone": |api| classes(api)[1]["args"] = json!([]) => MINOR;
        "a field of an error that is no text is new": |api|
            classes(api)[2]["args"] = json!([{"schema": {"type": "integer"}}]) => NEW;
        "a field of an error has another name": |api| classes(api)[0]["kwargs"] =
            json!({"why": {"schema": {"type": "string"}}}) => BOTH;
        "a field of an error is wider": |api| classes(api)[0]["kwargs"]["reason"]["schema"] =
            json!({"type": ["string", "null"]}) => OLD;
        "any error": |api| api["methods"][0]["errors"] = json!("any") => MINOR;
        "no longer any error":
            |api| api["methods"][2]["errors"] = json!({"classes": []}) => MINOR;
    };
    let old = contract(scheduler());
    let mut wrong = Vec::new();
    for Case { name, change, expected } in &cases {
        let report = changed(&old, *change);
        let said = worst(&report.changes);
        if said != *expected {
            wrong.push(format!("{name}: {said:?}, not {expected:?}\n{report}"));
        }
    }
    assert!(wrong.is_empty(), "of {}:\n{}", cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 50, "{} cases", cases.len());
}

fn changed(old: &Contract, change: fn(&mut Value)) -> Report {
    let mut api = scheduler();
    change(&mut api);
    compare(old, &contract(api))
}

/// The worst verdicts of all.
fn worst(changes: &[Change]) -> [String; 3] {
    let worst = |of: fn(&Change) -> messaging::contract::Verdict| {
        changes.iter().map(of).max().map_or("works".to_owned(), |it| it.to_string())
    };
    let needs = changes.iter().map(|it| it.needs).max().unwrap_or(Needs::Patch);
    [worst(|it| it.old_client.verdict), worst(|it| it.new_client.verdict), needs.to_string()]
}

#[test]
fn the_version_has_to_cover_what_changed() {
    let old = contract(scheduler());
    let is_covered = |change: fn(&mut Value), version: &str| {
        let mut api = scheduler();
        change(&mut api);
        api["version"] = json!(version);
        compare(&old, &contract(api)).is_covered()
    };
    let patch: fn(&mut Value) = |api| api["methods"][0]["timeout"] = json!("1s");
    let minor: fn(&mut Value) = |api| push(&mut api["methods"], method("new", "2.7"));
    let major: fn(&mut Value) = |api| remove(&mut api["methods"], 0);
    for (change, covered) in [
        (patch, ["2.6", "2.7", "2.8", "3.0", "4.1"].as_slice()),
        (minor, &["2.7", "2.8", "3.0", "4.1"]),
        (major, &["3.0", "4.1"]),
    ] {
        for version in ["1.9", "2.5", "2.6", "2.7", "2.8", "3.0", "4.1"] {
            assert_eq!(is_covered(change, version), covered.contains(&version), "{version}");
        }
    }
}

#[test]
fn a_new_major_may_say_all_anew() {
    let mut api = scheduler();
    api["version"] = json!("3.0");
    for method in api["methods"].as_array_mut().unwrap() {
        method["since"] = json!("3.0");
        for param in method["params"].as_array_mut().unwrap() {
            param["since"] = json!("3.0");
        }
    }
    push(&mut api["methods"], method("new", "3.0"));
    let report = compare(&contract(scheduler()), &contract(api));
    assert!(report.is_covered() && report.changes.len() == 1, "{report}");
}

#[test]
fn a_report_says_what_to_do() {
    let mut api = scheduler();
    api["methods"][2]["name"] = json!("pong");
    push(&mut api["methods"][0]["params"], json!({"name": "more", "since": "2.0"}));
    api["methods"][0]["result"] = json!({"type": ["string", "null"]});
    let report = compare(&contract(scheduler()), &contract(api)).to_string();
    assert_eq!(report.trim_end(), REPORT.trim_end(), "\n{report}");
}

const REPORT: &str = "\
API `Scheduler`: 2.6 before, 2.6 now; 4 changes, which need a major: declare `version = \"3.0\"`, or do as is said below

major  method `ping`
       it is gone
       old client, new server: BREAKS: the server does not have it
       new client, old server: works
       to do: if `pong` is the same method, keep its name on the wire: `#[rpc(name = \"ping\")]`

major  method `pong`
       it is new, since 2.0
       old client, new server: works
       new client, old server: BREAKS: it is said to be there since 2.0, so it is sent to servers of 2.6, which do not have it
       to do: write `#[rpc(since = \"2.7\")]` on it and declare `version = \"2.7\"`: then a minor will do

major  method `select_hosts`, parameter `more`
       it is new, since 2.0
       old client, new server: BREAKS: the server requires it
       new client, old server: BREAKS: the server refuses arguments that it does not know
       to do: write `#[rpc(since = \"2.7\")]` on it and declare `version = \"2.7\"`: then a minor will do

major  method `select_hosts`, result
       it was a string, is a string or null
       old client, new server: BREAKS: the new server writes null, the old client reads a string
       new client, old server: works
       to do: keep what old clients read (all members, no new variants), or add a method with `since`
";

#[test]
fn a_contract_of_a_peer_is_compared_within_bounds() {
    // References that go round, and alternatives that multiply.
    let round = json!({"$ref": "#/$defs/A"});
    let both = json!({"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}]});
    let many: Vec<_> = (0..200).map(|it| json!({"const": it})).collect();
    let many = json!({"allOf": [{"anyOf": many}, {"anyOf": many}, {"anyOf": many}]});
    let wide_one = json!({"$ref": "#/$defs/W"});
    let chain =
        |it: u32| (format!("C{it}"), json!({"items": {"$ref": format!("#/$defs/C{}", it + 1)}}));
    let chain = Value::Object((0..5_000).map(chain).collect());
    for (types, schema) in [
        (json!({"A": round}), round.clone()),
        (json!({"A": both}), round.clone()),
        (json!({}), round),
        (json!({}), many),
        (json!({"W": {"anyOf": [{"items": wide_one}, {"items": {"items": wide_one}}]}}), wide_one),
        (chain, json!({"$ref": "#/$defs/C0"})),
        (json!({}), json!(7)),
        (json!({}), json!({"type": 7, "properties": [], "required": {}, "anyOf": {}})),
    ] {
        let of = |schema: Value| {
            let mut api = scheduler();
            api["types"] = types.clone();
            api["methods"][0]["result"] = schema;
            contract(api)
        };
        let report = compare(&of(schema.clone()), &of(json!({"items": schema, "type": "array"})));
        assert!(!report.to_string().is_empty());
        assert!(compare(&of(schema.clone()), &of(schema)).changes.len() < 2);
    }
}

/// A runtime thread has no more.
const STACK: usize = 2 << 20;

#[test]
fn a_recursive_type_is_compared_with_a_peers_endless_chain_on_a_small_stack() {
    let node = |next: &str| {
        let next = json!({"anyOf": [{"$ref": format!("#/$defs/{next}")}, {"type": "null"}]});
        json!({"type": "object", "properties": {"next": next}})
    };
    let api = |types: Value, first: &str| {
        let mut api = scheduler();
        api["types"] = types;
        api["methods"][0]["result"] = json!({"$ref": format!("#/$defs/{first}")});
        contract(api)
    };
    let ours = api(json!({"T": node("T")}), "T");
    let chain = (0..5000).map(|it| (format!("T{it}"), node(&format!("T{}", it + 1))));
    let chain = api(Value::Object(chain.collect()), "T0");
    let compared = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || [compare(&ours, &chain), compare(&chain, &ours)].map(|it| it.needs()));
    assert_eq!(compared.unwrap().join().unwrap(), [Needs::Major; 2]);
}

/// Each of the alternatives copies all members.
#[test]
fn what_is_copied_of_a_peers_schemas_is_bounded() {
    let members = (0..20_000).map(|it| (format!("m{it}"), json!({"type": "string"})));
    let large = json!({"type": "object", "properties": members.collect::<serde_json::Map<_, _>>()});
    let one = |it: u32| json!({"$ref": "#/$defs/L", "required": [format!("m{it}")]});
    let api = |alternatives: u32| {
        let mut api = scheduler();
        api["types"] = json!({"L": large});
        api["methods"][0]["result"] =
            json!({"anyOf": (0..alternatives).map(one).collect::<Vec<_>>()});
        contract(api)
    };
    let report = compare(&contract(scheduler()), &api(200)).to_string();
    assert!(report.contains("too large to be compared"), "{}", report.len());
    let report = compare(&contract(scheduler()), &api(1)).to_string();
    assert!(!report.contains("too large to be compared"), "{}", report.len());
}
