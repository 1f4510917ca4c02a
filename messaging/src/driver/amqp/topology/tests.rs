//! What is declared, against what oslo.messaging was seen to declare.

use serde_json::{Map, Value, json};

use super::*;

fn fixture(name: &str) -> Value {
    let path = format!("{}/../tests/fixtures/oslo/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The queues and exchanges of a server `node-1` on topic `compute`.
fn ours(options: &RabbitOptions) -> (Vec<Queue>, [Exchange; 2]) {
    let topics = Exchange::of_topics("openstack", options).unwrap();
    let queues = vec![
        Queue::shared(&topics, "compute", options).unwrap(),
        Queue::shared(&topics, "compute.node-1", options).unwrap(),
        Queue::fanout("compute", options).unwrap(),
        Queue::reply(options).unwrap(),
    ];
    (queues, [topics, Exchange::of_fanout("compute", options).unwrap()])
}

/// One random name stands for another.
fn kind_of(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((kind, random)) if random.len() == 32 => kind,
        _ => name,
    }
}

fn as_json(arguments: &FieldTable) -> Value {
    let value = |value: &AMQPValue| match value {
        AMQPValue::LongInt(number) => json!(number),
        AMQPValue::LongString(text) => json!(text.to_string()),
        other => panic!("{other:?}"),
    };
    let pairs = arguments.into_iter().map(|(key, of)| (key.to_string(), value(of)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

#[test]
fn the_broker_ends_up_with_what_oslo_messaging_gives_it() {
    let with = |change: fn(&mut RabbitOptions)| {
        let mut options = RabbitOptions::default();
        change(&mut options);
        options
    };
    let cases = [
        ("topology_defaults", with(|_| ())),
        ("topology_durable_queues", with(|options| options.durable_queues = true)),
        ("topology_auto_delete", with(|options| options.auto_delete = true)),
        ("topology_quorum_queues", with(|options| options.quorum_queue = true)),
        ("topology_transient_quorum", with(|options| options.transient_quorum_queue = true)),
        ("topology_transient_ttl_0", with(|o| o.transient_queues_ttl = Duration::ZERO)),
    ];
    for (name, options) in cases {
        let fixture = fixture(name);
        let captured = |what: &str, name: &str| {
            let all = fixture["running"][what].as_array().unwrap();
            all.iter().find(|one| kind_of(one["name"].as_str().unwrap()) == name).cloned().unwrap()
        };
        let (queues, exchanges) = ours(&options);
        for queue in queues {
            let captured = captured("queues", kind_of(queue.name.as_str()));
            assert_eq!(captured["durable"], queue.durable, "{name}: {queue:?}");
            assert_eq!(captured["auto_delete"], queue.auto_delete, "{name}: {queue:?}");
            assert_eq!(captured["arguments"], as_json(&queue.arguments), "{name}: {queue:?}");
        }
        for exchange in exchanges {
            let captured = captured("exchanges", exchange.name.as_str());
            assert_eq!(captured["durable"], exchange.durable, "{name}: {exchange:?}");
            assert_eq!(captured["auto_delete"], exchange.auto_delete, "{name}: {exchange:?}");
        }
    }
}

#[test]
fn declarations_are_those_on_the_wire() {
    let fixture = fixture("methods_defaults");
    let sent: Vec<_> = fixture["steps"][0]["methods"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|method| method["from"] == "client")
        .filter(|method| {
            ["queue.declare", "queue.bind"].contains(&method["method"].as_str().unwrap())
        })
        .collect();
    let (queues, _) = ours(&RabbitOptions::default());
    for (queue, sent) in queues.iter().zip(sent.chunks(2)) {
        let (exchange, key) = queue.binding.as_ref().unwrap();
        let args = &sent[1]["args"];
        assert_eq!(kind_of(args["queue"].as_str().unwrap()), kind_of(queue.name.as_str()));
        assert_eq!(args["exchange"], exchange.name.as_str());
        assert_eq!(args["routing_key"], key.as_str());
        if let Some(kind) = sent[0]["field_types"]["x-expires"].as_str() {
            let ours = queue.arguments.inner().get("x-expires").unwrap().get_type().get_id();
            assert_eq!(kind, ours.to_string());
        }
    }
}

#[test]
fn a_name_too_long_for_amqp_is_an_error() {
    let error = short("é".repeat(128)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Target);
    assert!(error.to_string().contains("256 bytes"));
}
