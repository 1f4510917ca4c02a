//! One connection: its handshake, its two tasks, and what is asked on it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use amq_protocol::protocol::{AMQPClass, channel, connection, parse_class};
use amq_protocol::types::{AMQPValue, FieldTable};
use messaging::{Error, ErrorKind};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::frames;
use super::incoming::{Incoming, Payload};
use super::line::Line;
use super::login::Login;
use super::{reader, writer};

/// The greatest frame, as the shipped driver has it.
pub(super) const FRAME_MAX: u32 = 131_072;

/// A connection. Dropping it hangs up.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) line: Arc<Line>,
    tasks: [JoinHandle<()>; 2],
}

impl Connection {
    pub(super) async fn open(login: &Login, name: &str) -> Result<Self, Error> {
        let opening = handshake(login, name);
        let (reading, writing) = opening.await.map_err(|error| {
            let text = format!("no connection to {}", login.address);
            Error::new(ErrorKind::Connection, text).with_source(error)
        })?;
        let line = Arc::<Line>::default();
        let tasks = [
            tokio::spawn(reader::run(Arc::clone(&line), reading)),
            tokio::spawn(writer::run(Arc::clone(&line), writing)),
        ];
        Ok(Self { line, tasks })
    }

    /// Asks on a channel, and gives what the broker answers.
    pub(super) async fn ask(
        &self,
        channel: u16,
        question: AMQPClass,
        within: Duration,
    ) -> Result<AMQPClass, Error> {
        let answer = self.line.ask(channel, question).map_err(|why| self.over(&why))?;
        match tokio::time::timeout(within, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(self.over("the broker has closed the channel")),
            Err(_) => Err(self.over("the broker did not answer in time")),
        }
    }

    /// A new channel.
    pub(super) async fn channel(&self, within: Duration) -> Result<u16, Error> {
        let channel = self.line.new_channel();
        let opening = AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {}));
        self.ask(channel, opening, within).await?;
        Ok(channel)
    }

    /// Says goodbye within `within`, and hangs up.
    pub(super) async fn close(&self, within: Duration) {
        let closing = connection::AMQPMethod::Close(connection::Close {
            reply_code: 200,
            reply_text: "OK".into(),
            class_id: 0,
            method_id: 0,
        });
        let _ = self.ask(0, AMQPClass::Connection(closing), within).await;
        self.line.end("the connection was closed");
        self.hang_up();
    }

    /// An error that says why nothing can be asked.
    pub(super) fn over(&self, why: &str) -> Error {
        Error::new(ErrorKind::Connection, self.line.over().as_deref().unwrap_or(why))
    }

    fn hang_up(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hang_up();
    }
}

type Reading = Incoming<tokio::net::tcp::OwnedReadHalf>;
type Writing = tokio::net::tcp::OwnedWriteHalf;

async fn handshake(login: &Login, name: &str) -> io::Result<(Reading, Writing)> {
    let socket = TcpStream::connect(&login.address).await?;
    socket.set_nodelay(true)?;
    let (reading, mut writing) = socket.into_split();
    let mut reading = Incoming::new(reading);
    writing.write_all(b"AMQP\0\0\x09\x01").await?;
    loop {
        let mut bytes = Vec::new();
        let mut say = |method| frames::method(&mut bytes, 0, AMQPClass::Connection(method));
        match method(&mut reading).await? {
            AMQPClass::Connection(connection::AMQPMethod::Start(_)) => {
                say(connection::AMQPMethod::StartOk(start_ok(login, name)));
            }
            AMQPClass::Connection(connection::AMQPMethod::Tune(tune)) => {
                say(connection::AMQPMethod::TuneOk(connection::TuneOk {
                    channel_max: tune.channel_max,
                    frame_max: FRAME_MAX,
                    heartbeat: 0,
                }));
                let virtual_host = "/".into();
                say(connection::AMQPMethod::Open(connection::Open { virtual_host }));
            }
            AMQPClass::Connection(connection::AMQPMethod::OpenOk(_)) => {
                return Ok((reading, writing));
            }
            other => return Err(io::Error::other(format!("{other:?} in the handshake"))),
        }
        writing.write_all(&bytes).await?;
    }
}

fn start_ok(login: &Login, name: &str) -> connection::StartOk {
    let (mut able, mut client_properties) = (FieldTable::default(), FieldTable::default());
    for ability in ["publisher_confirms", "basic.nack", "consumer_cancel_notify"] {
        able.insert(ability.into(), AMQPValue::Boolean(true));
    }
    client_properties.insert("capabilities".into(), AMQPValue::FieldTable(able));
    client_properties.insert("connection_name".into(), AMQPValue::LongString(name.into()));
    connection::StartOk {
        client_properties,
        mechanism: "PLAIN".into(),
        response: format!("\0{}\0{}", login.user, login.password).into(),
        locale: "en_US".into(),
    }
}

/// The next method that the broker says.
async fn method(reading: &mut Reading) -> io::Result<AMQPClass> {
    loop {
        if let Some(frame) = reading.next()? {
            if let Payload::Method(payload) = frame.payload {
                let (_, class) = parse_class(payload)
                    .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
                return Ok(class);
            }
            continue;
        }
        reading.fill().await?;
    }
}
