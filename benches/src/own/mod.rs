//! A prototype of an AMQP 0-9-1 connection of our own, as a driver of the library. It shows what one
//! would bring in the place of lapin, and is not shipped.
//!
//! Each connection has two tasks on the runtime of its callers, and no thread: a reader, which hands
//! each message to its consumer and each answer to whoever waits for it, and a writer, which takes
//! all that was queued since it last wrote and writes it at once. As in the driver that is shipped
//! there are two connections, one to publish on and one to consume on, and the same exchanges,
//! queues, properties and acknowledgements (wire document, sections 5 and 6).
//!
//! Methods that set something up are generated and parsed by `amq-protocol`, as is a table of headers
//! that holds anything but texts. What each message costs is written and read by hand
//! (`basic.publish`, `deliver`, `ack`, content headers and bodies): the crate's types own a copy of
//! each name, and its parsers collect a body byte by byte.
//!
//! Left out, so that one for users would cost more than this: TLS, recovery of any kind, heartbeats,
//! `connection.blocked`, returned messages (a mandatory message that no queue takes counts as
//! confirmed), compression, the options of the broker beside their defaults, and most checks of what
//! a broker may send. It opens tokio's sockets itself, not those of a
//! [`Runtime`](messaging::runtime::Runtime).

mod connection;
mod consumer;
mod driver;
mod frames;
mod incoming;
mod line;
mod login;
mod message;
mod publisher;
mod reader;
mod topology;
mod writer;

pub use driver::Own;
pub use login::Login;
