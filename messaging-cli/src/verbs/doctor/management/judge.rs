//! What is to be said of what the API told.

use super::super::queues;
use super::super::report::Item;
use super::api::{Node, Queue, Told};

/// How many queues of one kind are named.
const NAMED: usize = 20;
/// By how much clocks may differ, in seconds.
const CLOCK: f64 = 2.0;
/// How much of what there is of something may be used.
const FULL: f64 = 0.8;

pub(super) fn all(told: &Told, virtual_host: &str) -> Vec<Item> {
    let mut items = vec![overview(told)];
    items.extend(told.nodes.iter().flat_map(node));
    items.extend(clock(told));
    items.extend(unread(told, virtual_host));
    items
}

fn overview(told: &Told) -> Item {
    let (version, cluster) = (&told.overview.rabbitmq_version, &told.overview.cluster_name);
    let nodes = told.nodes.len();
    Item::good("management", format!("RabbitMQ {version}, cluster {cluster}, {nodes} nodes"))
        .with("nodes", nodes)
}

fn node(node: &Node) -> Vec<Item> {
    const AREA: &str = "nodes";
    let name = &node.name;
    if node.running == Some(false) {
        let down = Item::finding(AREA, format!("node {name} does not run"));
        return vec![down.advise("start it, or `rabbitmqctl forget_cluster_node` if it is gone")];
    }
    let mut items = Vec::new();
    if node.mem_alarm {
        items.push(
            Item::finding(AREA, format!("node {name} is short of memory: nobody can send"))
                .advise("find the queues that fill it, or raise vm_memory_high_watermark"),
        );
    }
    if node.disk_free_alarm {
        items.push(
            Item::finding(AREA, format!("node {name} is short of disk: nobody can send"))
                .advise("make room, or lower disk_free_limit"),
        );
    }
    if !node.partitions.is_empty() {
        let others = node.partitions.join(", ");
        items.push(
            Item::finding(AREA, format!("node {name} is cut off from {others}"))
                .advise("restart the smaller side, and see cluster_partition_handling"),
        );
    }
    for (what, used, of) in [
        ("file descriptors", node.fd_used, node.fd_total),
        ("memory before its alarm", node.mem_used, node.mem_limit),
    ] {
        if let (Some(used), Some(of)) = (used, of)
            && of > 0.0
            && used / of > FULL
        {
            let share = used / of * 100.0;
            items.push(Item::note(AREA, format!("node {name} uses {share:.0} % of its {what}")));
        }
    }
    if items.is_empty() {
        items.push(Item::good(AREA, format!("node {name} runs, without alarms")));
    }
    items.into_iter().map(|item| item.with("node", name.clone())).collect()
}

fn clock(told: &Told) -> Option<Item> {
    const AREA: &str = "clock";
    let ahead = told.clock_ahead?;
    let item = match ahead.abs() > CLOCK {
        false => Item::good(AREA, "that of the broker is as ours, within a second or two"),
        true => {
            let way = if ahead > 0.0 { "ahead of" } else { "behind" };
            let seconds = ahead.abs();
            Item::note(AREA, format!("that of the broker is {seconds:.0} s {way} ours"))
                .advise("run NTP on both: logs of the two cannot be laid side by side")
        }
    };
    Some(item.with("seconds_ahead", ahead))
}

/// What a queue is, by its name and how it is declared (wire document, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Reply,
    Fanout,
    Other,
}

fn sort(queue: &Queue) -> Sort {
    match queue.name.as_str() {
        name if name.starts_with("reply_") => Sort::Reply,
        name if name.contains("_fanout_") => Sort::Fanout,
        _ => Sort::Other,
    }
}

fn unread(told: &Told, virtual_host: &str) -> Vec<Item> {
    const AREA: &str = "queues";
    let count = told.queues.len();
    let of_all = if told.is_cut { " of them, and there are more" } else { "" };
    let text = format!("{count} queues in `{virtual_host}` were looked at{of_all}");
    let mut items = vec![Item::good(AREA, text).with("queues", count)];
    for queue in &told.queues {
        if let Some(state) = queue.state.as_deref()
            && !["running", "idle", "flow"].contains(&state)
        {
            items.push(
                Item::finding(AREA, format!("queue `{}` is {state}", queue.name))
                    .advise("look at the node that holds it, and at its log")
                    .with("name", queue.name.clone()),
            );
        }
    }
    let is_unread = |queue: &&Queue| queue.consumers == Some(0) && !queue.exclusive;
    for (wanted, what) in [
        (Sort::Other, "queues that nobody reads"),
        (Sort::Reply, "reply queues that were left behind"),
        (Sort::Fanout, "fanout queues that were left behind"),
    ] {
        let mut found: Vec<_> =
            told.queues.iter().filter(is_unread).filter(|queue| sort(queue) == wanted).collect();
        // Those that hold the most come first.
        found.sort_by_key(|queue| std::cmp::Reverse(queue.messages_ready.unwrap_or(0)));
        items.extend(found.iter().take(NAMED).map(|queue| left_behind(queue, wanted)));
        if let Some(more) = found.len().checked_sub(NAMED).filter(|more| *more > 0) {
            items.push(Item::note(AREA, format!("{more} more {what}")).with("more", more));
        }
    }
    items
}

