//! The broker, and the connection to it.

use std::time::{Duration, Instant, SystemTime};

use messaging::driver::Look;
use messaging::driver::operator::{Operator, Spying};
use messaging::{Config, Error, RabbitOptions, runtime};

use super::report::{Item, Report};
use crate::duration;
use crate::exit::Failure;

/// A message to ourselves that takes longer is worth to be known; a busy broker needs some of it.
const SLOW: Duration = Duration::from_secs(1);
/// A broker that is silent for twice as long is not missed before.
const LONG_HEARTBEAT: Duration = Duration::from_secs(60);
/// How long a blocked connection is silent before it is believed to be.
const SILENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether it is.
const GLANCE: Duration = Duration::from_millis(50);

/// How many days a certificate should be valid at least, and before it is worth to be known.
const EXPIRED_SOON: u64 = 7;
const EXPIRED_LATER: u64 = 30;

/// The version of a broker: its first two numbers.
pub(super) type Version = (u32, u32);

/// Names the broker; its version, if it can be told.
pub(super) async fn greeting(
    operator: &Operator,
    within: Duration,
    report: &mut Report,
) -> Option<Version> {
    const AREA: &str = "broker";
    let greeting = match operator.greeting(within).await {
        Ok(greeting) => greeting,
        Err(error) => {
            report.add(Item::note(AREA, error.to_string()));
            return None;
        }
    };
    let name = format!("{} {}", greeting.product, greeting.version);
    let mut text = format!("{name} at {}", operator.host());
    for (what, word) in [("cluster", &greeting.cluster), ("on", &greeting.platform)] {
        if !word.is_empty() {
            text.push_str(&format!(", {what} {word}"));
        }
    }
    report.add(
        Item::good(AREA, text)
            .with("product", greeting.product.clone())
            .with("version", greeting.version.clone())
            .with("cluster", greeting.cluster.clone())
            .with("platform", greeting.platform.clone())
            .with("host", operator.host())
            .with("mechanisms", greeting.mechanisms.clone()),
    );
    if greeting.product != "RabbitMQ" {
        report
            .add(Item::note(AREA, format!("{name} is no RabbitMQ, for which all here is tested")));
    }
    match &greeting.sealed {
        Some(sealed) => {
            report.add(
                Item::good("encryption", format!("{}, {}", sealed.protocol, sealed.suite))
                    .with("protocol", sealed.protocol.clone())
                    .with("suite", sealed.suite.clone()),
            );
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            report.extend(sealed.expires.zip(now.ok()).map(|(end, now)| certificate(end, now)));
        }
        None if operator.is_here() => {
            report.add(Item::good("encryption", "none, on the way to this machine itself"));
        }
        None => report.add(
            Item::note(
                "encryption",
                format!(
                    "none on the way to {}: the password and all messages can be read there",
                    operator.host()
                ),
            )
            .advise("where the broker has TLS, set the option `ssl`, and its port, mostly 5671"),
        ),
    }
    version(&greeting.version)
}

/// How long a certificate is valid that is so until `end`.
fn certificate(end: Duration, now: Duration) -> Item {
    let days = end.saturating_sub(now).as_secs() / 86_400;
    let text = format!("the broker's certificate is valid for {days} more days");
    let item = match days {
        0..EXPIRED_SOON => Item::finding("encryption", text),
        EXPIRED_SOON..EXPIRED_LATER => Item::note("encryption", text),
        _ => return Item::good("encryption", text).with("days", days),
    };
    item.advise("renew it: nobody connects after that").with("days", days)
}

