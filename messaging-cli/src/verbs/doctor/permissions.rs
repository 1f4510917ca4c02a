//! Whether the user may do what clients and servers do.

use std::time::Duration;

use messaging::driver::operator::{Deed, Operator};

use super::report::{Item, Report};
use crate::exit::Failure;

const AREA: &str = "permissions";

/// What every client does.
pub(super) async fn of_clients(
    operator: &Operator,
    within: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let exchange = operator.control_exchange().to_owned();
    let declare = "declare reply queues, `reply_..`".to_owned();
    let deeds = [
        (Deed::Declare { prefix: "reply_" }, declare, "configure"),
        (Deed::Consume { queue: "reply_0" }, "read replies from `reply_..`".to_owned(), "read"),
        (Deed::Send { exchange: &exchange }, format!("send to exchange `{exchange}`"), "write"),
    ];
    check(operator, "call", &deeds, within, report).await
}

/// What the servers of a topic do.
pub(super) async fn of_servers(
    operator: &Operator,
    topic: &str,
    within: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let exchange = operator.control_exchange().to_owned();
    let (fanout, server) = (format!("{topic}_fanout"), format!("{topic}."));
    let fanout_queue = format!("{topic}_fanout_");
    let deeds = [
        (Deed::Declare { prefix: &server }, format!("declare queues `{server}..`"), "configure"),
        (
            Deed::Declare { prefix: &fanout_queue },
            format!("declare queues `{fanout_queue}..`"),
            "configure",
        ),
        (
            Deed::Bind { queue: topic, exchange: &exchange },
            format!("bind queue `{topic}` to exchange `{exchange}`"),
            "write and read",
        ),
        (
            Deed::Bind { queue: &fanout_queue, exchange: &fanout },
            format!("bind queues `{fanout_queue}..` to exchange `{fanout}`"),
            "write and read",
        ),
        (Deed::Consume { queue: topic }, format!("read from queue `{topic}`"), "read"),
    ];
    check(operator, &format!("serve `{topic}`"), &deeds, within, report).await
}

async fn check(
    operator: &Operator,
    purpose: &str,
    deeds: &[(Deed<'_>, String, &str)],
    within: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let (user, host) = (operator.user(), operator.virtual_host());
    let mut is_well = true;
    for (deed, what, permission) in deeds {
        let Some(words) = operator.refusal(deed, within).await? else { continue };
        is_well = false;
        report.add(
            Item::finding(AREA, format!("user `{user}` may not {what}: {words}"))
                .advise(format!(
                    "give the permission to {permission}: rabbitmqctl set_permissions -p {host} {user} \
                     CONFIGURE WRITE READ, whose patterns have to match these names"
                ))
                .with("permission", *permission),
        );
    }
    if is_well {
        report.add(Item::good(AREA, format!("user `{user}` may {purpose}")));
    }
    Ok(())
}
