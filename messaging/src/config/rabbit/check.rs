//! Options that cannot be had together.

use super::RabbitOptions;
use crate::{Error, ErrorKind};

impl RabbitOptions {
    /// Whether these options can be had together: the peer finds out when it declares the first
    /// queue, and we when the transport is made (wire document, section 5.3).
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (quorum, key) in [
            (self.quorum_queue, "rabbit_quorum_queue"),
            (self.transient_quorum_queue, "rabbit_transient_quorum_queue"),
        ] {
            if self.ha_queues && quorum {
                return Err(wrong(&format!(
                    "`rabbit_ha_queues` and `{key}` exclude each other: quorum queues are \
                     replicated by themselves; take `rabbit_ha_queues` out"
                )));
            }
        }
        if self.auto_delete && self.quorum_queue {
            return Err(wrong(
                "`amqp_auto_delete` and `rabbit_quorum_queue` exclude each other: RabbitMQ deletes \
                 no quorum queue by itself; take one of them out",
            ));
        }
        if self.stream_fanout && !self.transient_quorum_queue {
            return Err(wrong(
                "`rabbit_stream_fanout` needs `rabbit_transient_quorum_queue`, which makes the \
                 fanout exchange durable; set it to true",
            ));
        }
        if self.stream_fanout && self.prefetch == 0 {
            return Err(wrong(
                "`rabbit_stream_fanout` needs `rabbit_qos_prefetch_count`: RabbitMQ sends a stream \
                 only in bounded pieces; set it to 100, say",
            ));
        }
        if self.ssl_key_file.is_some() && self.ssl_cert_file.is_none() {
            return Err(wrong(
                "`ssl_key_file` needs `ssl_cert_file`: the key is that of a client certificate",
            ));
        }
        Ok(())
    }
}

fn wrong(text: &str) -> Error {
    Error::new(
        ErrorKind::Config,
        format!("options of the group oslo_messaging_rabbit do not fit together: {text}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_exclude_or_need_each_other_are_both_named() {
        let both = |change: fn(&mut RabbitOptions)| {
            let mut options = RabbitOptions::default();
            change(&mut options);
            let error = options.check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            error.to_string()
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
