//! Frames, as they are read.

use tokio::io::AsyncReadExt as _;
use tokio::net::tcp::OwnedReadHalf;

/// How much room there is at least for what one read brings.
const ROOM: usize = 32 * 1024;

/// Reads what the broker sends.
#[derive(Debug)]
pub(crate) struct Reader {
    socket: OwnedReadHalf,
    buffer: Vec<u8>,
    from: usize,
    until: usize,
    message: Message,
    wanted: usize,
}

/// A message that was handed over.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub(crate) tag: u64,
    pub(crate) body: Vec<u8>,
}

/// What a frame came to.
enum Read {
    Method(u16, u16),
    Message(Message),
    Part,
}

impl Reader {
    pub(crate) fn new(socket: OwnedReadHalf) -> Self {
        let (buffer, message) = (vec![0; 2 * ROOM], Message::default());
        Self { socket, buffer, from: 0, until: 0, message, wanted: 0 }
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> Message {
        loop {
            while let Some(read) = self.frame() {
                if let Read::Message(message) = read {
                    return message;
                }
            }
            self.fill().await;
        }
    }

    /// Waits for a method of this class and id.
    pub(crate) async fn method(&mut self, class: u16, id: u16) {
        loop {
            while let Some(read) = self.frame() {
                if matches!(read, Read::Method(a, b) if (a, b) == (class, id)) {
                    return;
                }
            }
            self.fill().await;
        }
    }

    async fn fill(&mut self) {
        if self.from == self.until {
            (self.from, self.until) = (0, 0);
        }
        if self.buffer.len() - self.until < ROOM {
            self.buffer.copy_within(self.from..self.until, 0);
            (self.from, self.until) = (0, self.until - self.from);
            if self.buffer.len() - self.until < ROOM {
                self.buffer.resize(2 * self.buffer.len(), 0);
            }
        }
        let read = self.socket.read(&mut self.buffer[self.until..]).await.expect("a connection");
        assert!(read > 0, "the broker closed the connection");
        self.until += read;
    }

    /// The next whole frame of what was read.
    fn frame(&mut self) -> Option<Read> {
        let read = &self.buffer[self.from..self.until];
        let size = u32_at(read.get(3..7)?) as usize;
        let frame = read.get(..size + 8)?;
        assert_eq!(frame[size + 7], 0xce, "the end of a frame");
        self.from += size + 8;
        let content = &frame[7..size + 7];
        match frame[0] {
            1 => {
                let (class, id) = (u16_at(content), u16_at(&content[2..]));
                assert!(
                    !matches!((class, id), (10, 50) | (20, 40)),
                    "the broker closed it: {}",
                    String::from_utf8_lossy(&content[6..])
                );
                if (class, id) == (60, 60) {
                    let tag = 5 + usize::from(content[4]);
                    let tag = u64_at(&content[tag..]);
                    self.message = Message { tag, body: Vec::new() };
                }
                return Some(Read::Method(class, id));
            }
            2 => {
                self.wanted = usize::try_from(u64_at(&content[4..])).expect("a size");
                self.message.body = Vec::with_capacity(self.wanted);
            }
            3 => self.message.body.extend_from_slice(content),
            _ => return Some(Read::Part),
        }
        let is_whole = self.message.body.len() >= self.wanted;
        Some(if is_whole { Read::Message(std::mem::take(&mut self.message)) } else { Read::Part })
    }
}

fn u16_at(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

fn u32_at(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn u64_at(bytes: &[u8]) -> u64 {
    (u64::from(u32_at(bytes)) << 32) | u64::from(u32_at(&bytes[4..]))
}
