//! What collectors of metrics are told of a transport.

use super::Inner;
use crate::telemetry::{Observable, Observation, metrics};

impl Observable for Inner {
    fn observe(&self, tell: &mut dyn FnMut(Observation)) {
        let waiting = u64::try_from(self.replies.waiting()).unwrap_or(u64::MAX);
        let health = self.driver.health();
        let again = |generation: u64| generation.saturating_sub(1);
        let reconnects = health.connections.iter().map(|it| again(it.generation)).sum();
        for (what, value) in [
            (metrics::CLIENT_IN_FLIGHT, waiting),
            (metrics::LATE_REPLIES, self.replies.late()),
            (metrics::RECONNECTS, reconnects),
        ] {
            tell(Observation { what, value, method: None, topic: None });
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        crate::telemetry::retire(self);
    }
}
