//! The AMQP properties of a message (wire document, section 6).

use std::sync::Arc;
use std::time::Duration;

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::compression;
use crate::Compression;
use crate::driver::Notes;

/// What every message carries. A Python receiver rejects any other content type, also of a body
/// that is compressed.
pub(super) fn outgoing(
    expires: Option<Duration>,
    compressed: Option<Compression>,
    notes: &Notes,
) -> BasicProperties {
    let mut headers = FieldTable::default();
    if let Some(compressed) = compressed {
        compression::mark(&mut headers, compressed);
    }
    for (name, text) in notes.iter() {
        headers.insert(name.into(), AMQPValue::LongString(text.into()));
    }
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_content_encoding("utf-8".into())
        .with_headers(headers)
        .with_delivery_mode(2)
        .with_priority(0);
    match expires {
        Some(expires) => properties.with_expiration(milliseconds(expires).to_string().into()),
        None => properties,
    }
}

/// What the sender let its message live, if it said so in a way that can be read.
pub(super) fn expires(properties: &BasicProperties) -> Option<Duration> {
    let text = properties.expiration().as_ref()?;
    text.as_str().parse().ok().map(Duration::from_millis)
}

/// How many notes are remembered.
const REMEMBERED: usize = 8;

/// Reads what was said beside messages. The same peers say the same again and again, which takes no
/// memory anew.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    said: Vec<Arc<Notes>>,
    /// Which of them the next that is new takes the place of.
    oldest: usize,
}

impl Hearing {
    /// What was said beside the body. A header that is no text is none of ours.
    pub(super) fn notes(&mut self, properties: &BasicProperties) -> Notes {
        let Some(headers) = properties.headers() else { return Notes::default() };
        let said = || headers.inner().iter().filter_map(note);
        if said().next().is_none() {
            return Notes::default();
        }
        if let Some(known) = self.said.iter().find(|known| known.iter().eq(said())) {
            return Notes::shared(known);
        }
        let notes = Arc::new(
            said().fold(Notes::default(), |notes, (name, text)| notes.with(name.to_owned(), text)),
        );
        let said = Notes::shared(&notes);
        match self.said.get_mut(self.oldest) {
            Some(oldest) => *oldest = notes,
            None => self.said.push(notes),
        }
        self.oldest = (self.oldest + 1) % REMEMBERED;
        said
    }
}

/// One of the notes beside the body, by its name.
pub(super) fn note_named<'h>(properties: &'h BasicProperties, wanted: &str) -> Option<&'h str> {
    let mut said = properties.headers().as_ref()?.inner().iter().filter_map(note);
    said.find(|(name, _)| *name == wanted).map(|(_, text)| text)
}

fn note<'h>((name, value): (&'h ShortString, &'h AMQPValue)) -> Option<(&'h str, &'h str)> {
    let name = Some(name.as_str()).filter(|name| name.starts_with(Notes::PREFIX))?;
    let text = std::str::from_utf8(value.as_long_string()?.as_bytes()).ok()?;
    Some((name, text))
}

/// How often a message was given out, this time included. A quorum queue counts how often it was
/// given out before, in the header `x-delivery-count`.
pub(super) fn attempt(properties: &BasicProperties, redelivered: bool) -> u32 {
    let header = properties.headers().as_ref().and_then(|headers| {
        let header = headers.inner().get("x-delivery-count")?;
        match header {
            AMQPValue::LongLongInt(count) => u32::try_from(*count).ok(),
            AMQPValue::LongInt(count) => u32::try_from(*count).ok(),
            AMQPValue::LongUInt(count) => Some(*count),
            AMQPValue::ShortShortInt(count) => u32::try_from(*count).ok(),
            AMQPValue::ShortInt(count) => u32::try_from(*count).ok(),
            _ => None,
        }
    });
    header.unwrap_or(0).max(redelivered.into()).saturating_add(1)
}

