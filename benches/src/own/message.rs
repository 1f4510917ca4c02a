//! A message that comes in, frame by frame.

use std::time::{Duration, Instant};

use amq_protocol::types::AMQPValue;
use amq_protocol::types::parsing::parse_field_table;
use messaging::driver::Notes;

/// A body is given room for in advance up to this size; beyond it, as it comes.
const TRUSTED: usize = 1 << 20;

/// A message, or the beginning of one.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) tag: u64,
    pub(super) redelivered: bool,
    pub(super) notes: Notes,
    pub(super) user_id: Option<String>,
    pub(super) expires: Option<Duration>,
    pub(super) body: Vec<u8>,
    pub(super) at: Instant,
    size: usize,
}

impl Message {
    /// By the arguments of `basic.deliver`.
    pub(super) fn delivered(arguments: &[u8], at: Instant) -> Option<Self> {
        let mut rest = arguments;
        take_short(&mut rest)?;
        let tag = u64::from_be_bytes(*take(&mut rest)?);
        let &[redelivered] = take::<1>(&mut rest)?;
        let (notes, body) = (Notes::default(), Vec::new());
        let (user_id, expires) = (None, None);
        let redelivered = redelivered & 1 == 1;
        Some(Self { tag, redelivered, notes, user_id, expires, body, at, size: usize::MAX })
    }

    /// Takes its content header in: the size of the body, and those of the properties that are looked
    /// at.
    pub(super) fn header(&mut self, payload: &[u8]) -> Option<()> {
        let mut rest = payload;
        let &[_class_and_weight @ .., a, b, c, d, e, f, g, h] = take::<12>(&mut rest)?;
        self.size = usize::try_from(u64::from_be_bytes([a, b, c, d, e, f, g, h])).ok()?;
        self.body = Vec::with_capacity(self.size.min(TRUSTED));
        let flags = u16::from_be_bytes(*take(&mut rest)?);
        let has = |bit: u16| flags & 1 << bit != 0;
        for _ in (14..=15).filter(|bit| has(*bit)) {
            take_short(&mut rest)?;
        }
        if has(13) {
            self.notes = take_notes(&mut rest)?;
        }
        for _ in (11..=12).filter(|bit| has(*bit)) {
            take::<1>(&mut rest)?;
        }
        for _ in (9..=10).filter(|bit| has(*bit)) {
            take_short(&mut rest)?;
        }
        if has(8) {
            let text = std::str::from_utf8(take_short(&mut rest)?).ok();
            self.expires = text.and_then(|text| text.parse().ok()).map(Duration::from_millis);
        }
        if has(7) {
            take_short(&mut rest)?;
        }
        if has(6) {
            take::<8>(&mut rest)?;
        }
        if has(5) {
            take_short(&mut rest)?;
        }
        if has(4) {
            self.user_id = Some(String::from_utf8_lossy(take_short(&mut rest)?).into_owned());
        }
        Some(())
    }

    /// Takes a part of its body in.
    pub(super) fn part(&mut self, payload: &[u8]) {
        self.body.extend_from_slice(payload);
    }

    /// Whether all of it is there.
    pub(super) fn is_whole(&self) -> bool {
        self.body.len() >= self.size
    }
}

/// A table of headers: those of ours, if they are texts. A table that holds anything else is parsed by
/// the protocol crate, which knows how long each type is.
fn take_notes(rest: &mut &[u8]) -> Option<Notes> {
    let whole = *rest;
    let size = u32::from_be_bytes(*take(rest)?) as usize;
    let (mut table, behind) = rest.split_at_checked(size)?;
    *rest = behind;
    let mut notes = Notes::default();
    while !table.is_empty() {
        let name = take_short(&mut table)?;
        if take::<1>(&mut table)? != b"S" {
            return parsed(whole);
        }
        let size = u32::from_be_bytes(*take(&mut table)?) as usize;
        let (text, others) = table.split_at_checked(size)?;
        table = others;
        notes = with(notes, name, text);
    }
    Some(notes)
}

fn parsed(table: &[u8]) -> Option<Notes> {
    let (_, table) = parse_field_table(table).ok()?;
    let texts = table.inner().iter().filter_map(|(name, value)| match value {
        AMQPValue::LongString(text) => Some((name.as_str().as_bytes(), text.as_bytes())),
        _ => None,
    });
    Some(texts.fold(Notes::default(), |notes, (name, text)| with(notes, name, text)))
}

fn with(notes: Notes, name: &[u8], text: &[u8]) -> Notes {
    if !name.starts_with(Notes::PREFIX.as_bytes()) {
        return notes;
    }
    match (std::str::from_utf8(name), std::str::from_utf8(text)) {
        (Ok(name), Ok(text)) => notes.with(name.to_owned(), text),
        _ => notes,
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(taken)
}

/// A short string.
pub(super) fn take_short<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let &[size] = take::<1>(rest)?;
    let (taken, behind) = rest.split_at_checked(size.into())?;
    *rest = behind;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::frames;
    use crate::own::incoming::{Incoming, Payload};

    /// What `frames` writes of a message, as it is read back.
    async fn read_back(notes: &Notes, expires: Option<u32>, body: &[u8]) -> Message {
        let mut bytes = Vec::new();
        let sent = frames::Message {
            exchange: "openstack",
            key: "bench",
            mandatory: true,
            expires,
            notes,
            body,
        };
        frames::publish(&mut bytes, 1, 4_096, &sent);
        let mut delivered = b"\x011".to_vec();
        delivered.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 7, 1]);
        let mut message = Message::delivered(&delivered, Instant::now()).unwrap();
        let mut incoming = Incoming::new(&*bytes);
        while !message.is_whole() {
            match incoming.next().unwrap() {
                Some(frame) => match frame.payload {
                    Payload::Header(payload) => message.header(payload).unwrap(),
                    Payload::Body(payload) => message.part(payload),
                    Payload::Method(_) | Payload::Heartbeat => {}
                },
                None => incoming.fill().await.unwrap(),
            }
        }
        message
    }

    #[tokio::test]
    async fn a_message_is_read_as_it_was_written_in_however_many_frames() {
        let notes = Notes::default().with("messaging-server", "höst-1");
        for size in [0, 1, 4_088, 4_089, 300_000] {
            let body = vec![b'x'; size];
            let message = read_back(&notes, Some(2_500), &body).await;
            assert_eq!((message.tag, message.redelivered), (7, true));
            assert_eq!(message.expires, Some(Duration::from_millis(2_500)));
            assert_eq!((message.notes, message.body), (notes.clone(), body));
        }
        assert_eq!(read_back(Notes::NONE, None, b"{}").await.expires, None);
    }

    #[test]
    fn headers_of_other_types_are_passed_over() {
        let table = b"\0\0\0\x19\x01ai\0\0\0\x01\x0bmessaging-aS\0\0\0\x011rest";
        let mut rest = &table[..];
        let notes = take_notes(&mut rest).unwrap();
        assert_eq!((notes.get("messaging-a"), rest), (Some("1"), &b"rest"[..]));
        assert_eq!(take_notes(&mut &table[..9]), None);
    }
}
