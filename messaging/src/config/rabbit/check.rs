//! Options that cannot be had together.

use super::RabbitOptions;
use crate::{Error, ErrorKind};

/// Options that do not fit together.
#[derive(Debug)]
pub(crate) struct Unfit {
    keys: [&'static str; 2],
    why: &'static str,
}

impl RabbitOptions {
    /// Whether these options can be had together: the peer finds out when it declares the first
    /// queue, and we when the transport is made (wire document, section 5.3).
    pub(crate) fn check(&self) -> Result<(), Unfit> {
        let replicated = "exclude each other: quorum queues are replicated by themselves; take \
                          `rabbit_ha_queues` out";
        for (unfit, keys, why) in [
            (
                self.ha_queues && self.quorum_queue,
                ["rabbit_ha_queues", "rabbit_quorum_queue"],
                replicated,
            ),
            (
                self.ha_queues && self.transient_quorum_queue,
                ["rabbit_ha_queues", "rabbit_transient_quorum_queue"],
                replicated,
            ),
            (
                self.auto_delete && self.quorum_queue,
                ["amqp_auto_delete", "rabbit_quorum_queue"],
                "exclude each other: RabbitMQ deletes no quorum queue by itself; take one of them \
                 out",
            ),
            (
                self.stream_fanout && !self.transient_quorum_queue,
                ["rabbit_stream_fanout", "rabbit_transient_quorum_queue"],
                "belong together: the second makes the fanout exchange durable, which a stream \
                 needs; set it to true",
            ),
            (
                self.stream_fanout && self.prefetch == 0,
                ["rabbit_stream_fanout", "rabbit_qos_prefetch_count"],
                "belong together: RabbitMQ sends a stream only in bounded pieces; set the second \
                 to 100, say",
            ),
            (
                self.ssl_key_file.is_some() && self.ssl_cert_file.is_none(),
                ["ssl_key_file", "ssl_cert_file"],
                "belong together: the key is that of a client certificate; set the second",
            ),
        ] {
            if unfit {
                return Err(Unfit { keys, why });
            }
        }
        Ok(())
    }
}

impl Unfit {
    /// As an error that says of each option where it was set, as far as `place` knows.
    pub(crate) fn into_error(self, place: impl Fn(&str) -> Option<String>) -> Error {
        let named = self.keys.map(|key| match place(key) {
            Some(place) => format!("`{key}` ({place})"),
            None => format!("`{key}` (the default)"),
        });
        Error::new(
            ErrorKind::Config,
            format!(
                "options of the group oslo_messaging_rabbit do not fit together: {} {}",
                named.join(" and "),
                self.why
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_exclude_or_need_each_other_are_both_named() {
        let both = |change: fn(&mut RabbitOptions)| {
            let mut options = RabbitOptions::default();
            change(&mut options);
            options.check().unwrap_err().into_error(|_| None).to_string()
        };
        for (text, keys) in [
            (
                both(|o| (o.ha_queues, o.quorum_queue) = (true, true)),
                ["rabbit_ha_queues", "`rabbit_quorum_queue`"],
            ),
            (
                both(|o| (o.ha_queues, o.transient_quorum_queue) = (true, true)),
                ["rabbit_ha_queues", "rabbit_transient_quorum_queue"],
            ),
            (
                both(|o| (o.auto_delete, o.quorum_queue) = (true, true)),
                ["amqp_auto_delete", "rabbit_quorum_queue"],
            ),
            (
                both(|o| o.stream_fanout = true),
                ["rabbit_stream_fanout", "rabbit_transient_quorum_queue"],
            ),
            (
                both(|o| (o.stream_fanout, o.transient_quorum_queue) = (true, true)),
                ["rabbit_stream_fanout", "rabbit_qos_prefetch_count"],
            ),
            (both(|o| o.ssl_key_file = Some("key.pem".into())), ["ssl_key_file", "ssl_cert_file"]),
        ] {
            assert!(keys.iter().all(|key| text.contains(key)), "{text}");
        }
        assert!(RabbitOptions::default().check().is_ok());
    }
}
