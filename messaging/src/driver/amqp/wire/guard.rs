//! What lapin must not be given: what others put into the properties of their messages.
//!
//! Its parser goes one call deeper for each table or list within another, some 4 KiB of stack each,
//! and ends the connection over a name that is not UTF-8. RabbitMQ passes both on: a message of
//! three kilobytes would end the process of every consumer in turn, or cut off its connection again
//! and again, since what was not acknowledged comes back.
//!
//! So the frames are looked at as they come from the socket, and mended in place, byte for byte: what
//! lies too deep becomes a byte array, which is written like a table and a list, and a byte beyond
//! ASCII in a name becomes a question mark. Nothing that this library reads is touched.

use std::sync::Arc;

use super::traces::Traces;

/// How deep tables and lists may lie within one another; RabbitMQ's own `x-death` has three levels.
const DEPTH: usize = 16;

/// The type of the frames that carry methods, and of those that carry properties (AMQP 0-9-1,
/// section 4.2.3).
const METHOD: u8 = 1;
const HEADER: u8 = 2;

/// The class and the method of `basic.deliver`, and of `channel.close`.
const DELIVER: [u8; 4] = [0, 60, 0, 60];
const CLOSE: [u8; 4] = [0, 20, 0, 40];

/// Looks at all that is read from one connection, in pieces of any size.
#[derive(Debug, Default)]
pub(in crate::driver::amqp) struct Guard {
    head: [u8; 7],
    have: usize,
    /// How much of the frame is still to come, with the octet that ends it.
    left: u64,
    inside: Option<Inside>,
    /// The tables and lists that are open in it: where each ends, and whether it has names.
    open: Vec<(u64, bool)>,
    traces: Arc<Traces>,
}

impl Guard {
    pub(super) fn traces(&self) -> &Arc<Traces> {
        &self.traces
    }

    /// Mends what was read.
    pub(in crate::driver::amqp) fn pass(&mut self, read: &mut [u8]) {
        let mut rest = read;
        while !rest.is_empty() {
            let taken = if self.left == 0 { self.head(rest) } else { self.within(rest) };
            rest = rest.get_mut(taken..).unwrap_or_default();
        }
    }

    /// Takes what is there of the bytes that a frame begins with; how many that are.
    fn head(&mut self, bytes: &[u8]) -> usize {
        let taken = take(&mut self.head, self.have, bytes);
        self.have += taken;
        if self.have < self.head.len() {
            return taken;
        }
        let [kind, high, low, size @ ..] = self.head;
        let channel = u16::from_be_bytes([high, low]);
        self.have = 0;
        self.left = u64::from(u32::from_be_bytes(size)) + 1;
        self.open.clear();
        self.inside = match kind {
            METHOD => Some(Inside::new(Part::Method, channel)),
            HEADER => Some(Inside::new(Part::Properties, channel)),
            _ => None,
        };
        taken
    }

    /// Takes what is there of one part of a frame, or of all that is of no interest.
    fn within(&mut self, bytes: &mut [u8]) -> usize {
        let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        let taken = match &mut self.inside {
            None => here,
            Some(inside) => {
                let bytes = bytes.get_mut(..here).unwrap_or_default();
                let (taken, goes_on) = inside.take(bytes, &mut self.open, &self.traces);
                if !goes_on {
                    self.inside = None;
                }
                taken
            }
        };
        self.left -= taken as u64;
        taken
    }
}

/// Copies what there is of `bytes` to where `have` bytes are already; how many that are.
fn take(places: &mut [u8], have: usize, bytes: &[u8]) -> usize {
    let places = places.get_mut(have..).unwrap_or_default();
    let taken = places.len().min(bytes.len());
    for (place, byte) in places.iter_mut().zip(bytes) {
        *place = *byte;
    }
    taken
}

/// What a frame begins with.
#[derive(Clone, Copy, Debug)]
enum Part {
    Method,
    Properties,
}

impl Part {
    /// How many bytes come before the fields.
    fn start(self) -> usize {
        match self {
            Self::Method => 4,
            Self::Properties => 14,
        }
    }
}

/// A field of a method or of properties.
#[derive(Clone, Copy, Debug)]
enum Field {
    Skip(u32),
    Name,
    /// One that is left as it is: the user, whose name the broker has verified.
    User,
    Table,
}

/// What comes next within a frame.
#[derive(Debug)]
enum Next {
    /// The bytes that a frame begins with, up to the fields: how many are there.
    Start(usize),
    Skip(u32),
    NameLength {
        mend: bool,
    },
    Name {
        left: u8,
        mend: bool,
    },
    /// The length of a table, of a list or of bytes.
    Length {
        have: u8,
        length: u32,
        kind: Sized,
    },
    Tag,
}

