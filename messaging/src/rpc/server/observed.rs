//! What collectors of metrics are told of a server.

use super::Inner;
use crate::telemetry::{Observable, Observation, metrics};

impl Observable for Inner {
    fn observe(&self, tell: &mut dyn FnMut(Observation)) {
        let statistics = self.itself.statistics();
        let topic = statistics.topic;
        let of_server = [
            (metrics::BUSY, statistics.busy, None),
            (metrics::GIVEN_UP, statistics.given_up, None),
            (metrics::MALFORMED, statistics.malformed, None),
        ];
        let of_methods = statistics.apis.iter().flat_map(|api| {
            api.methods.iter().flat_map(|method| {
                let name = format!("{}/{}", api.api, method.method);
                [
                    (metrics::SERVER_IN_FLIGHT, method.in_flight),
                    (metrics::EXPIRED, method.expired),
                    (metrics::SERVER_CANCELLED, method.cancelled),
                    (metrics::DUPLICATES, method.duplicates),
                    (metrics::REDELIVERED, method.redelivered),
                ]
                .map(|(what, value)| (what, value, Some(name.clone())))
            })
        });
        for (what, value, method) in of_methods.chain(of_server) {
            tell(Observation { what, value, method, topic: Some(topic.clone()) });
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        crate::telemetry::retire(self);
    }
}
