//! What the options would declare, beside what there is.

use std::time::Duration;

use messaging::driver::operator::{Compared, Expected, Found, Operator, Standing};

use super::report::{Item, Report};
use crate::bus::with_known;
use crate::exit::{Exit, Failure};

const AREA: &str = "topology";

/// Looks at the exchanges and the queues of a topic; `known` are those that were met before.
pub(super) async fn topic(
    operator: &Operator,
    topic: &str,
    servers: &[String],
    known: &[String],
    within: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let expected = Expected {
        exchange: operator.control_exchange().to_owned(),
        topic: topic.to_owned(),
        servers: servers.to_owned(),
    };
    let compared = operator.compare(&expected, within).await?;
    // Topics share the exchange: of that it is told once.
    let is_new = |compared: &&Compared| compared.is_queue || !report.names(AREA, &compared.name);
    let items = compared.iter().filter(is_new).map(|compared| item(compared).with("topic", topic));
    let items: Vec<_> = items.collect();
    report.extend(items);
    report.extend(compared.iter().filter_map(|compared| unread(compared, topic, known)));
    Ok(())
}

/// Whether it is as the options have it.
fn item(compared: &Compared) -> Item {
    let sort = if compared.is_queue { "queue" } else { "exchange" };
    let thing = format!("{sort} `{}`", compared.name);
    let declared = compared.declared.iter().map(|(name, value)| format!("{name}={value}"));
    let declared = declared.collect::<Vec<_>>().join(" ");
    let item = match &compared.found {
        Found::Same(_) => Item::good(AREA, format!("{thing} is as the options have it ({declared})")),
        Found::Missing => {
            Item::good(AREA, format!("{thing} is not there; it would be made with {declared}"))
        }
        Found::Differs { error, makes_do: true } => Item::note(AREA, error.to_string()).advise(
            "servers that start here make do with one that is not durable; to have it durable, stop \
             them all, delete it, and start them with the same options",
        ),
        Found::Differs { error, makes_do: false } => Item::finding(AREA, error.to_string())
            .advise(format!(
                "services with these options do not start on it; give all services the same options, \
                 or stop them, delete {thing}, and let them make it anew"
            )),
        Found::Unsaid(error) => {
            Item::note(AREA, format!("whether {thing} fits cannot be told: {error}"))
        }
    };
    let found = match &compared.found {
        Found::Same(_) => "same",
        Found::Missing => "missing",
        Found::Differs { .. } => "differs",
        Found::Unsaid(_) => "unsaid",
    };
    let item = item.with("name", compared.name.clone()).with("sort", sort).with("found", found);
    match compared.found {
        Found::Same(Standing::Queue { ready, consumers }) => {
            item.with("ready", ready).with("consumers", consumers)
        }
        _ => item,
    }
}

/// Whether nobody reads it.
fn unread(compared: &Compared, topic: &str, known: &[String]) -> Option<Item> {
    const AREA: &str = "queues";
    let name = &compared.name;
    if !compared.is_queue {
        return None;
    }
    let item = match &compared.found {
        Found::Same(Standing::Queue { ready, consumers: 0 }) => {
            let advice = match ready {
                0 => "start a server; until then calls wait here, and then time out".to_owned(),
                _ => format!(
                    "start a server, which then runs what waits; what shall not run any more goes by: \
                     rabbitmqctl purge_queue {name}"
                ),
            };
            Item::finding(AREA, format!("nobody reads queue `{name}`; {ready} messages wait in it"))
                .advise(advice)
                .with("ready", *ready)
        }
        Found::Same(Standing::Queue { ready, consumers }) => {
            let text = format!("queue `{name}`: {consumers} read it, {ready} messages wait");
            Item::good(AREA, text).with("ready", *ready).with("consumers", *consumers)
        }
        Found::Missing => Item::finding(AREA, format!("nobody has served queue `{name}` so far"))
            .advise(match name == topic {
                true => check_name(topic, known),
                false => format!(
                    "check the server's name: messaging-cli ping {topic} tells who is there"
                ),
            }),
        _ => return None,
    };
    Some(item.with("name", name.clone()))
}

/// What to do about a topic that nobody has served so far.
fn check_name(topic: &str, known: &[String]) -> String {
    let mut advice = format!("check the name, and start a server of topic `{topic}`");
    for hint in with_known(Failure::told(Exit::Nobody), topic, known).hints {
        advice.push_str(if advice.ends_with('?') { " " } else { "; " });
        advice.push_str(&hint);
    }
    advice
}
