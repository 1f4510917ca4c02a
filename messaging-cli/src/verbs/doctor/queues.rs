//! Queues that nobody reads.

use std::time::Duration;

use messaging::driver::Look;
use messaging::driver::operator::Operator;

use super::report::{Item, Report};
use crate::exit::Failure;

const AREA: &str = "queues";

/// How the names of reply queues begin.
const REPLY: &str = "reply_";

/// Looks at a queue of this name.
pub(super) async fn named(
    operator: &Operator,
    name: &str,
    within: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let item = match operator.queue(name, within).await? {
        Look::Queue { ready, consumers: 0 } => unread(name, ready),
        Look::Queue { ready, consumers } => {
            let text = format!("queue `{name}`: {consumers} read it, {ready} messages wait");
            Item::good(AREA, text).with("ready", ready).with("consumers", consumers)
        }
        _ => Item::note(AREA, format!("there is no queue `{name}`")),
    };
    report.add(item.with("name", name));
    Ok(())
}

/// Nobody reads it.
pub(super) fn unread(name: &str, ready: u64) -> Item {
    let text = format!("nobody reads queue `{name}`; {ready} messages wait in it");
    let advice = if name.starts_with(REPLY) {
        format!(
            "its client is gone: it goes by itself where it has x-expires (`rabbit_transient_queues_ttl`); \
             else: rabbitmqctl delete_queue {name} --if-unused"
        )
    } else if ready > 0 {
        format!(
            "start who reads it, or stop who writes to it; what is there goes by: rabbitmqctl purge_queue \
             {name}"
        )
    } else {
        format!("start who reads it, or delete it: rabbitmqctl delete_queue {name} --if-unused")
    };
    Item::finding(AREA, text).advise(advice).with("ready", ready)
}

/// That not all queues were looked at.
pub(super) fn not_asked(is_without_topics: bool) -> Item {
    let text = match is_without_topics {
        true => "no topic was named, so none was looked at",
        false => "other queues, the nodes and the clock were not looked at",
    };
    Item::note(AREA, text).advise(
        "name topics, or give the management plugin's API: --management http://user:password@host:15672",
    )
}