fn version(text: &str) -> Option<Version> {
    let mut numbers = text.split(['.', '-', '+']).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// What the two sides have agreed on.
pub(super) fn connection(operator: &Operator, report: &mut Report) {
    const AREA: &str = "connection";
    let (limits, asked) = (operator.limits(), operator.options().heartbeat);
    let (user, host) = (operator.user(), operator.virtual_host());
    report.add(
        Item::good(
            AREA,
            format!(
                "user `{user}`, virtual host `{host}`, up to {} channels, frames of {} bytes",
                limits.channel_max, limits.frame_max
            ),
        )
        .with("user", user)
        .with("virtual_host", host)
        .with("channel_max", limits.channel_max)
        .with("frame_max", limits.frame_max),
    );
    let heartbeat = limits.heartbeat;
    let shown = duration::show(heartbeat);
    let item = if heartbeat.is_zero() {
        Item::finding(AREA, "no heartbeat: a broker that goes silent is never missed")
            .advise("set `heartbeat` of the broker, and `heartbeat_timeout_threshold`, to 60")
    } else if heartbeat > LONG_HEARTBEAT {
        let late = duration::show(heartbeat * 2);
        Item::note(AREA, format!("heartbeat {shown}: a silent broker is missed after {late}"))
            .advise("set `heartbeat_timeout_threshold` to 60 or less")
    } else if !asked.is_zero() && heartbeat < asked {
        let asked = duration::show(asked);
        Item::good(AREA, format!("heartbeat {shown}: the broker wants it shorter than {asked}"))
    } else {
        Item::good(AREA, format!("heartbeat {shown}"))
    };
    report.add(item.with("heartbeat_seconds", heartbeat.as_secs()));
}

/// What the options ask for that this broker has not, or will not have for long.
pub(super) fn options(options: &RabbitOptions, version: Option<Version>, report: &mut Report) {
    const AREA: &str = "options";
    let Some(version) = version else { return };
    let mut missing = |wanted: bool, since: Version, what: &str| {
        if wanted && version < since {
            let (major, minor) = since;
            let text = format!("{what} exist since RabbitMQ {major}.{minor}");
            report.add(Item::finding(AREA, text).advise("upgrade the broker, or unset the option"));
        }
    };
    let quorum = options.quorum_queue || options.transient_quorum_queue;
    missing(quorum, (3, 8), "quorum queues (`rabbit_quorum_queue`)");
    missing(options.stream_fanout, (3, 9), "streams (`rabbit_stream_fanout`)");
    if options.ha_queues {
        let text = "`rabbit_ha_queues` has had no effect since RabbitMQ 3.0; mirroring is a policy, and \
                    gone since 4.0";
        report.add(Item::note(AREA, text).advise("use quorum queues: `rabbit_quorum_queue`"));
    }
    let shared_are_transient = !options.durable_queues && !options.quorum_queue;
    if version >= (4, 0) && (shared_are_transient || !options.transient_quorum_queue) {
        let text = "queues that are neither durable nor exclusive are deprecated, and a later RabbitMQ \
                    refuses them";
        report.add(Item::note(AREA, text).advise(
            "set `rabbit_quorum_queue` and `rabbit_transient_quorum_queue` in all services at once",
        ));
    }
}

/// Sends a message to ourselves: whether that works, how long it takes, and whether it is traced.
pub(super) async fn alarms(
    operator: &Operator,
    config: &Config,
    within: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    const AREA: &str = "alarms";
    // Whoever has sent something is held up; the one that looks at the rest is not.
    let sender = Operator::connect(config, runtime::current()?).await?;
    let spying =
        // A name that every client may declare.
        Spying { prefix: "reply_".to_owned(), prefetch: 10, most: 100, most_bytes: 1 << 20 };
    let mut spy = match sender.spy(&spying, within).await {
        Ok(spy) => spy,
        Err(error) => {
            report.add(
                Item::finding(AREA, format!("{error}; so no message can be tried"))
                    .advise("see the permissions below"),
            );
            return Ok(());
        }
    };
    let traces = spy.bind("amq.rabbitmq.trace", "publish.", within).await.unwrap_or(false);
    let began = Instant::now();
    let trying = async {
        sender.touch(spy.name(), within).await?;
        let mut is_traced = false;
        loop {
            let seen = spy.next().await?;
            match seen.trace {
                None if seen.is_touch => return Ok::<_, Error>(is_traced),
                trace => is_traced |= seen.is_touch && trace.is_some(),
            }
        }
    };
    let blocking = async {
        loop {
            match sender.blocked() {
                Some(reason) => return reason,
                None => tokio::time::sleep(GLANCE).await,
            }
        }
    };
    let tried = tokio::select! {
        tried = tokio::time::timeout(within, trying) => tried,
        reason = blocking => {
            report.add(blocked(&reason));
            return Ok(());
        }
    };
    let took = began.elapsed();
    // The broker says that it is short of something after the first message, and then is silent.
    let name = spy.name().to_owned();
    let is_silent = !matches!(sender.queue(&name, SILENCE).await, Ok(Look::Queue { .. }));
    if let Some(reason) = sender.blocked() {
        report.add(blocked(&reason));
        return Ok(());
    }
    match tried {
        Ok(Ok(is_traced)) if !is_silent => {
            let text = format!("none; a message to ourselves took {}", duration::show(took));
            let item = if took > SLOW { Item::note(AREA, text) } else { Item::good(AREA, text) };
            report.add(item.with("round_trip_ms", took.as_secs_f64() * 1e3));
            if is_traced {
                let host = operator.virtual_host();
                report.add(
                    Item::note("tracing", format!("on for `{host}`: each message is copied"))
                        .advise(format!("when nobody looks: rabbitmqctl trace_off -p {host}")),
                );
            } else if traces {
                report.add(Item::good("tracing", "off"));
            }
        }
        Ok(Err(error)) => report.add(
            Item::finding(AREA, error.to_string())
                .advise("let the user write to `amq.default`, where replies are sent"),
        ),
        _ => report.add(
            Item::finding(
                AREA,
                format!("a message to ourselves did not come within {}", duration::show(within)),
            )
            .advise("look at the load of the broker, and at its log"),
        ),
    }
    sender.close(Duration::from_secs(1)).await;
    Ok(())
}

fn blocked(reason: &str) -> Item {
    let advice = if reason.contains("memory") {
        "find what fills its memory (rabbitmqctl list_queues name messages memory), read or delete it, or \
         raise vm_memory_high_watermark"
    } else if reason.contains("disk") {
        "make room on its disk, or lower disk_free_limit"
    } else {
        "rabbitmqctl status says which alarm it is"
    };
    Item::finding("alarms", format!("the broker takes no messages: {reason}"))
        .advise(advice)
        .with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::super::report::Level;
    use super::*;

    fn levels(set: impl FnOnce(&mut RabbitOptions), version: Version) -> Vec<Level> {
        let mut rabbit = RabbitOptions::default();
        set(&mut rabbit);
        let mut report = Report::default();
        options(&rabbit, Some(version), &mut report);
        report.items().iter().map(|item| item.level).collect()
    }

    #[test]
    fn options_are_judged_by_the_version_of_the_broker() {
        assert_eq!(version("3.10.8"), Some((3, 10)));
        assert_eq!(version("4.1.0-rc.1"), Some((4, 1)));
        assert_eq!(version("strange"), None);
        assert_eq!(levels(|_| (), (3, 10)), []);
        assert_eq!(levels(|_| (), (4, 1)), [Level::Note]);
        let quorum = |options: &mut RabbitOptions| {
            (options.quorum_queue, options.transient_quorum_queue) = (true, true);
        };
        assert_eq!(levels(quorum, (4, 1)), []);
        assert_eq!(levels(quorum, (3, 7)), [Level::Finding]);
        assert_eq!(levels(|options| options.stream_fanout = true, (3, 8)), [Level::Finding]);
    }

    #[test]
    fn a_certificate_is_renewed_before_its_end() {
        let (now, day) = (Duration::from_secs(1 << 30), Duration::from_secs(86_400));
        for (days, expected) in
            [(0, Level::Finding), (6, Level::Finding), (7, Level::Note), (30, Level::Good)]
        {
            assert_eq!(certificate(now + day * days, now).level, expected, "{days}");
        }
    }

    #[test]
    fn an_alarm_says_what_to_do() {
        for (reason, expected) in
            [("low on memory", "memory"), ("low on disk", "disk_free_limit"), ("x", "status")]
        {
            assert!(blocked(reason).advice.unwrap().contains(expected), "{reason}");
        }
    }
}