/// Up to hundredths of a second, and to 49 days: RabbitMQ refuses a greater number. What little of
/// a call's time is spent before its request is sent is no difference to the broker, and the number
/// stays the one that was set, as it is in the peer.
fn milliseconds(duration: Duration) -> u32 {
    let hundredths = u32::try_from(duration.as_micros().div_ceil(10_000)).unwrap_or(u32::MAX);
    hundredths.saturating_mul(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> serde_json::Value {
        let path = format!("{}/../tests/fixtures/oslo/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn assert_as_captured(properties: &BasicProperties, captured: &serde_json::Value) {
        let text = |value: &str| captured[value].as_str().map(Into::into);
        assert_eq!(*properties.content_type(), text("content_type"));
        assert_eq!(*properties.content_encoding(), text("content_encoding"));
        assert_eq!(*properties.expiration(), text("expiration"));
        assert_eq!(properties.delivery_mode().map(u64::from), captured["delivery_mode"].as_u64());
        assert_eq!(properties.priority().map(u64::from), captured["priority"].as_u64());
        let headers = properties.headers().as_ref().unwrap().inner();
        let compression = headers.get("compression").and_then(AMQPValue::as_long_string);
        let compression = compression.map(ToString::to_string);
        assert_eq!(captured["headers"]["compression"].as_str(), compression.as_deref());
        assert_eq!(captured["headers"].as_object().unwrap().len(), headers.len());
    }

    #[test]
    fn a_call_and_a_cast_look_as_those_of_oslo_messaging() {
        let call = fixture("rpc_call_request_timeout");
        assert_as_captured(
            &outgoing(Some(Duration::from_millis(2500)), None, Notes::NONE),
            &call["properties"],
        );
        let cast = fixture("rpc_cast_request");
        assert_as_captured(&outgoing(None, None, Notes::NONE), &cast["properties"]);
        let gzip = fixture("rpc_cast_request_compressed_gzip");
        assert_as_captured(
            &outgoing(None, Some(Compression::Zlib), Notes::NONE),
            &gzip["properties"],
        );
        let bzip2 = fixture("rpc_cast_request_compressed_bzip2");
        assert_as_captured(
            &outgoing(None, Some(Compression::Bzip2), Notes::NONE),
            &bzip2["properties"],
        );
    }

    #[test]
    fn an_expiration_is_read_back_unless_it_is_nonsense() {
        let sent = Some(Duration::from_millis(60_000));
        assert_eq!(expires(&outgoing(sent, None, Notes::NONE)), sent);
        assert_eq!(expires(&outgoing(None, None, Notes::NONE)), None);
        let nonsense = BasicProperties::default().with_expiration("-1 day".into());
        assert_eq!(expires(&nonsense), None);
    }

    #[test]
    fn notes_are_read_back_and_other_headers_are_none() {
        let mut hearing = Hearing::default();
        let sent = Notes::default().with("messaging-server", "höst-1");
        let properties = outgoing(None, Some(Compression::Zlib), &sent);
        assert_eq!(hearing.notes(&properties), sent);
        let mut headers = FieldTable::default();
        headers.insert("messaging-server".into(), AMQPValue::LongUInt(1));
        headers.insert("messaging-bytes".into(), AMQPValue::LongString(vec![0xff].into()));
        headers.insert("x-death".into(), AMQPValue::LongString("text".into()));
        let properties = BasicProperties::default().with_headers(headers);
        assert_eq!(hearing.notes(&properties), Notes::default());
        assert_eq!(hearing.notes(&BasicProperties::default()), Notes::default());
    }

    #[test]
    fn each_message_has_its_own_notes_however_many_were_heard() {
        let mut hearing = Hearing::default();
        for number in (0..3 * REMEMBERED).chain(0..3) {
            let sent = Notes::default().with("messaging-server", &number.to_string());
            assert_eq!(hearing.notes(&outgoing(None, None, &sent)), sent);
        }
        assert_eq!(hearing.said.len(), REMEMBERED);
    }

    #[test]
    fn an_expiration_beyond_the_broker_s_range_is_cut() {
        assert_eq!(milliseconds(Duration::MAX), u32::MAX);
    }
}
