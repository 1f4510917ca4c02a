//! A broker's contents beside a capture of them.
//!
//! In the captures there are two servers in Python, `node-1` and `node-2`, and a client; here
//! `node-2` is in Rust, and there is a second client, in Rust. Nothing else is on the virtual host,
//! so that whole lists are compared.

use serde_json::{Value, json};

/// What is compared, each by itself.
pub(crate) const PARTS: [&str; 4] = ["queues", "exchanges", "bindings", "consumers"];

/// What differs, by part; none where all is equal.
pub(crate) fn compare(held: &Value, fixture: &Value) -> [Option<String>; 4] {
    PARTS.map(|part| {
        let found = list(&held[part]).filter_map(|one| as_captured(part, one));
        let found: Vec<Value> = found.map(anonymous).collect();
        let captured = list(&fixture["running"][part]).filter(is_rpc).map(typed).map(anonymous);
        let expected = with_rust(part, captured.collect());
        let missing = without(&expected, &found);
        let surplus = without(&found, &expected);
        (!missing.is_empty() || !surplus.is_empty()).then(|| {
            let lines =
                |all: &[Value]| all.iter().map(|one| format!("  {one}\n")).collect::<String>();
            format!(
                "{part}: expected, as oslo.messaging has it\n{}found instead\n{}",
                lines(&missing),
                lines(&surplus)
            )
        })
    })
}

fn list(all: &Value) -> impl Iterator<Item = Value> + '_ {
    all.as_array().expect("a list").iter().cloned()
}

/// What is in `all` more often than in `others`.
fn without(all: &[Value], others: &[Value]) -> Vec<Value> {
    let mut left = all.to_vec();
    for other in others {
        if let Some(found) = left.iter().position(|one| one == other) {
            left.swap_remove(found);
        }
    }
    left
}

/// What a broker holds, in the form of the captures; none for the exchanges that each broker has.
fn as_captured(part: &str, mut one: Value) -> Option<Value> {
    match part {
        "queues" => {
            // Of a queue that is replicated it says nothing, and it cannot be exclusive.
            if one["exclusive"] == "" {
                one["exclusive"] = json!(false);
            }
            // RabbitMQ 4 adds the type of a queue that was declared without one.
            let arguments = one["arguments"].as_object_mut()?;
            arguments.retain(|key, value| key != "x-queue-type" || value[1] != "classic");
        }
        "exchanges" => {
            let name = one["name"].as_str()?;
            if name.is_empty() || name.starts_with("amq.") {
                return None;
            }
        }
        "bindings" => {
            one = json!({
                "source": one["source_name"],
                "destination": one["destination_name"],
                "destination_type": one["destination_kind"],
                "routing_key": one["routing_key"],
                "arguments": one["arguments"],
            });
        }
        _ => {}
    }
    Some(one)
}

/// The captures have notifications beside RPC.
fn is_rpc(captured: &Value) -> bool {
    let named = ["name", "destination", "queue"].iter().find_map(|key| captured[*key].as_str());
    let named = named.expect("everything has a name");
    ["compute", "reply_", "openstack"].iter().any(|start| named.starts_with(start))
}

/// With the types of AMQP in which the peer sends arguments, which the broker tells beside them.
fn typed(mut captured: Value) -> Value {
    for value in captured["arguments"].as_object_mut().expect("everything has some").values_mut() {
        let kind = match value {
            Value::String(_) => "longstr",
            Value::Number(_) => "signedint",
            Value::Bool(_) => "bool",
            other => panic!("{other} is an argument of no queue"),
        };
        *value = json!([kind, value.take()]);
    }
    captured
}

/// Without what differs from run to run: random names, those of processes, and tags.
fn anonymous(mut one: Value) -> Value {
    for key in ["name", "source", "destination", "routing_key", "queue"] {
        if let Some(name) = one[key].as_str() {
            one[key] = json!(pattern(name));
        }
    }
    if let Some(fields) = one.as_object_mut() {
        fields.remove("consumer_tag");
        fields.retain(|_, value| !value.is_null());
    }
    one
}

fn pattern(name: &str) -> String {
    let is_random = |text: &str| {
        text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match name.rsplit_once('_') {
        Some((kind, random)) if is_random(random) => format!("{kind}_RANDOM"),
        Some((kind, managed)) => match managed.split(':').collect::<Vec<_>>()[..] {
            ["localhost", _, number] if number.parse::<u32>().is_ok() => {
                format!("{kind}_HOST:PROCESS:NUMBER")
            }
            _ => name.to_owned(),
        },
        None => name.to_owned(),
    }
}

/// What was captured, with the second server in Rust, and Rust's client beside the other.
fn with_rust(part: &str, captured: Vec<Value>) -> Vec<Value> {
    if part != "consumers" {
        let client: Vec<Value> = captured.iter().filter(|one| is_reply(one)).cloned().collect();
        return [captured, client].concat();
    }
    let mut all: Vec<Value> = Vec::new();
    for consumer in captured {
        // The second of two, in the order of the capture, is that of `node-2`.
        let second = consumer["queue"] == "compute.node-2" || all.contains(&consumer);
        if is_reply(&consumer) {
            all.push(in_rust(&consumer));
        }
        all.push(if second { in_rust(&consumer) } else { consumer });
    }
    all
}

/// Whether it is a reply queue, or of one.
fn is_reply(one: &Value) -> bool {
    let named = ["name", "destination", "queue"].iter().find_map(|key| one[*key].as_str());
    named.is_some_and(|name| name.starts_with("reply_"))
}

/// A consumer in Rust, where the peer has this one. The difference is meant.
fn in_rust(theirs: &Value) -> Value {
    let mut ours = theirs.clone();
    if theirs["prefetch_count"] == 0 && !is_reply(theirs) {
        // A server takes no more than it can run at once, so that what waits goes to another. The
        // peer takes all that there is, and keeps it in memory.
        ours["prefetch_count"] = json!(64);
    }
    ours
}
