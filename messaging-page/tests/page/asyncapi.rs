//! AsyncAPI documents, judged by the schema that AsyncAPI publishes.

use messaging_page::{Document, asyncapi};
use serde_json::{Value, json};

use crate::{hostile, python, scheduler};

fn judge(document: &Document) {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/asyncapi/3.1.0-without-id.json");
    python::run(&["asyncapi", schema], &asyncapi(document).to_string());
}

#[test]
fn the_document_of_the_scheduler_is_valid() {
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    judge(&document);
    let written = asyncapi(&document);
    let operation = &written["operations"]["Scheduler.select_hosts"];
    assert_eq!(operation["bindings"]["amqp"]["expiration"], 30_000);
    let replies = operation["reply"]["messages"].as_array().unwrap();
    assert_eq!(replies.len(), 3, "the result, its one error and any other: {replies:?}");
    let cast = &written["operations"]["Scheduler.update_capabilities"];
    assert_eq!(cast.get("reply"), None);
}

#[test]
fn the_document_of_several_apis_is_valid_and_keeps_them_apart() {
    let mut plain = scheduler::contract("scheduler");
    for method in &mut plain.methods {
        (method.result, method.errors) = (None, None);
        method.params.iter_mut().for_each(|param| param.schema = None);
    }
    let document = Document::new([scheduler::contract("scheduler"), plain]).unwrap();
    judge(&document);
    assert_eq!(asyncapi(&document)["operations"].as_object().unwrap().len(), 4);
}

#[test]
fn the_document_of_a_hostile_contract_is_valid() {
    let contracts = ["a", "b"].map(hostile::contract);
    judge(&Document::new(contracts).unwrap());
}

/// AsyncAPI wants a message to be one of a channel's and no other.
#[test]
fn a_message_of_the_wire_is_exactly_one_of_its_channel() {
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    let request = |args: Value| {
        json!({
            "method": "select_hosts", "version": "2.6", "args": args, "_msg_id": "0a",
            "_reply_q": "reply_0b", "_unique_id": "0c", "_timeout": null, "_context_user": "alice",
        })
    };
    let reply = |result: Value, failure: Value| {
        json!({
            "result": result, "failure": failure, "ending": true, "_msg_id": "0a",
            "_unique_id": "0d",
        })
    };
    let failure = |module: &str, class: &str| {
        json!({
            "class": class, "module": module, "message": "it failed", "tb": [], "args": [],
            "kwargs": {"reason": "9000 MB are needed"},
        })
    };
    let spec = json!({"memory_mb": 1});
    let cases = json!([
        ["Scheduler.select_hosts", "request", request(json!({"request_spec": spec}))],
        ["Scheduler.select_hosts", null, request(json!({}))],
        [
            "Scheduler.select_hosts.reply",
            "result",
            reply(json!([{"host": "host-1", "memory_mb": 1}]), json!(null))
        ],
        [
            "Scheduler.select_hosts.reply",
            "NoValidHost",
            reply(json!(null), failure("scheduler_exceptions", "NoValidHost"))
        ],
        [
            "Scheduler.select_hosts.reply",
            "failure",
            reply(json!(null), failure("builtins", "TypeError"))
        ],
        ["Scheduler.select_hosts.reply", null, reply(json!("host-1"), json!(null))],
    ]);
    let input = json!({"document": asyncapi(&document), "cases": cases});
    python::run(&["messages"], &input.to_string());
}
