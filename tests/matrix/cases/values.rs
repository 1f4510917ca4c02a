//! Values there and back.

use serde_json::{Value, json};

use super::Case;

cases! {
    rust_to_python: [
        a_value_of_every_kind_comes_back,
        integers_of_64_bits_and_floats_are_exact,
        no_result_is_null,
        what_json_does_not_have_is_read,
    ]
    python_to_rust: [
        a_value_of_every_kind_comes_back,
        integers_of_64_bits_and_floats_are_exact,
        no_result_is_null,
        what_json_does_not_have_is_read,
    ]
}

fn of_every_kind() -> [Value; 10] {
    [
        json!(null),
        json!(true),
        json!(false),
        json!(-7),
        json!(2.5),
        json!(""),
        json!("quotes \" and \\, \u{0} and \u{7f}, é, \u{2028}, 😀"),
        json!([]),
        json!({}),
        json!({"näme": [1, [2.5, [null, {"": {"deep": [[[{}]]]}}]]], "😀": "é"}),
    ]
}

/// Compared as text: to a JSON value, 0.0 and -0.0 are equal.
fn numbers() -> String {
    json!([
        i64::MIN,
        i64::MAX,
        u64::MAX,
        -1,
        0.1,
        0.1 + 0.2,
        -0.0,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1.0 / 3.0,
        1e22,
        1e16,
        123_456_789.123_456_79,
    ])
    .to_string()
}

mod rust_to_python {
    use messaging::ErrorKind;
    use serde_json::{Value, json};

    use super::{numbers, of_every_kind};
    use crate::cabinet::Odd;
    use crate::cases::PYTHON;
    use crate::pair::Pair;

    pub(super) async fn a_value_of_every_kind_comes_back(pair: &Pair) {
        let client = pair.demo(PYTHON);
        for value in of_every_kind() {
            assert_eq!(client.echo(value.clone()).await.unwrap(), value);
        }
        assert_eq!(client.add(1, 2).await.unwrap(), 3);
    }

    pub(super) async fn integers_of_64_bits_and_floats_are_exact(pair: &Pair) {
        let value: Value = serde_json::from_str(&numbers()).unwrap();
        assert_eq!(pair.demo(PYTHON).echo(value).await.unwrap().to_string(), numbers());
    }

    pub(super) async fn no_result_is_null(pair: &Pair) {
        pair.demo(PYTHON).nothing().await.unwrap();
        let result = pair.rpc(PYTHON).call::<Value>("nothing", json!({})).await.unwrap();
        assert_eq!(result, json!(null));
    }

    pub(super) async fn what_json_does_not_have_is_read(pair: &Pair) {
        let client = pair.rpc(PYTHON);
        client.call::<Odd>("odd", json!({})).await.unwrap().assert_whole();
        // What cannot be held is told of.
        let error = client.call::<Value>("odd", json!({})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Decode, "{error}");
    }
}

mod python_to_rust {
    use serde_json::{Value, json};

    use super::{numbers, of_every_kind};
    use crate::cabinet::Odd;
    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn a_value_of_every_kind_comes_back(pair: &Pair) {
        for value in of_every_kind() {
            let echo = Request::call(RUST, "echo", json!({"value": value}));
            assert_eq!(pair.ask(echo).await, Ok(value));
        }
        let add = Request::call(RUST, "add", json!({"a": 1, "b": 2}));
        assert_eq!(pair.ask(add).await, Ok(json!(3)));
    }

    pub(super) async fn integers_of_64_bits_and_floats_are_exact(pair: &Pair) {
        let value: Value = serde_json::from_str(&numbers()).unwrap();
        let echo = Request::call(RUST, "echo", json!({"value": value}));
        assert_eq!(pair.ask(echo).await.unwrap().to_string(), numbers());
    }

    pub(super) async fn no_result_is_null(pair: &Pair) {
        assert_eq!(pair.ask(Request::call(RUST, "nothing", json!({}))).await, Ok(json!(null)));
    }

    pub(super) async fn what_json_does_not_have_is_read(pair: &Pair) {
        let look = format!(r#"{{"all": [{0}, {0}], "load": NaN}}"#, Odd::JSON);
        let request = |method| Request::call(RUST, method, json!(null)).with("version", "1.0");
        let look = request("look").with("args_text", look);
        // Python has all digits; as a float here, which the test's JSON has.
        assert_eq!(pair.ask(look).await.unwrap().as_f64(), Some(2f64.powi(70)));
        // What cannot be held is told of.
        let keep = request("keep").with("args_text", r#"{"value": NaN}"#);
        let error = pair.ask(keep).await.unwrap_err();
        assert_eq!(error["type"], "TypeError", "{error}");
    }
}
