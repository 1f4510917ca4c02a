//! The questions to the API (RabbitMQ's documentation, "Management HTTP API"), and their answers.

use std::time::{Duration, Instant, SystemTime};

use serde::Deserialize;

use crate::bus::Management;
use crate::exit::Failure;

/// How many queues are asked for at once; the API allows no more.
const PAGE: usize = 500;
/// How many pages are asked for.
const PAGES: usize = 40;
/// What is asked of a queue. Without a choice the API computes rates of each, which costs it.
const COLUMNS: &str = "name,consumers,messages_ready,messages_unacknowledged,exclusive,arguments,\
                       state,type,owner_pid_details";

/// What the API told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) overview: Overview,
    pub(super) nodes: Vec<Node>,
    pub(super) queues: Vec<Queue>,
    /// Whether there were more queues than were asked for.
    pub(super) is_cut: bool,
    /// By how much the clock there is ahead of ours, in seconds, as exactly as the API tells it.
    pub(super) clock_ahead: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Overview {
    pub(super) rabbitmq_version: String,
    pub(super) cluster_name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) running: Option<bool>,
    pub(super) mem_alarm: bool,
    pub(super) disk_free_alarm: bool,
    pub(super) partitions: Vec<String>,
    pub(super) fd_used: Option<f64>,
    pub(super) fd_total: Option<f64>,
    pub(super) mem_used: Option<f64>,
    pub(super) mem_limit: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Queue {
    pub(super) name: String,
    /// None where the broker does not count.
    pub(super) consumers: Option<u64>,
    pub(super) messages_ready: Option<u64>,
    pub(super) messages_unacknowledged: Option<u64>,
    pub(super) exclusive: bool,
    pub(super) arguments: serde_json::Map<String, serde_json::Value>,
    pub(super) state: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Queue>,
    #[serde(default)]
    page_count: usize,
}

pub(super) fn ask(management: &Management, within: Duration) -> Result<Told, Failure> {
    let until = Instant::now() + within;
    let left = || until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    let clock = SystemTime::now();
    let (overview, date) = management.ask("overview", left())?;
    let took = clock.elapsed().unwrap_or_default();
    let clock_ahead = date.and_then(|date| ahead(&date, clock + took / 2));
    let (nodes, _) = management.ask("nodes", left())?;
    let mut told = Told { overview, nodes, clock_ahead, ..Told::default() };
    let host = management.virtual_host();
    for page in 1..=PAGES {
        let path =
            format!("queues/{host}?page={page}&page_size={PAGE}&pagination=true&columns={COLUMNS}");
        let (found, _) = management.ask::<Page>(&path, left())?;
        told.queues.extend(found.items);
        if page >= found.page_count {
            return Ok(told);
        }
    }
    told.is_cut = true;
    Ok(told)
}

/// By how many seconds a clock is ahead that says `date` when ours says `now`.
fn ahead(date: &str, now: SystemTime) -> Option<f64> {
    let there = httpdate::parse_http_date(date).ok()?;
    let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
    // It is cut to whole seconds: half of one is what it is too early on the average.
    Some(since(there)?.as_secs_f64() + 0.5 - since(now)?.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_compared_by_the_date_of_an_answer() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(784_111_777_500);
        assert_eq!(ahead("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(0.0));
        assert_eq!(ahead("Sun, 06 Nov 1994 08:48:37 GMT", now), Some(-60.0));
        assert_eq!(ahead("yesterday", now), None);
    }
}