/// What a length is of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sized {
    Table,
    List,
    Bytes,
}

/// A frame whose fields are walked through.
#[derive(Debug)]
struct Inside {
    part: Part,
    channel: u16,
    start: [u8; 14],
    next: Next,
    /// How much was read.
    at: u64,
    /// The fields of this kind of frame, and which of them are there.
    fields: std::slice::Iter<'static, (u8, Field)>,
    present: u16,
    /// Those fields as they were read, where the traces want them.
    kept: Option<Vec<u8>>,
}

impl Inside {
    fn new(part: Part, channel: u16) -> Self {
        let (start, fields) = ([0; 14], [].iter());
        let kept = None;
        Self { part, channel, start, next: Next::Start(0), at: 0, fields, present: 0, kept }
    }

    /// Takes what is there of what comes next, which may be changed: how many bytes that are, and
    /// whether more of the frame is of interest.
    fn take(
        &mut self,
        bytes: &mut [u8],
        open: &mut Vec<(u64, bool)>,
        traces: &Traces,
    ) -> (usize, bool) {
        // What was to be kept before: the start of the frame is not.
        let mut kept = self.kept.take();
        let (taken, goes_on) = self.walk(bytes, open, traces);
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(bytes.get(..taken).unwrap_or_default());
            if !goes_on {
                traces.channel_closed(self.channel, kept);
            }
        }
        self.kept = self.kept.take().or(kept);
        (taken, goes_on)
    }

    fn walk(
        &mut self,
        bytes: &mut [u8],
        open: &mut Vec<(u64, bool)>,
        traces: &Traces,
    ) -> (usize, bool) {
        let most = |left: usize| bytes.len().min(left);
        let (taken, ended) = match &mut self.next {
            Next::Start(have) => {
                let length = self.part.start();
                let taken = take(self.start.get_mut(..length).unwrap_or_default(), *have, bytes);
                *have += taken;
                (taken, *have == length)
            }
            Next::Skip(left) => {
                let taken = most(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= u32::try_from(taken).unwrap_or(*left);
                (taken, *left == 0)
            }
            Next::Name { left, mend } => {
                let taken = most(usize::from(*left));
                let name = bytes.get_mut(..taken).unwrap_or_default();
                if *mend && !name.is_ascii() {
                    name.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'?');
                }
                *left -= u8::try_from(taken).unwrap_or(*left);
                (taken, *left == 0)
            }
            Next::NameLength { .. } | Next::Length { .. } | Next::Tag => {
                self.at += 1;
                return (1, bytes.first_mut().is_some_and(|byte| self.byte(byte, open)));
            }
        };
        self.at += taken as u64;
        let goes_on = match self.next {
            _ if !ended => true,
            Next::Start(_) => self.started(open, traces),
            Next::Name { .. } => self.named(open),
            _ => self.advance(open),
        };
        (taken, goes_on)
    }

    /// Goes on to the fields, if they are of interest.
    fn started(&mut self, open: &mut Vec<(u64, bool)>, traces: &Traces) -> bool {
        match (self.part, self.start) {
            (Part::Method, [first, second, third, fourth, ..]) => {
                let method = [first, second, third, fourth];
                traces.method(self.channel, method);
                self.present = u16::MAX;
                match method {
                    DELIVER => self.fields = DELIVERY.iter(),
                    CLOSE => (self.fields, self.kept) = (CLOSING.iter(), Some(Vec::new())),
                    _ => return false,
                }
                self.advance(open)
            }
            (Part::Properties, [.., high, low]) => {
                (self.fields, self.present) = (PROPERTIES.iter(), u16::from_be_bytes([high, low]));
                self.advance(open)
            }
        }
    }

    /// Takes one byte of a length or a tag, which may be changed; false if nothing more of the frame
    /// is of interest.
    fn byte(&mut self, byte: &mut u8, open: &mut Vec<(u64, bool)>) -> bool {
        match &mut self.next {
            Next::NameLength { .. } if *byte == 0 => return self.named(open),
            Next::NameLength { mend } => self.next = Next::Name { left: *byte, mend: *mend },
            Next::Length { have, length, kind } => {
                *length = *length << 8 | u32::from(*byte);
                *have += 1;
                if *have == 4 {
                    let (length, kind) = (*length, *kind);
                    return self.sized(length, kind, open);
                }
            }
            Next::Tag => return self.tagged(byte, open),
            Next::Start(_) | Next::Skip(_) | Next::Name { .. } => {}
        }
        true
    }

    /// A name has ended: in a table its value follows.
    fn named(&mut self, open: &mut Vec<(u64, bool)>) -> bool {
        if open.is_empty() {
            return self.advance(open);
        }
        self.next = Next::Tag;
        true
    }

    fn tagged(&mut self, tag: &mut u8, open: &mut Vec<(u64, bool)>) -> bool {
        let kind = match *tag {
            b'V' => return self.advance(open),
            b't' | b'b' | b'B' => return self.skip(1),
            b's' | b'U' | b'u' => return self.skip(2),
            b'I' | b'i' | b'f' => return self.skip(4),
            b'D' => return self.skip(5),
            b'L' | b'l' | b'd' | b'T' => return self.skip(8),
            b'F' if open.len() < DEPTH => Sized::Table,
            b'A' if open.len() < DEPTH => Sized::List,
            b'F' | b'A' => {
                *tag = b'x';
                Sized::Bytes
            }
            b'S' | b'x' => Sized::Bytes,
            // Nobody can say how long it is; lapin will not take it either.
            _ => return false,
        };
        self.next = Next::Length { have: 0, length: 0, kind };
        true
    }

    fn skip(&mut self, count: u32) -> bool {
        self.next = Next::Skip(count);
        true
    }

    fn sized(&mut self, length: u32, kind: Sized, open: &mut Vec<(u64, bool)>) -> bool {
        match kind {
            Sized::Bytes if length > 0 => return self.skip(length),
            Sized::Bytes => {}
            Sized::Table | Sized::List => {
                open.push((self.at + u64::from(length), kind == Sized::Table));
            }
        }
        self.advance(open)
    }

    /// What comes after a value or a field that has ended.
    fn advance(&mut self, open: &mut Vec<(u64, bool)>) -> bool {
        while open.pop_if(|(end, _)| *end <= self.at).is_some() {}
        let present = self.present;
        let field = |fields: &mut std::slice::Iter<'static, (u8, Field)>| {
            fields.find(|(bit, _)| present & 1 << bit != 0).map(|(_, field)| *field)
        };
        self.next = match open.last() {
            Some((_, true)) => Next::NameLength { mend: true },
            Some((_, false)) => Next::Tag,
            None => match field(&mut self.fields) {
                Some(Field::Skip(count)) => Next::Skip(count),
                Some(Field::Name) => Next::NameLength { mend: true },
                Some(Field::User) => Next::NameLength { mend: false },
                Some(Field::Table) => Next::Length { have: 0, length: 0, kind: Sized::Table },
                None => return false,
            },
        };
        true
    }
}