/// A queue that nobody reads. One that goes by itself, and one that is empty, do no harm.
fn left_behind(queue: &Queue, sort: Sort) -> Item {
    const AREA: &str = "queues";
    let (name, ready) = (&queue.name, queue.messages_ready.unwrap_or(0));
    let expires = queue.arguments.get("x-expires").and_then(serde_json::Value::as_u64);
    let item = match (sort, expires) {
        (Sort::Other, _) if ready > 0 => queues::unread(name, ready),
        (Sort::Other, _) => Item::note(AREA, format!("nobody reads queue `{name}`; it is empty"))
            .advise(format!("if it is of no use: rabbitmqctl delete_queue {name} --if-unused")),
        (_, Some(millis)) => {
            let minutes = millis / 60_000;
            Item::note(
                AREA,
                format!(
                    "queue `{name}` was left behind, with {ready} messages; unless somebody reads it, it goes within {minutes} min"
                ),
            )
        }
        (_, None) => Item::finding(
            AREA,
            format!(
                "queue `{name}` was left behind, with {ready} messages, and never goes by itself"
            ),
        )
        .advise(format!(
            "rabbitmqctl delete_queue {name} --if-unused; for those to come set \
             `rabbit_transient_queues_ttl`"
        )),
    };
    let unacknowledged = queue.messages_unacknowledged.unwrap_or(0);
    item.with("name", name.clone()).with("ready", ready).with("unacknowledged", unacknowledged)
}

#[cfg(test)]
mod tests {
    use super::super::super::report::Level;
    use super::super::api::Overview;
    use super::*;

    /// As RabbitMQ 3.10.8 answers `/api/queues/%2F` and `/api/nodes`, cut to what is read.
    const QUEUES: &str = r#"[
        {"arguments":{},"consumers":1,"exclusive":false,"messages_ready":0,"name":"nova","state":"running"},
        {"arguments":{},"consumers":0,"exclusive":false,"messages_ready":7,"name":"notifications.info","state":"running"},
        {"arguments":{},"consumers":0,"exclusive":false,"messages_ready":0,"name":"empty","state":"idle"},
        {"arguments":{"x-expires":1800000},"consumers":0,"exclusive":false,"messages_ready":1,"name":"reply_1","state":"running"},
        {"arguments":{},"consumers":0,"exclusive":false,"messages_ready":2,"name":"reply_2","state":"running"},
        {"arguments":{},"consumers":0,"exclusive":true,"messages_ready":2,"name":"reply_3","state":"running"},
        {"arguments":{},"exclusive":false,"name":"unknown","state":"running"},
        {"arguments":{},"consumers":1,"exclusive":false,"name":"q","state":"minority"}
    ]"#;
    const NODES: &str = r#"[
        {"disk_free_alarm":false,"fd_total":1024,"fd_used":40,"mem_alarm":true,"name":"n1@a","partitions":[],"running":true},
        {"name":"n2@a","partitions":[],"running":false},
        {"fd_total":1000,"fd_used":900,"name":"n3@a","partitions":["n1@a"],"running":true}
    ]"#;

    fn told() -> Told {
        Told {
            overview: Overview::default(),
            nodes: serde_json::from_str(NODES).unwrap(),
            queues: serde_json::from_str(QUEUES).unwrap(),
            is_cut: false,
            clock_ahead: Some(-90.0),
        }
    }

    #[test]
    fn what_is_wrong_is_found_and_what_passes_is_noted() {
        let items = all(&told(), "/");
        let level = |words: &str| {
            let found: Vec<_> = items.iter().filter(|item| item.text.contains(words)).collect();
            assert_eq!(found.len(), 1, "{words}: {found:?}");
            found[0].level
        };
        for (words, expected) in [
            ("`notifications.info`", Level::Finding),
            ("`empty`", Level::Note),
            ("`reply_1` was left behind, with 1 messages; unless", Level::Note),
            ("`reply_2` was left behind, with 2", Level::Finding),
            ("`q` is minority", Level::Finding),
            ("n1@a is short of memory", Level::Finding),
            ("n2@a does not run", Level::Finding),
            ("n3@a is cut off from n1@a", Level::Finding),
            ("n3@a uses 90 % of its file", Level::Note),
            ("90 s behind ours", Level::Note),
        ] {
            assert_eq!(level(words), expected, "{words}");
        }
        for words in ["`nova`", "`reply_3`", "`unknown`"] {
            assert!(!items.iter().any(|item| item.text.contains(words)), "{words}");
        }
        let advised = |item: &&Item| item.level == Level::Finding && item.advice.is_none();
        assert!(items.iter().find(advised).is_none());
    }

    #[test]
    fn many_queues_are_named_by_those_that_hold_the_most() {
        let queue = |number: u64| Queue {
            name: format!("q-{number}"),
            consumers: Some(0),
            messages_ready: Some(number),
            ..Queue::default()
        };
        let told = Told { queues: (1..=30).map(queue).collect(), ..Told::default() };
        let items = unread(&told, "/");
        assert!(items[1].text.contains("`q-30`"), "{items:?}");
        assert_eq!(items.last().map(|item| &*item.text), Some("10 more queues that nobody reads"));
    }
}
