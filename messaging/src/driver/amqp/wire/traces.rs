//! What was seen on the wire before lapin has read it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use lapin::ErrorKind;
use lapin::protocol::AMQPError;
use lapin::types::ShortString;

use crate::driver::amqp::keeper::Bell;

/// What the broker has sent, where that is no good news.
#[derive(Debug, Default)]
pub(in crate::driver::amqp) struct Traces {
    /// Of most channels there is none.
    channels: Mutex<Vec<(u16, Trace)>>,
    bell: OnceLock<Arc<Bell>>,
}

/// What was seen of a channel.
#[derive(Debug, Default)]
struct Trace {
    /// How many messages were given back.
    returns: u64,
    /// Why the broker has closed it.
    closed: Option<lapin::Error>,
}

impl Traces {
    /// How many messages the broker has given back on a channel. Whoever learns of lapin that a
    /// message was confirmed finds it counted here if that one was given back.
    pub(in crate::driver::amqp) fn returns(&self, channel: u16) -> u64 {
        let channels = self.channels();
        channels.iter().find(|(id, _)| *id == channel).map_or(0, |(_, trace)| trace.returns)
    }

    /// Why the broker has closed a channel, if it has.
    pub(in crate::driver::amqp) fn closed(&self, channel: u16) -> Option<lapin::Error> {
        let channels = self.channels();
        let (_, trace) = channels.iter().find(|(id, _)| *id == channel)?;
        trace.closed.clone()
    }

    /// A channel was opened that may have the number of an earlier one; gives how many messages that
    /// one was given back.
    pub(in crate::driver::amqp) fn opened(&self, channel: u16) -> u64 {
        self.with(channel, |trace| {
            trace.closed = None;
            trace.returns
        })
    }

    /// Has `bell` ring for what is to come; whether it is the first one.
    pub(in crate::driver::amqp) fn ring(&self, bell: &Arc<Bell>) -> bool {
        self.bell.set(Arc::clone(bell)).is_ok()
    }

    /// A method was read on a channel, by its class and number (AMQP 0-9-1, section 4.2.4).
    pub(super) fn method(&self, channel: u16, [class_high, class, high, method]: [u8; 4]) {
        if (class_high, high) != (0, 0) {
            return;
        }
        match (class, method) {
            // basic.return
            (60, 50) => self.with(channel, |trace| trace.returns += 1),
            // basic.nack, connection.close
            (60, 120) | (10, 50) => {}
            _ => return,
        }
        self.alarm();
    }

    /// The broker has closed a channel; `why` is a code, and a text behind its length.
    pub(super) fn channel_closed(&self, channel: u16, why: &[u8]) {
        let [high, low, _, text @ ..] = why else { return };
        // What is no UTF-8 may be too long once it is replaced.
        let text = ShortString::try_new(String::from_utf8_lossy(text)).unwrap_or_default();
        if let Some(error) = AMQPError::from_id(u16::from_be_bytes([*high, *low]), text) {
            let error = ErrorKind::ProtocolError(error).into();
            self.with(channel, |trace| trace.closed = Some(error));
        }
        self.alarm();
    }

    /// Nothing more will be read.
    pub(super) fn ended(&self) {
        self.alarm();
    }

    fn with<T>(&self, channel: u16, change: impl FnOnce(&mut Trace) -> T) -> T {
        let mut channels = self.channels();
        if let Some((_, trace)) = channels.iter_mut().find(|(id, _)| *id == channel) {
            return change(trace);
        }
        let mut trace = Trace::default();
        let result = change(&mut trace);
        channels.push((channel, trace));
        result
    }

    fn channels(&self) -> MutexGuard<'_, Vec<(u16, Trace)>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn alarm(&self) {
        if let Some(bell) = self.bell.get() {
            bell.alarm();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte that is no UTF-8 takes three as it is replaced, and lapin's texts have 255.
    #[test]
    fn a_text_that_is_no_text_is_left_out_and_the_reason_is_kept() {
        let traces = Traces::default();
        let why = [&[1, 148, 200][..], &[0xff; 200]].concat();
        traces.channel_closed(7, &why);
        let error = traces.closed(7).expect("it is closed");
        assert!(error.to_string().contains("NOT-FOUND"), "{error}");
    }
}
