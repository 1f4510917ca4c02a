//! What proves that the broker has a message.

use crate::RabbitOptions;
use crate::driver::Address;

/// What proves that the broker has a message that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It confirms each: a queue has it, and a durable one has it where it outlives the broker.
    Confirms,
    /// It answers a question that was sent behind many: it deals with one thing after the other on a
    /// channel, and so has handed each of them to its queues.
    Barrier,
}

impl Proof {
    /// What proves it of a message for whose confirmation nobody waits, to `address`; where somebody
    /// waits it is confirmed always.
    ///
    /// A queue that is neither durable nor replicated is a process of the broker, and has what it was
    /// handed: a confirmation would say no more than that, and costs a message each. What a quorum
    /// queue was handed may still lack its majority, and what a durable queue was handed its disk: of
    /// those only a confirmation says that it is there.
    pub(super) fn of_posts(address: &Address, options: &RabbitOptions) -> Self {
        let kept = match address {
            Address::Topic { .. } => options.durable_queues || options.quorum_queue,
            Address::Fanout { .. } => options.transient_quorum_queue || options.stream_fanout,
            // As the caller's queue is where it has our options, as services of one cloud have.
            Address::Reply { .. } => options.transient_quorum_queue,
        };
        if kept { Self::Confirms } else { Self::Barrier }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_on_disk_or_by_a_majority_is_confirmed_and_nothing_else() {
        let (exchange, topic, server, queue) = ("e".into(), "t".into(), None, "q".into());
        let topic = Address::Topic { exchange, topic, server };
        let (fanout, reply) = (Address::Fanout { topic: "t".into() }, Address::Reply { queue });
        let confirmed = |change: fn(&mut RabbitOptions)| {
            let mut options = RabbitOptions::default();
            change(&mut options);
            [&topic, &fanout, &reply].map(|to| Proof::of_posts(to, &options) == Proof::Confirms)
        };
        assert_eq!(confirmed(|_| ()), [false, false, false]);
        assert_eq!(confirmed(|options| options.quorum_queue = true), [true, false, false]);
        assert_eq!(confirmed(|options| options.durable_queues = true), [true, false, false]);
        assert_eq!(confirmed(|options| options.stream_fanout = true), [false, true, false]);
        let transient = confirmed(|options| options.transient_quorum_queue = true);
        assert_eq!(transient, [false, true, true]);
    }
}
