//! Failures: JSON text within the JSON text of a reply (wire document, section 11).

use serde::Serialize;
use serde_json::{Error, Map, Value};

use super::bounds::{Budget, NAME, NAMED, bounded, bounded_lines};
use super::json::{elements, for_each_field, read};
use crate::Failure;

/// What a Python service adds to class and module of an exception that it got itself.
const PASSED_ON: &str = "_Remote";

/// How many entries of a traceback are looked at.
const ENTRIES: usize = 64 * 1024;

/// The longest message. One that was passed on holds the tracebacks of all servers before.
const MESSAGE: usize = 64 * 1024;

pub(super) fn encode(failure: &Failure) -> String {
    #[derive(Serialize)]
    struct Wire<'a> {
        class: String,
        module: String,
        message: String,
        tb: Vec<String>,
        args: &'a [Value],
        kwargs: &'a Map<String, Value>,
    }
    let (module, class) = original(&failure.module, &failure.class);
    let wire = Wire {
        class: bounded(class, NAME),
        module: bounded(module, NAME),
        message: bounded(&failure.message, MESSAGE),
        tb: bounded_lines(&failure.traceback),
        args: &failure.args,
        kwargs: &failure.kwargs,
    };
    // Texts and JSON values: nothing that could refuse to be written.
    serde_json::to_string(&wire).unwrap_or_default()
}

/// The names that an exception had before it was passed on.
fn original<'a>(module: &'a str, class: &'a str) -> (&'a str, &'a str) {
    match (module.strip_suffix(PASSED_ON), class.strip_suffix(PASSED_ON)) {
        (Some(module), Some(class)) => (module, class),
        _ => (module, class),
    }
}

/// Reads a failure. All its keys may be missing, and one that is not as it must be is kept as the
/// text that it is, as is one with too much in it: that a method failed is never lost over how it was
/// told.
///
/// # Errors
///
/// If it is no JSON object.
pub(super) fn decode(text: &str) -> Result<Failure, Error> {
    let mut failure = Failure::new("", "", "").with_args(Vec::new());
    let budget = Budget::new();
    let held = |value: &str| budget.held(value);
    for_each_field(text, |key, value| {
        match &**key {
            "class" => failure.class = bounded(&said(value), NAME),
            // The name that the module has today is not the one of Python 2.
            "module" => {
                failure.module = match said(value).as_str() {
                    "exceptions" => "builtins".to_owned(),
                    module => bounded(module, NAME),
                }
            }
            "message" => failure.message = bounded(&said(value), MESSAGE),
            "tb" => failure.traceback = bounded_lines(&list(value, ENTRIES, said)),
            "args" => failure.args = list(value, NAMED, held),
            "kwargs" => failure.kwargs = named(value, held),
            _ => {}
        }
        Ok(())
    })?;
    Ok(failure)
}

/// A text; of a null nothing, and of anything else how it is written.
fn said(json: &str) -> String {
    read(json).unwrap_or_else(|_| if json == "null" { String::new() } else { json.to_owned() })
}

/// A list of elements, of which anything else is one; a null is nothing.
fn list<T>(json: &str, most: usize, element: impl Fn(&str) -> T) -> Vec<T> {
    match elements(json, most) {
        Ok(elements) => elements.into_iter().map(element).collect(),
        Err(_) if json == "null" => Vec::new(),
        Err(_) => vec![element(json)],
    }
}

