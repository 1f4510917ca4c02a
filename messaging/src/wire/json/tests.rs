use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;

const NAN: &str = r#"[1.5, NaN, Infinity, -Infinity, null]"#;

#[test]
fn floats_take_the_words_of_python_wherever_they_stand() {
    #[derive(Deserialize, Debug)]
    struct Measured {
        load: f32,
        name: String,
        more: Option<Box<Measured>>,
        kind: Kind,
        limits: HashMap<u8, (f64, f64)>,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Idle,
        Busy { load: f64 },
        Weighed(f64),
        Pair(u8, f64),
    }
    let floats: Vec<Option<f64>> = read(NAN).unwrap();
    assert!(floats[1].unwrap().is_nan());
    let rest = [Some(1.5), Some(f64::INFINITY), Some(f64::NEG_INFINITY), None];
    assert_eq!([floats[0], floats[2], floats[3], floats[4]], rest);
    let measured: Measured = read(
        r#"{"load": NaN, "name": "a\"\u00e9\ud800", "unknown": [{"x": NaN}], "kind": "idle",
            "limits": {"7": [0, Infinity]}, "more": {"load": 1, "name": "", "more": null,
            "kind": {"busy": {"load": -Infinity}}, "limits": {}}}"#,
    )
    .unwrap();
    assert!(measured.load.is_nan());
    assert_eq!((measured.name.as_str(), &measured.kind), ("a\"é\u{fffd}", &Kind::Idle));
    assert_eq!(measured.limits[&7], (0.0, f64::INFINITY));
    let more = measured.more.unwrap();
    assert_eq!(more.kind, Kind::Busy { load: f64::NEG_INFINITY });
    assert!(more.more.is_none() && more.name.is_empty() && more.load == 1.0);
    assert!(more.limits.is_empty());
    assert_eq!(read::<Kind>(r#"{"weighed": Infinity}"#).unwrap(), Kind::Weighed(f64::INFINITY));
    assert_eq!(read::<Kind>(r#"{"pair": [1, Infinity]}"#).unwrap(), Kind::Pair(1, f64::INFINITY));
}

#[test]
fn what_cannot_hold_a_word_refuses_it_by_name() {
    fn refused<T: DeserializeOwned + std::fmt::Debug>() -> String {
        read::<T>(NAN).unwrap_err().to_string()
    }
    for (refused, expected) in [
        (refused::<Value>(), "`NaN` is no JSON value, and only a type that asks for a float"),
        (refused::<Vec<Value>>(), "at line 1 column 7"),
        (refused::<Vec<Option<u8>>>(), "floating point"),
        (refused::<Vec<Option<String>>>(), "floating point"),
        (refused::<HashMap<String, f64>>(), "expected a map"),
    ] {
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn nothing_but_the_words_is_added_to_json() {
    for text in [
        "",
        "[NaN",
        "NaN]",
        "[NaN,]",
        "[,NaN]",
        "[NaN Infinity]",
        "[NaN;1]",
        "{NaN: 1}",
        "[+Infinity]",
        "[nan, NaN]",
        "[NaN, 01]",
        "[NaN, 1.]",
        "[NaN, 'a']",
        "[NaN, \"a]",
        "[NaN, \"\\x\"]",
        "NaN NaN",
        r#"{"a" NaN}"#,
        r#"{"a": NaN "b": 1}"#,
        r#"{"a": NaN,}"#,
        "[NaN, \"\u{1}\"]",
        "[NaN}",
        "--Infinity",
        "[NaN, tru]",
        "[NaN, /* */ 1]",
        "[NaN, ١]",
    ] {
        assert!(read::<serde::de::IgnoredAny>(text).is_err(), "{text}");
        assert!(for_each_field(&format!("{{\"a\": {text}}}"), |_, _| Ok(())).is_err(), "{text}");
    }
}

#[test]
fn depth_is_bounded_here_too() {
    let nested = |depth: usize| format!("{}NaN{}", "[".repeat(depth), "]".repeat(depth));
    read::<serde::de::IgnoredAny>(&nested(127)).unwrap();
    let error = read::<serde::de::IgnoredAny>(&nested(128)).unwrap_err();
    assert!(error.to_string().contains("recursion limit exceeded"), "{error}");
    read::<serde::de::IgnoredAny>(&nested(100_000)).unwrap_err();
}

#[test]
fn integers_of_any_size_reach_what_holds_them() {
    let big = "1180591620717411303424";
    assert_eq!(read::<u128>(big).unwrap(), 1 << 70);
    assert_eq!(read::<i128>(&format!("-{big}")).unwrap(), -(1 << 70));
    assert_eq!(read::<f64>(big).unwrap(), 1_180_591_620_717_411_303_424.0);
    assert_eq!(read::<Box<RawValue>>(big).unwrap().get(), big);
    assert_eq!(read::<(f64, u128)>(&format!("[NaN, {big}]")).unwrap().1, 1 << 70);
    assert!(read::<u64>(big).unwrap_err().to_string().contains("invalid type"));
    let huge = "9".repeat(400);
    assert_eq!(read::<Box<RawValue>>(&huge).unwrap().get(), huge);
    assert!(read::<Value>(&huge).unwrap_err().to_string().contains("out of range"));
}

#[test]
fn half_a_surrogate_pair_is_the_replacement_character() {
    let text = r#"{"\ud800": ["\ude00x", "\ud83d\ude00"]}"#;
    assert_eq!(read::<Value>(text).unwrap(), json!({"\u{fffd}": ["\u{fffd}x", "😀"]}));
    let mut seen = Vec::new();
    for_each_field(text, |key, value| {
        seen.push((key.clone().into_owned(), read::<Value>(value)?));
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, [("\u{fffd}".to_owned(), json!(["\u{fffd}x", "😀"]))]);
}

#[test]
fn fields_are_given_once_each_in_their_order() {
    let mut seen = Vec::new();
    let object = "{\"a\": 1, \"b\": {\"c\": NaN}, \"d\":-Infinity , \"a\": \"\u{e9}\"}\n";
    for_each_field(object, |key, value| {
        seen.push(format!("{key}={value}"));
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, ["a=1", "b={\"c\": NaN}", "d=-Infinity", "a=\"é\""]);
}
