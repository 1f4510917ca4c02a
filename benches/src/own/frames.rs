//! Frames on their way out (AMQP 0-9-1, sections 2.3.5 and 4.2).

use amq_protocol::frame::{AMQPFrame, WriteContext, gen_frame};
use amq_protocol::protocol::AMQPClass;
use messaging::driver::Notes;

const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
const END: u8 = 0xce;

/// What a frame has beside its payload: kind, channel, size and end.
const AROUND: usize = 8;

/// The properties that are set on every message: content type and encoding, headers, delivery mode
/// and priority.
const ALWAYS: u16 = 1 << 15 | 1 << 14 | 1 << 13 | 1 << 12 | 1 << 11;
const EXPIRATION: u16 = 1 << 8;

/// A message, where it goes, and what is said beside it.
pub(super) struct Message<'a> {
    pub(super) exchange: &'a str,
    pub(super) key: &'a str,
    pub(super) mandatory: bool,
    /// In milliseconds.
    pub(super) expires: Option<u32>,
    pub(super) notes: &'a Notes,
    pub(super) body: &'a [u8],
}

/// Any method, by the protocol crate.
pub(super) fn method(out: &mut Vec<u8>, channel: u16, class: AMQPClass) {
    let frame = AMQPFrame::Method(channel, class);
    let written = gen_frame(&frame)(WriteContext::from(Vec::new()));
    // Writing to memory does not fail.
    if let Ok(written) = written {
        out.extend_from_slice(&written.into_inner().0);
    }
}

/// `basic.publish` with its content, a body cut into frames of at most `longest` bytes.
pub(super) fn publish(out: &mut Vec<u8>, channel: u16, longest: usize, message: &Message<'_>) {
    let Message { exchange, key, mandatory, expires, notes, body } = *message;
    frame(out, METHOD, channel, |out| {
        out.extend_from_slice(&[0, 60, 0, 40, 0, 0]);
        short(out, exchange.as_bytes());
        short(out, key.as_bytes());
        out.push(mandatory.into());
    });
    frame(out, HEADER, channel, |out| {
        out.extend_from_slice(&[0, 60, 0, 0]);
        out.extend_from_slice(&(body.len() as u64).to_be_bytes());
        let flags = if expires.is_some() { ALWAYS | EXPIRATION } else { ALWAYS };
        out.extend_from_slice(&flags.to_be_bytes());
        short(out, b"application/json");
        short(out, b"utf-8");
        sized(out, |out| {
            for (name, text) in notes.iter() {
                short(out, name.as_bytes());
                out.push(b'S');
                sized(out, |out| out.extend_from_slice(text.as_bytes()));
            }
        });
        out.extend_from_slice(&[2, 0]);
        if let Some(expires) = expires {
            short(out, expires.to_string().as_bytes());
        }
    });
    for part in body.chunks(longest - AROUND) {
        frame(out, BODY, channel, |out| out.extend_from_slice(part));
    }
}

/// `basic.ack` of one message.
pub(super) fn ack(out: &mut Vec<u8>, channel: u16, tag: u64) {
    settle(out, channel, 80, tag, false);
}

/// `basic.reject` of one message.
pub(super) fn reject(out: &mut Vec<u8>, channel: u16, tag: u64, requeue: bool) {
    settle(out, channel, 90, tag, requeue);
}

/// `channel.flow`, on: a question that changes nothing.
pub(super) fn flow(out: &mut Vec<u8>, channel: u16) {
    frame(out, METHOD, channel, |out| out.extend_from_slice(&[0, 20, 0, 20, 1]));
}

fn settle(out: &mut Vec<u8>, channel: u16, method: u8, tag: u64, bit: bool) {
    frame(out, METHOD, channel, |out| {
        out.extend_from_slice(&[0, 60, 0, method]);
        out.extend_from_slice(&tag.to_be_bytes());
        out.push(bit.into());
    });
}

fn frame(out: &mut Vec<u8>, kind: u8, channel: u16, payload: impl FnOnce(&mut Vec<u8>)) {
    out.push(kind);
    out.extend_from_slice(&channel.to_be_bytes());
    sized(out, payload);
    out.push(END);
}

/// Bytes behind their number, which is filled in once they are there.
fn sized(out: &mut Vec<u8>, payload: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    payload(out);
    let size = u32::try_from(out.len() - at - 4).unwrap_or(u32::MAX);
    out[at..at + 4].copy_from_slice(&size.to_be_bytes());
}

/// A short string; names longer than AMQP allows are refused before.
fn short(out: &mut Vec<u8>, text: &[u8]) {
    out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(text);
}
