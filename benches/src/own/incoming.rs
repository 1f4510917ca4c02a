//! Frames as they come in.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
const END: u8 = 0xce;

/// How much room there is at least for what is read at once.
const ROOM: usize = 32 * 1024;

/// A frame, in the buffer that it was read into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) channel: u16,
    pub(super) payload: Payload<'a>,
}

/// What it holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Payload<'a> {
    Method(&'a [u8]),
    Header(&'a [u8]),
    Body(&'a [u8]),
    Heartbeat,
}

/// A socket, and what was read of it and not taken.
#[derive(Debug)]
pub(super) struct Incoming<S> {
    socket: S,
    buffer: Vec<u8>,
    from: usize,
    until: usize,
}

impl<S: AsyncRead + Unpin> Incoming<S> {
    pub(super) fn new(socket: S) -> Self {
        Self { socket, buffer: vec![0; 2 * ROOM], from: 0, until: 0 }
    }

    /// The next frame that is there whole.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        let read = &self.buffer[self.from..self.until];
        let Some((&[kind, high, low, a, b, c, d], rest)) = read.split_first_chunk::<7>() else {
            return Ok(None);
        };
        let size = u32::from_be_bytes([a, b, c, d]) as usize;
        let Some(&end) = rest.get(size) else { return Ok(None) };
        let payload = &rest[..size];
        let payload = match kind {
            METHOD => Payload::Method(payload),
            HEADER => Payload::Header(payload),
            BODY => Payload::Body(payload),
            _ => Payload::Heartbeat,
        };
        if end != END {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame does not end"));
        }
        self.from += size + 8;
        Ok(Some(Frame { channel: u16::from_be_bytes([high, low]), payload }))
    }

    /// Reads once; an error where the broker has hung up.
    pub(super) async fn fill(&mut self) -> io::Result<()> {
        if self.from == self.until {
            (self.from, self.until) = (0, 0);
        }
        if self.buffer.len() - self.until < ROOM {
            self.buffer.copy_within(self.from..self.until, 0);
            (self.from, self.until) = (0, self.until - self.from);
            if self.buffer.len() - self.until < ROOM {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        match self.socket.read(&mut self.buffer[self.until..]).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.until += read;
                Ok(())
            }
        }
    }
}