/// The consumer's tag, the delivery's tag and a flag, the exchange, the routing key.
const DELIVERY: [(u8, Field); 4] =
    [(0, Field::Name), (0, Field::Skip(9)), (0, Field::Name), (0, Field::Name)];

/// The code, and the text.
const CLOSING: [(u8, Field); 2] = [(0, Field::Skip(2)), (0, Field::Name)];

/// The properties in their order, by the bit that says whether each is there (AMQP 0-9-1, section
/// 4.2.6.1).
const PROPERTIES: [(u8, Field); 14] = [
    (15, Field::Name),    // content-type
    (14, Field::Name),    // content-encoding
    (13, Field::Table),   // headers
    (12, Field::Skip(1)), // delivery-mode
    (11, Field::Skip(1)), // priority
    (10, Field::Name),    // correlation-id
    (9, Field::Name),     // reply-to
    (8, Field::Name),     // expiration
    (7, Field::Name),     // message-id
    (6, Field::Skip(8)),  // timestamp
    (5, Field::Name),     // type
    (4, Field::User),     // user-id
    (3, Field::Name),     // app-id
    (2, Field::Name),     // cluster-id
];

#[cfg(test)]
mod tests {
    use lapin::types::parsing::parse_field_table;
    use lapin::types::{AMQPValue, FieldTable};

    use super::*;

