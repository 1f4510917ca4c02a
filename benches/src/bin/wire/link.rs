//! A connection with one channel.

use std::sync::Arc;

use messaging_benches::{Place, floor};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::frames::{FRAME_MAX, Frames};
use crate::reader::Reader;
use crate::writer::Writer;

/// A connection with one channel.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) reader: Reader,
    pub(crate) writer: Arc<Writer>,
}

impl Link {
    /// Connects as `guest` to the virtual host `/`.
    pub(crate) async fn open(place: &Place) -> Self {
        let socket = TcpStream::connect(place.address()).await.expect("a broker");
        socket.set_nodelay(true).expect("a socket");
        let (read, mut write) = socket.into_split();
        write.write_all(b"AMQP\x00\x00\x09\x01").await.expect("a connection");
        let mut link = Self { reader: Reader::new(read), writer: Writer::start(write) };
        link.reader.method(10, 10).await;
        link.writer.queue(|frames| {
            frames.of_connection(11, |it| {
                it.u32(0).short("PLAIN").long("\0guest\0guest").short("en_US");
            });
        });
        link.reader.method(10, 30).await;
        link.writer.queue(|frames| {
            frames.of_connection(31, |it| {
                it.u16(2_047).u32(FRAME_MAX).u16(0);
            });
            frames.of_connection(40, |it| {
                it.short("/").short("").u8(0);
            });
        });
        link.reader.method(10, 41).await;
        link.ask(20, 10, |it| {
            it.short("");
        })
        .await;
        link
    }

    /// Declares a queue as ours does, neither durable nor exclusive; `expires` as a reply queue does.
    pub(crate) async fn declare(&mut self, queue: &str, expires: bool) {
        self.ask(50, 10, |it| {
            it.u16(0).short(queue).u8(0);
            if expires {
                let number = floor::REPLY_QUEUE_EXPIRES.cast_unsigned();
                it.u32(15).short("x-expires").u8(b'I').u32(number);
            } else {
                it.u32(0);
            }
        })
        .await;
    }

    /// Has the exchange of topics send what is for `topic` to the queue of that name.
    pub(crate) async fn bind(&mut self, topic: &str) {
        self.ask(40, 10, |it| {
            it.u16(0).short(floor::EXCHANGE).short("topic").u8(0).u32(0);
        })
        .await;
        self.ask(50, 20, |it| {
            it.u16(0).short(topic).short(floor::EXCHANGE).short(topic).u8(0).u32(0);
        })
        .await;
    }

    /// Consumes a queue; `acknowledged` where each message is.
    pub(crate) async fn consume(&mut self, queue: &str, acknowledged: bool) {
        self.ask(60, 20, |it| {
            let flags = if acknowledged { 0 } else { 0b10 };
            it.u16(0).short(queue).short("").u8(flags).u32(0);
        })
        .await;
    }

    /// Sends a method, and waits for its answer, which has the next id.
    async fn ask(&mut self, class: u16, id: u16, arguments: impl FnOnce(&mut Frames)) {
        self.writer.queue(|frames| frames.of_channel(class, id, arguments));
        self.reader.method(class, id + 1).await;
    }
}

/// Deletes a queue, and does not wait for it.
pub(crate) fn delete(writer: &Writer, queue: &str) {
    writer.queue(|frames| {
        frames.of_channel(50, 40, |it| {
            it.u16(0).short(queue).u8(0);
        });
    });
}
