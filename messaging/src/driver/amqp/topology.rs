//! Exchanges and queues: how they are named, and what they are declared with (wire document,
//! section 5).

mod exchange;
mod queue;

use lapin::types::{AMQPValue, ShortString};

pub(super) use self::exchange::Exchange;
pub(super) use self::queue::Queue;

use super::channel::Channel;
use super::failure::{self, Sort};
use super::fault::Fault;
use crate::{Error, ErrorKind};

fn refused(thing: &str, sort: Sort, channel: &Channel, fault: Fault) -> Error {
    let hint = channel.connection.hint();
    failure::declaring(&format!("{thing}{hint}"), sort, channel.connection.explain(fault))
}

/// A name as AMQP carries it.
///
/// Peers choose names too, and lapin panics over a long one: this is the only way to make one.
pub(super) fn short(name: impl Into<String>) -> Result<ShortString, Error> {
    let name = name.into();
    ShortString::try_new(name.as_str()).map_err(|_| {
        let start: String = name.chars().take(40).collect();
        Error::new(
            ErrorKind::Target,
            format!(
                "the name `{start}..` has {} bytes, and AMQP allows 255; shorten the exchange, \
                 the topic or the server",
                name.len()
            ),
        )
    })
}

/// A number with the type that the peer gives it: 32 bits with a sign, or 64 if it is too great.
pub(super) fn integer(number: u64) -> AMQPValue {
    match i32::try_from(number) {
        Ok(number) => AMQPValue::LongInt(number),
        Err(_) => AMQPValue::LongLongInt(i64::try_from(number).unwrap_or(i64::MAX)),
    }
}

#[cfg(test)]
mod tests;