    /// A frame with its end.
    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let size = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&[kind, 0, 1][..], &size, payload, &[0xCE]].concat()
    }

    fn sized(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn name(name: &[u8]) -> Vec<u8> {
        [&[u8::try_from(name.len()).unwrap()][..], name].concat()
    }

    /// The properties of a message: a content type, headers, a priority and a user.
    fn properties(content_type: &[u8], headers: &[u8], user: &[u8]) -> Vec<u8> {
        let flags: u16 = 1 << 15 | 1 << 13 | 1 << 11 | 1 << 4;
        let start = [&[0, 60, 0, 0][..], &7_u64.to_be_bytes(), &flags.to_be_bytes()].concat();
        let parts = [start, name(content_type), sized(headers), vec![0], name(user)];
        frame(HEADER, &parts.concat())
    }

    /// A header of lists or of tables within one another.
    fn nested(levels: usize, tag: u8) -> Vec<u8> {
        let mut value = vec![b'S', 0, 0, 0, 2, b'o', b'k'];
        for _ in 0..levels {
            let content = if tag == b'F' { [name(b"k"), value].concat() } else { value };
            value = [vec![tag], sized(&content)].concat();
        }
        [name(b"deep"), value].concat()
    }

    fn passed(bytes: &[u8]) -> Vec<u8> {
        let mut whole = bytes.to_vec();
        Guard::default().pass(&mut whole);
        // In pieces of any size it is the same.
        for size in [1, 2, 3, 7, 64] {
            let (mut pieces, mut guard) = (bytes.to_vec(), Guard::default());
            pieces.chunks_mut(size).for_each(|piece| guard.pass(piece));
            assert_eq!(pieces, whole, "in pieces of {size}");
        }
        whole
    }

    fn headers_of(properties: &[u8], content_type: usize) -> FieldTable {
        let table = &properties[7 + 14 + 1 + content_type..];
        parse_field_table(table).expect("a table").1
    }

    #[test]
    fn what_is_not_too_deep_is_left_as_it_is() {
        for tag in *b"AF" {
            let death = properties(b"application/json", &nested(DEPTH - 1, tag), b"nova");
            assert_eq!(passed(&death), death);
        }
        let every = [
            (b"tbB".as_slice(), vec![1]),
            (b"sUu", vec![0, 1]),
            (b"Iif", vec![0; 4]),
            (b"D", vec![0; 5]),
            (b"LldT", vec![0; 8]),
            (b"SxAF", vec![0; 4]),
            (b"V", vec![]),
        ];
        let headers = every.iter().flat_map(|(tags, value)| {
            tags.iter().flat_map(move |tag| [name(&[*tag]), vec![*tag], value.clone()].concat())
        });
        let headers: Vec<u8> = headers.collect();
        let all = properties("é".as_bytes(), &headers, "é".as_bytes());
        let mut expected = all.clone();
        expected[22..24].copy_from_slice(b"??");
        assert_eq!(passed(&all), expected);
        assert_eq!(headers_of(&all, 2).inner().len(), 19);
        // Bodies may hold anything, and what follows is a frame again.
        let body = frame(3, &all);
        let after = properties(b"", &nested(DEPTH, b'A'), b"");
        let both = passed(&[body.clone(), after.clone()].concat());
        assert_eq!(both[..body.len()], body);
        assert_ne!(both[body.len()..], after);
    }

    #[test]
    fn what_lies_too_deep_is_bytes() {
        for tag in *b"AF" {
            for levels in [DEPTH, 500, 25_000] {
                let properties =
                    passed(&properties(b"application/json", &nested(levels, tag), b""));
                let mut value = headers_of(&properties, 16).inner()["deep"].clone();
                let mut depth = 1;
                loop {
                    value = match value {
                        AMQPValue::FieldArray(list) => list.as_slice()[0].clone(),
                        AMQPValue::FieldTable(table) => table.inner()["k"].clone(),
                        AMQPValue::ByteArray(_) => break,
                        other => panic!("{other:?}"),
                    };
                    depth += 1;
                }
                assert_eq!(depth, DEPTH);
            }
        }
    }

    #[test]
    fn names_are_text_whatever_they_were() {
        let headers = [name(b"\xff\xfe"), vec![b'V']].concat();
        let properties = passed(&properties(b"a\xffb", &headers, b"n\xc3\xb6va"));
        assert!(headers_of(&properties, 3).inner().contains_key("??"));
        assert!(properties.windows(3).any(|it| it == b"a?b"));
        assert!(properties.windows(5).any(|it| it == "növa".as_bytes()));

        let deliver = |exchange, key| {
            let parts = [DELIVER.to_vec(), name(b"1"), vec![0xFF; 9], name(exchange), name(key)];
            frame(METHOD, &parts.concat())
        };
        assert_eq!(passed(&deliver(b"\xff", b"k\x80")), deliver(b"?", b"k?"));
        // Another method is none of its business.
        let close = frame(METHOD, b"\0\x0a\0\x32\xff\xff\xff");
        assert_eq!(passed(&close), close);
    }

    #[test]
    fn why_a_channel_was_closed_is_known_before_lapin_says_it() {
        let why = [&CLOSE[..], &404_u16.to_be_bytes(), &name(b"NOT_FOUND - gone"), &[0; 4]];
        let close = frame(METHOD, &why.concat());
        for size in [1, 5, close.len()] {
            let (mut pieces, mut guard) = (close.clone(), Guard::default());
            assert!(guard.traces().closed(1).is_none());
            pieces.chunks_mut(size).for_each(|piece| guard.pass(piece));
            assert_eq!(pieces, close, "in pieces of {size}");
            let error = guard.traces().closed(1).expect("it was closed");
            assert!(error.to_string().contains("NOT_FOUND - gone"), "{error}");
            guard.traces().opened(1);
            assert!(guard.traces().closed(1).is_none(), "another has its number");
        }
    }
}
