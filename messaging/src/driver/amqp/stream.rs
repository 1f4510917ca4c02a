//! Where in a stream a consumer has come to.

use std::sync::Mutex;
use std::sync::PoisonError;

use lapin::BasicProperties;
use lapin::types::AMQPValue;

use super::topology::integer;

/// The header of a delivery, and the argument of a consumer.
const OFFSET: &str = "x-stream-offset";

/// Where in a stream a consumer has come to: a stream forgets nothing that was acknowledged, so
/// whoever consumes it again has to say from where (wire document, section 5.3).
#[derive(Debug, Default)]
pub(super) struct Position(Mutex<Option<u64>>);

impl Position {
    /// Where to begin: after what was seen, or else with the last piece that the broker wrote.
    pub(super) fn offset(&self) -> AMQPValue {
        match *self.next() {
            Some(next) => integer(next),
            None => AMQPValue::LongString("last".into()),
        }
    }

    /// Moves behind a delivery.
    pub(super) fn saw(&self, properties: &BasicProperties) {
        let headers = properties.headers().as_ref();
        if let Some(offset) = headers.and_then(|headers| number(headers.inner().get(OFFSET)?)) {
            *self.next() = offset.checked_add(1);
        }
    }

    /// The stream was deleted: the offsets of the next one begin anew.
    pub(super) fn forget(&self) {
        *self.next() = None;
    }

    fn next(&self) -> std::sync::MutexGuard<'_, Option<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn number(value: &AMQPValue) -> Option<u64> {
    match value {
        AMQPValue::LongLongInt(number) => (*number).try_into().ok(),
        AMQPValue::LongInt(number) => (*number).try_into().ok(),
        AMQPValue::LongUInt(number) => Some((*number).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use lapin::types::FieldTable;

    use super::*;

    fn delivery(offset: AMQPValue) -> BasicProperties {
        let mut headers = FieldTable::default();
        headers.insert(OFFSET.into(), offset);
        BasicProperties::default().with_headers(headers)
    }

    #[test]
    fn a_consumer_goes_on_behind_what_it_saw() {
        let position = Position::default();
        assert_eq!(position.offset(), AMQPValue::LongString("last".into()));
        position.saw(&delivery(AMQPValue::LongLongInt(3)));
        assert_eq!(position.offset(), AMQPValue::LongInt(4));
        // What is no offset moves nothing.
        position.saw(&delivery(AMQPValue::LongLongInt(-1)));
        position.saw(&BasicProperties::default());
        assert_eq!(position.offset(), AMQPValue::LongInt(4));
        position.forget();
        assert_eq!(position.offset(), AMQPValue::LongString("last".into()));
    }
}
