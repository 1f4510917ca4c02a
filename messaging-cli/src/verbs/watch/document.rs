//! One message, as it is shown to programs.

use std::time::SystemTime;

use messaging::Failure as RemoteFailure;
use messaging::driver::operator::Content;
use serde_json::{Map, Value, json};

use super::record::Record;
use super::redact::Shown;
use super::value;

/// The message as a document.
pub(super) fn document(record: &Record, shown: Shown, clock: SystemTime) -> Value {
    let at = clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let mut document = Map::new();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            document.insert(name.to_owned(), value);
        }
    };
    set("kind", record.kind.name().into());
    set("at", ((at * 1e3).round() / 1e3).into());
    set("method", json!(record.method));
    set("id", json!(record.id));
    if record.is_answer() {
        set("duration_ms", json!(record.took.map(|it| it.as_secs_f64() * 1e3)));
        set("server", json!(record.seen.server));
    } else {
        set("server", json!(record.to_server));
        set("fanout", record.is_fanout.into());
    }
    set("bytes", record.seen.size.into());
    set("user", json!(record.seen.user));
    let trace = record.seen.trace.as_ref();
    set("routed", json!(trace.and_then(|trace| trace.routed)));
    set("connection", json!(trace.map(|it| &it.connection).filter(|it| !it.is_empty())));
    match &record.seen.content {
        Content::Request(request) => {
            set("namespace", json!(request.namespace));
            set("version", json!(request.version));
            set("reply_queue", json!(request.reply_to.as_ref().map(|(_, queue)| queue)));
            set("expires_ms", json!(record.seen.expires.map(|it| it.as_secs_f64() * 1e3)));
            set("args", shown.args(request).into());
            set("context", shown.context(request).into());
        }
        Content::Reply(reply) => {
            set("ends", reply.ends.into());
            set("ok", reply.outcome.is_ok().into());
            match &reply.outcome {
                _ if reply.is_sign => {}
                Ok(result) => set("result", shown.of("", &value::shown(result))),
                Err(failure) => set("error", error(failure, shown)),
            }
        }
        Content::Unreadable(why) => set("why", json!(why)),
    }
    document.into()
}

fn error(failure: &RemoteFailure, shown: Shown) -> Value {
    json!({
        "class": failure.class,
        "module": failure.module,
        "message": shown.text(&failure.message),
    })
}
