//! A message as somebody sees it who only looks on.

use std::time::Duration;

use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use crate::driver::amqp::{compression, properties};
use crate::wire::glance::{self, Content};
use crate::wire::notes;

/// The exchange to which RabbitMQ gives copies of all messages of a virtual host while its tracing is
/// on ("Firehose Tracer").
const TRACE: &str = "amq.rabbitmq.trace";

/// How many routing keys of a message are looked at.
const KEYS: usize = 16;

/// A message as somebody sees it who only looks on.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The exchange that it was sent to; empty for the default exchange.
    pub exchange: String,
    /// The routing key.
    pub key: String,
    /// How many bytes it has, as it was sent.
    pub size: usize,
    /// The server that a reply comes from, where it says so.
    pub server: Option<String>,
    /// After how long in a queue the broker drops it.
    pub expires: Option<Duration>,
    /// The user who has sent it, where that is known.
    pub user: Option<String>,
    /// What the broker's tracing tells of it; none of a copy that was bound.
    pub trace: Option<Trace>,
    /// Whether it is no message of others, but [a touch](super::Operator::touch).
    pub is_touch: bool,
    /// What it says.
    pub content: Content,
}

/// What the broker's tracing tells of a message.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The queue from which it was delivered; none when it was sent.
    pub delivered_from: Option<String>,
    /// Whether a queue has taken it, where that is told.
    pub routed: Option<bool>,
    /// Which connection has sent it, or was given it.
    pub connection: String,
}

impl Sighting {
    pub(super) fn of(delivery: Delivery, own: &str, longest: usize) -> Self {
        let Delivery { exchange, routing_key, properties, data, .. } = delivery;
        let size = data.len();
        let (exchange, key, properties, trace) = match exchange.as_str() {
            TRACE => traced(routing_key.as_str(), &properties),
            _ => (exchange.to_string(), routing_key.to_string(), properties, None),
        };
        let server = properties::note_named(&properties, notes::SERVER).map(str::to_owned);
        let is_touch = exchange.is_empty() && key == own;
        let content = match compression::read(&properties, data, longest) {
            // Nobody is owed it, so it need not take more memory than it has.
            Ok(body) if body.len() > longest => Content::Unreadable(format!(
                "its body has more than the {longest} bytes of the option `max_message_size`"
            )),
            Ok(body) if exchange.is_empty() => glance::reply(&body),
            Ok(body) => glance::request(&body),
            Err(error) => Content::Unreadable(error.to_string()),
        };
        Self {
            expires: properties::expires(&properties),
            user: properties.user_id().as_ref().map(ToString::to_string),
            exchange,
            key,
            size,
            server,
            trace,
            is_touch,
            content,
        }
    }
}

/// Where a message went, and its properties, as a trace of it has them.
fn traced(key: &str, trace: &BasicProperties) -> (String, String, BasicProperties, Option<Trace>) {
    let none = FieldTable::default();
    let headers = trace.headers().as_ref().unwrap_or(&none).inner();
    let words = |name: &str| headers.get(name).and_then(text);
    let first = |name: &str| match headers.get(name) {
        Some(AMQPValue::FieldArray(keys)) => keys.as_slice().iter().take(KEYS).find_map(text),
        _ => None,
    };
    let routed = match headers.get("routed_queues") {
        Some(AMQPValue::FieldArray(queues)) => Some(!queues.as_slice().is_empty()),
        _ => None,
    };
    let mut properties = BasicProperties::default();
    if let Some(AMQPValue::FieldTable(table)) = headers.get("properties") {
        let short = |name: &str| {
            let text = table.inner().get(name).and_then(text)?;
            ShortString::try_new(text.as_str()).ok()
        };
        if let Some(AMQPValue::FieldTable(headers)) = table.inner().get("headers") {
            properties = properties.with_headers(headers.clone());
        }
        if let Some(expires) = short("expiration") {
            properties = properties.with_expiration(expires);
        }
        if let Some(user) = short("user_id")
            .or_else(|| words("user").and_then(|user| ShortString::try_new(user.as_str()).ok()))
        {
            properties = properties.with_user_id(user);
        }
    }
    let trace = Trace {
        delivered_from: key.strip_prefix("deliver.").map(str::to_owned),
        routed: routed.filter(|_| key.starts_with("publish.")),
        connection: words("connection").unwrap_or_default(),
    };
    let key = first("routing_keys").unwrap_or_default();
    (words("exchange_name").unwrap_or_default(), key, properties, Some(trace))
}

fn text(value: &AMQPValue) -> Option<String> {
    match value {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        AMQPValue::ShortString(text) => Some(text.to_string()),
        _ => None,
    }
}
