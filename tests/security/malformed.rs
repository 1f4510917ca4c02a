//! Rows 26 to 30 of the fault matrix: every malformed message with the error that it gets, which is
//! what the page `malformed` of the documentation says.

use messaging::introspection::Introspection;
use messaging::{Error, Proxy as _};
use serde_json::{Value, json};

use crate::bus::on_both;
use crate::peer::{Caller, Server};
use crate::vault::{VaultClient, client, serve};

const PAGE: &str = include_str!("../../messaging/docs/malformed.md");

/// What a request is, and how it is written: `CALLER` is whom to tell.
type Case = (&'static str, Vec<u8>);

fn open(args: &str) -> String {
    format!(r#"{{"method": "open", "args": {args}, CALLER}}"#)
}

fn add(b: &str) -> String {
    format!(r#"{{"method": "add", "args": {{"a": 1, "b": {b}}}, CALLER}}"#)
}

fn in_envelope(message: &str) -> String {
    // The caller is put in later, with the quotes of a text within a text.
    json!({"oslo.version": "2.0", "oslo.message": message}).to_string()
}

/// Those whose caller can be seen.
fn told() -> Vec<Case> {
    let deep = "[".repeat(1_000_000);
    let closed = format!("{deep}{}", "]".repeat(1_000_000));
    let wide = format!("[{}0]", "0,".repeat(1_000_000));
    let many: Vec<_> = (0..100_000).map(|number| format!(r#""a{number}": 0"#)).collect();
    let name = "n".repeat(256);
    let texts = [
        ("not UTF-8", "\u{1}".to_owned()),
        ("cut off", r#"{"method": "open", CALLER, "args": {"name": "x"#.to_owned()),
        ("cut off, in an envelope", in_envelope(r#"{"method": "open", CALLER, "args": {"#)),
        ("something behind it", format!("{} {{}}", open(r#"{"name": "x"}"#))),
        ("`NaN` for a text", open(r#"{"name": NaN}"#)),
        ("`Infinity` for an integer", add("Infinity")),
        ("`1e400`", add("1e400")),
        ("a number that is none, `01`", add("01")),
        ("a control character in a text", open("{\"name\": \"a\u{2}b\"}")),
        ("10^6 levels, never closed", open(&format!(r#"{{"name": {deep}"#))),
        ("10^6 levels in an argument", open(&format!(r#"{{"name": {closed}}}"#))),
        ("a list of 10^6 numbers for a text", open(&format!(r#"{{"name": {wide}}}"#))),
        ("100,000 arguments", open(&format!("{{{}}}", many.join(", ")))),
        ("17 MB", open(&format!(r#"{{"name": "{}"}}"#, "x".repeat(17 << 20)))),
        ("an argument whose name has 256 bytes", open(&format!(r#"{{"{name}": 1}}"#))),
        ("a method whose name has 256 bytes", format!(r#"{{"method": "{name}", CALLER}}"#)),
        ("a number for a text", open(r#"{"name": 7}"#)),
        ("a text for a number", add(r#""7""#)),
        ("null", add("null")),
        ("an integer of more than 64 bits", add("18446744073709551616")),
        ("a negative number", add("-1")),
        ("an argument is missing", open("{}")),
        ("an argument too many", open(r#"{"name": "x", "more": 1}"#)),
        ("arguments that are a list", open("[]")),
        ("arguments that are null", open("null")),
        ("no method", r#"{"args": {}, CALLER}"#.to_owned()),
        ("a method that is a number", r#"{"method": 7, CALLER}"#.to_owned()),
        ("a method that there is not", r#"{"method": "close", CALLER}"#.to_owned()),
        ("a private method", r#"{"method": "__class__", CALLER}"#.to_owned()),
        (
            "a namespace that there is not",
            r#"{"method": "open", "namespace": "n", CALLER}"#.to_owned(),
        ),
        (
            "a version that is not served",
            r#"{"method": "open", "version": "1.1", CALLER}"#.to_owned(),
        ),
        ("a version that is none", r#"{"method": "open", "version": "new", CALLER}"#.to_owned()),
        ("a version that is null", r#"{"method": "open", "version": null, CALLER}"#.to_owned()),
        (
            "an envelope of another version",
            in_envelope(r#"{"method": "open", CALLER}"#).replace("2.0", "3.0"),
        ),
    ];
    let to_bytes = |(what, text): (&'static str, String)| match what {
        "not UTF-8" => (what, b"{\"method\": \"\xff\", CALLER}".to_vec()),
        _ => (what, text.into_bytes()),
    };
    texts.into_iter().map(to_bytes).collect()
}

/// Those that say of nobody who sent them: dropped, and counted.
fn dropped() -> Vec<Case> {
    let quoted = json!("[".repeat(500_000)).to_string();
    vec![
        ("empty", Vec::new()),
        ("not JSON", b"hello".to_vec()),
        ("a mark of the order of bytes alone", b"\xef\xbb\xbf".to_vec()),
        ("half a character of UTF-16", b"\xff\xfe{\0}".to_vec()),
        ("UTF-32", b"{\0\0\0}\0\0\0".to_vec()),
        ("null", b"null".to_vec()),
        ("a list", b"[1, 2]".to_vec()),
        ("an object without anything", b"{}".to_vec()),
        ("10^6 levels", "[".repeat(1_000_000).into_bytes()),
        ("10^6 levels within an envelope", in_envelope(&"[".repeat(500_000)).into_bytes()),
        (
            "a text within a text within an envelope",
            format!(r#"{{"oslo.version": "2.0", "oslo.message": {}}}"#, json!(quoted)).into_bytes(),
        ),
        (
            "an envelope that holds no text",
            br#"{"oslo.version": "2.0", "oslo.message": {}}"#.to_vec(),
        ),
        ("20 MB of blanks", vec![b' '; 20 << 20]),
    ]
}

/// Replies that a server could get wrong: `ID` is the call's.
fn replies() -> Vec<(&'static str, String)> {
    let reply =
        |result: &str| format!(r#"{{"_msg_id": "ID", "result": {result}, "ending": true}}"#);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        ("cut off", r#"{"_msg_id": "ID", "result": "x"#.to_owned()),
        ("a number for a text", reply("7")),
        ("100,000 levels", reply(&deep)),
        ("`NaN` for a text", reply("NaN")),
        ("a failure that is no text", r#"{"_msg_id": "ID", "failure": {}}"#.to_owned()),
        ("a failure that is no JSON", r#"{"_msg_id": "ID", "failure": "{"}"#.to_owned()),
        ("17 MB", reply(&format!(r#""{}""#, "x".repeat(17 << 20)))),
        (
            "an envelope of another version",
            r#"{"oslo.version": "7.0", "oslo.message": "{\"_msg_id\": \"ID\"}"}"#.to_owned(),
        ),
    ]
}

/// With whom to tell in it, in the quotes that are right there.
fn addressed(body: &[u8], queue: &str) -> Vec<u8> {
    let caller = format!(r#""_msg_id": "1", "_reply_q": "{queue}""#);
    let enveloped = body.windows(14).take(64).any(|part| part == b"\"oslo.message\"");
    let caller = if enveloped { caller.replace('"', r#"\""#) } else { caller };
    match body.windows(6).rposition(|part| part == b"CALLER") {
        Some(at) => [&body[..at], caller.as_bytes(), &body[at + 6..]].concat(),
        None => body.to_vec(),
    }
}

/// That the page says so.
fn assert_told(missing: &mut Vec<String>, what: &str, error: &str) {
    let row = format!("| {what} | {} |", error.replace('|', "\\|").trim());
    if !PAGE.contains(&row) {
        missing.push(row);
    }
}

fn assert_all(missing: &[String]) {
    assert!(missing.is_empty(), "the page `malformed` does not say:\n{}", missing.join("\n"));
}

on_both! {
    async fn the_caller_of_a_malformed_request_is_told_what_the_page_says(bus: Bus) {
        let (_server, counting) = serve(&bus, &bus.transport).await;
        let mut caller = Caller::of(&bus).await;
        let mut missing = Vec::new();
        for (what, body) in told() {
            caller.send(&addressed(&body, &caller.queue)).await;
            let failure = caller.failure().await;
            let text = |key: &str| failure[key].as_str().unwrap().to_owned();
            let class = text("class");
            assert_told(&mut missing, what, &format!("`{class}`: {}", text("message")));
        }
        assert_all(&missing);
        assert_eq!(counting.runs(), 0);
    }

    async fn a_message_that_names_no_caller_is_dropped_and_counted(bus: Bus) {
        let (_server, counting) = serve(&bus, &bus.transport).await;
        let caller = Caller::of(&bus).await;
        let count = dropped().len();
        for (what, body) in dropped() {
            caller.send(&body).await;
            assert!(PAGE.contains(&format!("\n- {what}\n")), "the page does not say: {what}");
            client(&bus, &bus.transport).open("next".into()).await.unwrap();
        }
        assert_eq!(counting.runs(), count);
        let asking = Introspection::of(&bus.transport, bus.target()).unwrap();
        // What came last, and takes longest to read, may be overtaken by the call behind it.
        let mut statistics = asking.stats().await.unwrap();
        while statistics.malformed < count as u64 {
            statistics = asking.stats().await.unwrap();
        }
        assert_eq!(statistics.malformed, count as u64);
    }

    async fn a_malformed_reply_ends_its_call_with_what_the_page_says(bus: Bus) {
        let mut server = Server::of(&bus, &bus.topic).await;
        let client = VaultClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        let mut missing = Vec::new();
        for (what, reply) in replies() {
            let call = tokio::spawn(client.open("x".into()).into_future());
            let request: Value = server.request().await;
            server.reply(&request, &reply).await;
            let error = call.await.unwrap().unwrap_err();
            let error: &Error = error.rpc().unwrap();
            let text = error.to_string().replace(&bus.topic, "vault");
            let below = std::error::Error::source(error).map(ToString::to_string);
            let text = text.trim_start_matches("call of method `open` on topic `vault`: ");
            let text = match below {
                Some(below) => format!("`{:?}`: {text}: {below}", error.kind()),
                None => format!("`{:?}`: {text}", error.kind()),
            };
            assert_told(&mut missing, what, &text);
        }
        assert_all(&missing);
    }
}
