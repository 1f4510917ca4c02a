//! What a broker says of itself before anybody logs in (AMQP 0-9-1, `connection.start`).

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use lapin::types::parsing::{parse_field_table, parse_long_string};
use lapin::types::{AMQPValue, FieldTable};

use crate::context::Deadline;
use crate::driver::amqp::dial::dial;
use crate::driver::amqp::peer::Peer;
use crate::driver::amqp::tls::Tls;
use crate::driver::amqp::wire::Guard;
use crate::runtime::{self, Runtime, Socket};
use crate::{Error, ErrorKind, RabbitOptions};

/// What a client says first.
const HELLO: &[u8] = b"AMQP\x00\x00\x09\x01";
/// The type of a frame, its channel, and its length.
const HEAD: usize = 7;
/// The class and the method of `connection.start`, and the version of the protocol.
const START: &[u8] = &[0, 10, 0, 10, 0, 9];
/// How long its frame may be: RabbitMQ's has half a kilobyte.
const LONGEST: usize = 64 * 1024;
/// How much of each text is kept, in characters.
const TEXT: usize = 200;

/// What a broker says of itself before anybody logs in.
#[derive(Clone, Debug, Default)]
pub struct Greeting {
    /// What it is: `RabbitMQ`.
    pub product: String,
    /// Its version.
    pub version: String,
    /// The name of its cluster.
    pub cluster: String,
    /// What it runs on: `Erlang/OTP 25.2.3`.
    pub platform: String,
    /// How one may log in.
    pub mechanisms: Vec<String>,
    /// How the way there is encrypted, if it is.
    pub sealed: Option<Sealed>,
}

/// How a connection is encrypted.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// `TLSv1_3`.
    pub protocol: String,
    /// The cipher suite.
    pub suite: String,
    /// Until when the broker's certificate is valid, from 1970 on.
    pub expires: Option<Duration>,
}

pub(super) async fn ask(
    peer: &Peer,
    options: &RabbitOptions,
    runtime: &Arc<dyn Runtime>,
    within: Duration,
) -> Result<Greeting, Error> {
    let deadline = Deadline::after(runtime, within);
    let tls = Tls::of(options, &**runtime).await?;
    let asking = async {
        let socket = dial(runtime, peer, &deadline).await?;
        let (mut socket, sealed) = match &tls {
            None => (socket, None),
            Some(tls) => {
                let (socket, sealed) = tls.seal(socket, peer).await?;
                (socket, Some(sealed))
            }
        };
        let frame = start(&mut *socket).await?;
        let greeting = read(&frame).ok_or_else(|| io::Error::other("it does not speak AMQP"))?;
        io::Result::Ok(Greeting { sealed, ..greeting })
    };
    let asked = runtime::timeout(&**runtime, within, asking).await;
    asked.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into())).map_err(|error| {
        let text = format!("{peer} does not say what it is: {error}");
        Error::new(ErrorKind::Connection, text).with_source(error)
    })
}

/// The first frame that the broker sends, mended.
async fn start(socket: &mut dyn Socket) -> io::Result<Vec<u8>> {
    let mut written = 0;
    while written < HELLO.len() {
        let rest = HELLO.get(written..).unwrap_or_default();
        written += poll_fn(|context| Pin::new(&mut *socket).poll_write(context, rest)).await?;
    }
    poll_fn(|context| Pin::new(&mut *socket).poll_flush(context)).await?;
    let mut frame = vec![0; HEAD];
    fill(socket, &mut frame).await?;
    let length = match frame.as_slice() {
        [1, 0, 0, length @ ..] => {
            length.iter().fold(0_usize, |sum, it| sum << 8 | usize::from(*it))
        }
        _ => return Err(io::Error::other("it does not speak AMQP 0-9-1")),
    };
    if length > LONGEST {
        return Err(io::Error::other("it says too much"));
    }
    frame.resize(HEAD + length + 1, 0);
    fill(socket, frame.get_mut(HEAD..).unwrap_or_default()).await?;
    Guard::default().pass(&mut frame);
    frame.truncate(HEAD + length);
    Ok(frame)
}

async fn fill(socket: &mut dyn Socket, buffer: &mut [u8]) -> io::Result<()> {
    let mut have = 0;
    while have < buffer.len() {
        let rest = buffer.get_mut(have..).unwrap_or_default();
        match poll_fn(|context| Pin::new(&mut *socket).poll_read(context, rest)).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => have += read,
        }
    }
    Ok(())
}

fn read(frame: &[u8]) -> Option<Greeting> {
    let rest = frame.get(HEAD..)?.strip_prefix(START)?;
    let (rest, table) = parse_field_table(rest).ok()?;
    let mechanisms = parse_long_string(rest).map(|(_, words)| words.to_string());
    let mechanisms = mechanisms.unwrap_or_default();
    Some(Greeting {
        product: text(&table, "product"),
        version: text(&table, "version"),
        cluster: text(&table, "cluster_name"),
        platform: text(&table, "platform"),
        mechanisms: mechanisms.split_whitespace().take(16).map(bounded).collect(),
        sealed: None,
    })
}

fn text(table: &FieldTable, name: &str) -> String {
    match table.inner().get(name) {
        Some(AMQPValue::LongString(text)) => bounded(&String::from_utf8_lossy(text.as_bytes())),
        _ => String::new(),
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_greeting_is_not_read() {
        for frame in [&b""[..], b"\x01\0\0\0\0\0\x01\0", &[&[0; HEAD][..], START].concat()] {
            assert!(read(frame).is_none(), "{frame:?}");
        }
        let mut frame =
            [&[0; HEAD][..], START, &[0, 0, 0, 19], b"\x07productS\0\0\0\x06Rabbit"].concat();
        frame.extend([0, 0, 0, 5]);
        frame.extend(b"PLAIN");
        let greeting = read(&frame).unwrap();
        assert_eq!((&*greeting.product, &*greeting.version), ("Rabbit", ""));
        assert_eq!(greeting.mechanisms, ["PLAIN"]);
    }
}
