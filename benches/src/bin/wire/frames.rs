//! Frames, as they are written (AMQP 0-9-1 specification, section 4.2).

use messaging_benches::floor;

/// The largest frame, as it is told to the broker.
pub(crate) const FRAME_MAX: u32 = 131_072;

/// How much of a frame is not its content.
const AROUND: usize = 8;

/// The channel that all of it is on.
const CHANNEL: u16 = 1;

/// Bytes to be written.
#[derive(Debug, Default)]
pub(crate) struct Frames(pub(crate) Vec<u8>);

impl Frames {
    pub(crate) fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    pub(crate) fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// A short string.
    pub(crate) fn short(&mut self, text: &str) -> &mut Self {
        self.u8(text.len().try_into().expect("a short text"));
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// A long string.
    pub(crate) fn long(&mut self, text: &str) -> &mut Self {
        self.u32(text.len().try_into().expect("a text below 4 GiB"));
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// A method of the connection.
    pub(crate) fn of_connection(&mut self, id: u16, arguments: impl FnOnce(&mut Self)) {
        self.frame(1, 0, |frame| {
            frame.u16(10).u16(id);
            arguments(frame);
        });
    }

    /// A method of the channel.
    pub(crate) fn of_channel(&mut self, class: u16, id: u16, arguments: impl FnOnce(&mut Self)) {
        self.frame(1, CHANNEL, |frame| {
            frame.u16(class).u16(id);
            arguments(frame);
        });
    }

    fn frame(&mut self, kind: u8, channel: u16, content: impl FnOnce(&mut Self)) {
        self.u8(kind).u16(channel);
        let at = self.0.len();
        self.u32(0);
        content(self);
        let size = u32::try_from(self.0.len() - at - 4).expect("a frame below 4 GiB");
        self.0[at..at + 4].copy_from_slice(&size.to_be_bytes());
        self.u8(0xce);
    }

    /// `basic.publish`, with the properties that a message of ours has; `mandatory`, as ours is.
    pub(crate) fn publish(&mut self, exchange: &str, key: &str, expires: bool, body: &[u8]) {
        self.of_channel(60, 40, |frame| {
            frame.u16(0).short(exchange).short(key).u8(1);
        });
        // Content type, content encoding, headers, delivery mode and priority, from the top.
        let flags = 0xf800 | if expires { 0x0100 } else { 0 };
        self.frame(2, CHANNEL, |frame| {
            frame.u16(60).u16(0).u64(body.len() as u64).u16(flags);
            frame.short("application/json").short("utf-8").u32(0).u8(2).u8(0);
            if expires {
                frame.short(floor::EXPIRATION);
            }
        });
        for part in body.chunks(FRAME_MAX as usize - AROUND) {
            self.frame(3, CHANNEL, |frame| frame.0.extend_from_slice(part));
        }
    }

    /// `basic.ack` of one message.
    pub(crate) fn acknowledge(&mut self, tag: u64) {
        self.of_channel(60, 80, |frame| {
            frame.u64(tag).u8(0);
        });
    }
}
