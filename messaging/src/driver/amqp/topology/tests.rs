//! What is declared and consumed, against what oslo.messaging was seen to declare and consume.

use lapin::types::FieldTable;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::*;
use crate::RabbitOptions;
use crate::driver::Awaited;

/// Every set of options that was captured, by the name of its fixtures.
const CAPTURES: [&str; 15] = [
    "auto_delete",
    "cancel_on_failover",
    "defaults",
    "durable_queues",
    "ha_queues",
    "prefetch",
    "queue_manager",
    "queue_manager_stream_fanout",
    "quorum_and_transient_quorum",
    "quorum_queues",
    "quorum_queues_limits",
    "stream_fanout",
    "transient_quorum",
    "transient_quorum_limits",
    "transient_ttl_0",
];

fn fixture(name: &str) -> Value {
    let path = format!("{}/../tests/fixtures/oslo/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Options for a process that no other test counts for.
struct Process(RabbitOptions);

impl Process {
    fn new(mut options: RabbitOptions) -> Self {
        (options.hostname, options.processname) = ("localhost".into(), Uuid::new_v4().to_string());
        Self(options)
    }

    /// With the options that the capture was made with.
    fn of(fixture: &Value) -> Self {
        let mut options = RabbitOptions::default();
        for (key, value) in fixture["config"].as_object().unwrap() {
            options.set(key, &value.to_string()).unwrap();
        }
        assert!(options.check().is_ok());
        Self::new(options)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        crate::driver::amqp::number::forget(&self.0.processname);
    }
}

/// What a server `node-1` on topic `compute` and a client have.
struct Ours {
    /// In the order in which they are declared: three of the server, one of the client.
    queues: [Queue; 4],
    exchanges: [Exchange; 2],
}

fn ours(options: &RabbitOptions) -> Ours {
    let topics = Exchange::of_topics("openstack", options).unwrap();
    let queues = [
        Queue::shared(&topics, "compute", options).unwrap(),
        Queue::shared(&topics, "compute.node-1", options).unwrap(),
        Queue::fanout("compute", options).unwrap(),
        Queue::reply(options, Awaited::default()).unwrap(),
    ];
    Ours { queues, exchanges: [topics, Exchange::of_fanout("compute", options).unwrap()] }
}

/// One random name stands for another, and so does one process; their number does not.
fn kind_of(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((kind, random)) if random.len() == 32 => kind.to_owned(),
        Some((kind, managed)) if managed.starts_with("localhost:") => {
            format!("{kind}_{}", managed.rsplit_once(':').unwrap().1)
        }
        _ => name.to_owned(),
    }
}

/// The values, and the letters of their AMQP types where they are no plain `false` or empty table.
fn as_json(arguments: &FieldTable) -> (Value, Value) {
    let value = |value: &AMQPValue| match value {
        AMQPValue::Boolean(yes) => json!(yes),
        AMQPValue::LongInt(number) => json!(number),
        AMQPValue::LongString(text) => json!(text.to_string()),
        other => panic!("{other:?}"),
    };
    let letter = |value: &AMQPValue| json!(value.get_type().get_id().to_string());
    let both = |of: &dyn Fn(&AMQPValue) -> Value| {
        let pairs = arguments.into_iter().map(|(key, value)| (key.to_string(), of(value)));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    (both(&value), both(&letter))
}

#[test]
fn the_broker_ends_up_with_what_oslo_messaging_gives_it() {
    for name in CAPTURES {
        let fixture = fixture(&format!("topology_{name}"));
        let process = Process::of(&fixture);
        let Ours { queues, exchanges } = ours(&process.0);
        let captured = |what: &str, kind: &str| {
            let all = fixture["running"][what].as_array().unwrap();
            let found = all.iter().find(|one| kind_of(one["name"].as_str().unwrap()) == kind);
            found.unwrap_or_else(|| panic!("{name}: no `{kind}` among {all:?}")).clone()
        };
        for queue in &queues {
            let captured = captured("queues", &kind_of(queue.name.as_str()));
            assert_eq!(captured["durable"], queue.durable, "{name}: {queue:?}");
            assert_eq!(captured["auto_delete"], queue.auto_delete, "{name}: {queue:?}");
            assert_eq!(captured["exclusive"], false, "{name}: {queue:?}");
            assert_eq!(captured["arguments"], as_json(&queue.arguments).0, "{name}: {queue:?}");
        }
        for exchange in &exchanges {
            let captured = captured("exchanges", exchange.name.as_str());
            assert_eq!(captured["durable"], exchange.durable, "{name}: {exchange:?}");
            assert_eq!(captured["auto_delete"], exchange.auto_delete, "{name}: {exchange:?}");
        }
        for (exchange, key, queue) in queues.iter().filter_map(|queue| {
            queue.binding.as_ref().map(|(exchange, key)| (exchange, key, queue))
        }) {
            let kind = kind_of(queue.name.as_str());
            let bound = fixture["running"]["bindings"].as_array().unwrap().iter().any(|binding| {
                binding["source"] == exchange.name.as_str()
                    && binding["routing_key"] == key.as_str()
                    && kind_of(binding["destination"].as_str().unwrap()) == kind
            });
            assert!(bound, "{name}: {queue:?}");
        }
    }
}

/// What was sent by the methods named, in order, when a server started and a client made its first
/// call.
fn sent(fixture: &Value, method: &str) -> Vec<Value> {
    let steps = fixture["steps"].as_array().unwrap();
    let methods = ["RPC server starts", "first call"].into_iter().flat_map(|step| {
        let step = steps.iter().find(|it| it["step"].as_str().unwrap().starts_with(step)).unwrap();
        step["methods"].as_array().unwrap()
    });
    methods.filter(|it| it["from"] == "client" && it["method"] == method).cloned().collect()
}

#[test]
fn declarations_and_consumers_are_those_on_the_wire() {
    for name in CAPTURES {
        let fixture = fixture(&format!("methods_{name}"));
        let process = Process::of(&fixture);
        let Ours { queues, .. } = ours(&process.0);
        let same = |sent: &Value, queue: &Queue, arguments: &FieldTable| {
            let args = &sent["args"];
            assert_eq!(kind_of(args["queue"].as_str().unwrap()), kind_of(queue.name.as_str()));
            let (values, letters) = as_json(arguments);
            assert_eq!(args["arguments"], values, "{name}: {queue:?}");
            if values != json!({}) {
                assert_eq!(sent["field_types"], letters, "{name}: {queue:?}");
            }
        };
        let (declared, bound) = (sent(&fixture, "queue.declare"), sent(&fixture, "queue.bind"));
        assert_eq!((declared.len(), bound.len()), (4, 3), "{name}");
        for (sent, queue) in declared.iter().zip(&queues) {
            same(sent, queue, &queue.arguments);
            assert_eq!(sent["args"]["durable"], queue.durable, "{name}: {queue:?}");
            assert_eq!(sent["args"]["auto_delete"], queue.auto_delete, "{name}: {queue:?}");
        }
        for (sent, queue) in bound.iter().zip(&queues) {
            let (exchange, key) = queue.binding.as_ref().unwrap();
            same(sent, queue, &FieldTable::default());
            assert_eq!(sent["args"]["exchange"], exchange.name.as_str());
            assert_eq!(sent["args"]["routing_key"], key.as_str());
        }
        let consumed = sent(&fixture, "basic.consume");
        assert_eq!(consumed.len(), 4, "{name}");
        for (sent, queue) in consumed.iter().zip(&queues) {
            same(sent, queue, &queue.consuming(0));
        }
    }
}

#[test]
fn queues_that_wait_for_the_next_start_are_nobody_s_to_delete() {
    let own = |options: &RabbitOptions| ours(options).queues.map(|queue| queue.own);
    let mut options = RabbitOptions::default();
    assert_eq!(own(&options), [false, false, true, true]);
    options.stream_fanout = true;
    assert_eq!(own(&options), [false, false, false, true]);
    options.queue_manager = true;
    assert_eq!(own(&Process::new(options).0), [false; 4]);
}

#[test]
fn numbers_beyond_32_bits_have_the_peer_s_type() {
    assert_eq!(integer(2_147_483_647), AMQPValue::LongInt(i32::MAX));
    assert_eq!(integer(2_147_483_648), AMQPValue::LongLongInt(2_147_483_648));
}

#[test]
fn a_name_too_long_for_amqp_is_an_error() {
    let error = short("é".repeat(128)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Target);
    assert!(error.to_string().contains("256 bytes"));
}