fn named(json: &str, held: impl Fn(&str) -> Value) -> Map<String, Value> {
    let mut named = Map::new();
    let read = for_each_field(json, |name, value| {
        if named.len() == NAMED {
            return Ok(());
        }
        named.insert(name.clone().into_owned(), held(value));
        Ok(())
    });
    if read.is_err() {
        tracing::debug!("the named arguments of a failure are not an object; they are left out");
    }
    named
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Every case of the table: what the peer rebuilds from it, we have as data.
    #[test]
    fn all_that_the_peer_rebuilds_from_is_kept() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/fixtures/oslo/failure_rebuild_cases.json"
        );
        let table: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let cases = table["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 54);
        for case in cases {
            let text = case["failure"].as_str().unwrap();
            let failure = decode(text).unwrap_or_else(|error| panic!("{}: {error}", case["what"]));
            let mut sent: Value = serde_json::from_str(text).unwrap();
            if sent["module"] == "exceptions" {
                sent["module"] = json!("builtins");
            }
            let or = |key: &str, default: Value| match &sent[key] {
                Value::Null => default,
                sent => sent.clone(),
            };
            let expected = json!({
                "class": or("class", json!("")), "module": or("module", json!("")),
                "message": or("message", json!("")), "tb": or("tb", json!([])),
                "args": or("args", json!([])), "kwargs": or("kwargs", json!({})),
            });
            // Written again it is the same, key by key.
            assert_eq!(serde_json::from_str::<Value>(&encode(&failure)).unwrap(), expected);
            assert_eq!(decode(&encode(&failure)).unwrap(), failure);
            let caller = &case["caller_gets"];
            if caller["class"] == "RemoteError" {
                assert_eq!(caller["exc_type"].as_str().unwrap_or_default(), failure.class);
                assert_eq!(caller["value"], failure.message);
                assert_eq!(caller["traceback"], json!(failure.traceback));
            }
        }
    }

    #[test]
    fn a_failure_that_is_passed_on_has_its_first_name() {
        for (module, class, expected) in [
            ("demo.errors_Remote", "Full_Remote", ("demo.errors", "Full")),
            ("demo.errors", "Full_Remote", ("demo.errors", "Full_Remote")),
            ("demo_Remote", "Full", ("demo_Remote", "Full")),
        ] {
            let failure = decode(&encode(&Failure::new(module, class, "full"))).unwrap();
            assert_eq!((failure.module.as_str(), failure.class.as_str()), expected);
        }
    }

    #[test]
    fn what_is_not_as_it_must_be_is_kept_as_text() {
        let failure = decode(
            r#"{"class": 7, "module": null, "message": ["a"], "tb": "one line", "args": [NaN, {"a":
            [-Infinity]}, "\ud800"], "kwargs": {"load": Infinity, "host": "a"}, "more": 1}"#,
        )
        .unwrap();
        assert_eq!((failure.class.as_str(), failure.module.as_str()), ("7", ""));
        assert_eq!(
            (failure.message.as_str(), &*failure.traceback),
            (r#"["a"]"#, &["one line".to_owned()][..])
        );
        assert_eq!(failure.args[0], json!("NaN"));
        assert_eq!(failure.args[2], json!("\u{fffd}"));
        assert!(failure.args[1].as_str().unwrap().contains("-Infinity"));
        assert_eq!(Value::from(failure.kwargs.clone()), json!({"load": "Infinity", "host": "a"}));
        let nothing = r#"{"tb": null, "args": null, "kwargs": null, "message": null}"#;
        for nothing in [nothing, "{}", r#"{"kwargs": []}"#] {
            assert_eq!(decode(nothing).unwrap(), Failure::new("", "", "").with_args(vec![]));
        }
        let deep = format!(r#"{{"args": {}{}}}"#, "[".repeat(1000), "]".repeat(1000));
        assert_eq!(decode(&deep).unwrap().args.len(), 1);
        for wrong in ["", "[]", "null", "text", "{"] {
            decode(wrong).unwrap_err();
        }
    }

    /// What a peer says of a failure is data, which nobody may have asked for: not thirty times as
    /// large as its text.
    #[test]
    fn wide_data_of_a_failure_stays_text() {
        let wide = format!("[{}0]", "0,".repeat(500_000));
        let text =
            format!(r#"{{"class": "C", "args": {wide}, "tb": {wide}, "kwargs": {{"a": {wide}}}}}"#);
        let failure = decode(&text).unwrap();
        assert_eq!((&failure.args, &failure.kwargs["a"]), (&vec![json!(wide)], &json!(wide)));
        assert!(failure.traceback.iter().map(String::len).sum::<usize>() < 64 * 1024);
        let many: Map<String, Value> = (0..5000).map(|n| (n.to_string(), json!(1))).collect();
        let text = json!({"class": "C", "kwargs": many}).to_string();
        assert_eq!(decode(&text).unwrap().kwargs.len(), NAMED);
    }

    #[test]
    fn texts_of_a_failure_are_bounded_both_ways() {
        let mut failure = Failure::new("m".repeat(1000), "c".repeat(1000), "é".repeat(1 << 20));
        failure.args = Vec::new();
        failure.traceback = vec!["  File \"a.py\"\n".to_owned(); 100_000];
        assert!(encode(&failure).len() < 256 * 1024);
        let sent = json!({
            "class": failure.class, "module": failure.module, "message": failure.message,
            "tb": failure.traceback,
        });
        let failure = decode(&sent.to_string()).unwrap();
        assert!(failure.class.len() < 300 && failure.module.len() < 300, "{}", failure.class);
        assert!(failure.message.len() < MESSAGE + 100);
        assert!(failure.traceback.iter().map(String::len).sum::<usize>() < 70_000);
    }
}
