//! What is done to one node of a cluster while the others go on.

use std::process::Command;

use super::Broker;
use crate::failure::Result;
use crate::process;

/// Cuts a node off from the others: it forgets their secret, and hangs up.
pub(super) fn isolate(broker: &Broker, number: u16) -> Result<()> {
    let each = |other: u16| {
        format!(
            "erlang:set_cookie('n{other}@localhost',cut), \
             erlang:disconnect_node('n{other}@localhost')"
        )
    };
    evaluate(broker, number, each)
}

/// Takes that back.
pub(super) fn heal(broker: &Broker, number: u16) -> Result<()> {
    let cookie = broker.node(number)?.cookie()?;
    let each = |other: u16| {
        format!(
            "erlang:set_cookie('n{other}@localhost','{cookie}'), \
             net_kernel:connect_node('n{other}@localhost')"
        )
    };
    evaluate(broker, number, each)
}

/// `rabbitmq-upgrade drain` or `revive`.
pub(super) fn maintain(broker: &Broker, number: u16, verb: &str) -> Result<()> {
    let mut command = Command::new(broker.node(number)?.rabbitmq_upgrade());
    process::run(command.arg(verb))?.check(&format!("rabbitmq-upgrade {verb}"))
}

/// Runs an expression in a node for each other one.
fn evaluate(broker: &Broker, number: u16, each: impl Fn(u16) -> String) -> Result<()> {
    let node = broker.node(number)?;
    let others = (1..=u16::try_from(broker.nodes.len()).unwrap_or(u16::MAX))
        .filter(|other| *other != number)
        .map(each)
        .collect::<Vec<_>>();
    let expression = format!("{}.", others.join(", "));
    let mut command = Command::new(node.rabbitmqctl());
    process::run(command.args(["eval", &expression]))?.check("rabbitmqctl eval")
}
