//! The task that reads.

use std::sync::Arc;
use std::time::Instant;

use amq_protocol::protocol::{AMQPClass, basic, channel, connection, parse_class};
use tokio::io::AsyncRead;

use super::frames;
use super::incoming::{Frame, Incoming, Payload};
use super::line::Line;
use super::message::Message;

/// Reads until the line is over.
pub(super) async fn run(line: Arc<Line>, mut incoming: Incoming<impl AsyncRead + Unpin>) {
    let mut reader = Reader { line: Arc::clone(&line), begun: Vec::new(), at: Instant::now() };
    let ended = loop {
        loop {
            match incoming.next() {
                Ok(Some(frame)) => {
                    if reader.take(frame).is_none() {
                        return line.end("a frame of the broker cannot be read, or it has closed");
                    }
                }
                Ok(None) => break,
                Err(error) => return line.end(&error.to_string()),
            }
        }
        if let Err(error) = incoming.fill().await {
            break error;
        }
        reader.at = Instant::now();
    };
    line.end(&ended.to_string());
}

struct Reader {
    line: Arc<Line>,
    /// The message that has begun on each channel.
    begun: Vec<Option<Message>>,
    /// When the last bytes came.
    at: Instant,
}

impl Reader {
    /// Does what a frame says; none ends the connection.
    fn take(&mut self, Frame { channel, payload }: Frame<'_>) -> Option<()> {
        match payload {
            Payload::Method([0, 60, 0, 60, arguments @ ..]) => {
                *self.begun(channel) = Some(Message::delivered(arguments, self.at)?);
            }
            Payload::Method(&[0, 60, 0, method @ (80 | 120), a, b, c, d, e, f, g, h, bits]) => {
                let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
                self.line.confirmed(number, bits & 1 == 1, method == 80);
            }
            Payload::Method([0, 20, 0, 21, ..]) => self.line.noted(channel),
            Payload::Method(payload) => self.method(channel, parse_class(payload).ok()?.1)?,
            Payload::Header(payload) => {
                // A message that was returned has none that began.
                let Some(message) = self.begun(channel) else { return Some(()) };
                message.header(payload)?;
                self.deliver(channel);
            }
            Payload::Body(payload) => {
                let Some(message) = self.begun(channel) else { return Some(()) };
                message.part(payload);
                self.deliver(channel);
            }
            Payload::Heartbeat => {}
        }
        Some(())
    }

    /// A method that is none of a message's own.
    fn method(&mut self, channel: u16, class: AMQPClass) -> Option<()> {
        match class {
            AMQPClass::Channel(channel::AMQPMethod::Close(close)) => {
                tracing::warn!("the broker has closed channel {channel}: {}", close.reply_text);
                let closed = channel::AMQPMethod::CloseOk(channel::CloseOk {});
                let closed = AMQPClass::Channel(closed);
                let _ = self.line.write(|bytes| frames::method(bytes, channel, closed));
                self.line.close(channel);
            }
            AMQPClass::Connection(connection::AMQPMethod::Close(close)) => {
                tracing::warn!("the broker has closed the connection: {}", close.reply_text);
                return None;
            }
            AMQPClass::Basic(basic::AMQPMethod::Cancel(_)) => self.line.close(channel),
            AMQPClass::Basic(basic::AMQPMethod::Return(_)) => {}
            answer => self.line.answer(channel, answer),
        }
        Some(())
    }

    fn begun(&mut self, channel: u16) -> &mut Option<Message> {
        let channel = usize::from(channel);
        if self.begun.len() <= channel {
            self.begun.resize_with(channel + 1, || None);
        }
        &mut self.begun[channel]
    }

    /// Hands the message over that has begun, if it is whole.
    fn deliver(&mut self, channel: u16) {
        if let Some(message) = self.begun(channel).take_if(|message| message.is_whole()) {
            self.line.deliver(channel, message);
        }
    }
}
