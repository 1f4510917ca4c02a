//! One message, as it is shown to people: on one line.

use std::fmt::Write as _;
use std::time::SystemTime;

use anstyle::Style;
use messaging::driver::operator::{Content, SeenReply, SeenRequest};
use serde_json::Value;

use super::record::{Kind, Record};
use super::redact::Shown;
use super::value;
use crate::duration;
use crate::output::{BAD, FAINT, GOOD, NAME, WARN};
use crate::text;

/// How much of one value a line has, in characters.
const VALUE: usize = 200;
/// How much of an id.
const ID: usize = 8;

/// The message on one line.
pub(super) fn line(record: &Record, shown: Shown, clock: SystemTime) -> String {
    let mut line = format!("{FAINT}{}{FAINT:#} ", time(clock));
    let (arrow, style) = match record.kind {
        Kind::Call | Kind::Cast if record.is_fanout => ("⇉", Style::new()),
        Kind::Call | Kind::Cast => ("→", Style::new()),
        Kind::Reply if record.is_failure() => ("←", BAD),
        Kind::Reply => ("←", GOOD),
        Kind::Sign => ("·", FAINT),
        Kind::Unreadable => ("?", WARN),
    };
    let _ = write!(line, "{style}{arrow} {:<5}{style:#} ", record.kind.name());
    let method = record.method.as_deref().map(text::line).unwrap_or_default();
    let _ = write!(line, "{NAME}{method}{NAME:#}");
    let facts = match &record.seen.content {
        Content::Request(request) => request_line(record, &mut line, request, shown),
        Content::Reply(reply) => reply_line(record, &mut line, reply, shown),
        Content::Unreadable(why) => {
            let _ = write!(line, "{}", bounded(&text::line(why)));
            destination(record)
        }
    };
    let mut facts = facts;
    if let Some(id) = &record.id {
        facts.push(format!("id {}", text::line(&id.chars().take(ID).collect::<String>())));
    }
    facts.push(format!("{} B", record.seen.size));
    let _ = write!(line, "  {FAINT}{}{FAINT:#}", facts.join(", "));
    if record.is_unrouted() {
        let _ = write!(line, "  {BAD}no queue takes it{BAD:#}");
    }
    line
}

fn request_line(
    record: &Record,
    line: &mut String,
    request: &SeenRequest,
    shown: Shown,
) -> Vec<String> {
    let named = shown.args(request);
    let named: Vec<_> = named.iter().map(|(name, value)| pair(name, value, shown)).collect();
    let _ = write!(line, "({})", named.join(", "));
    if shown != Shown::Types && !request.context.is_empty() {
        let named = shown.context(request);
        let named: Vec<_> = named.iter().map(|(name, it)| pair(name, it, shown)).collect();
        let _ = write!(line, " {FAINT}ctx{{{}}}{FAINT:#}", named.join(", "));
    }
    let mut facts = destination(record);
    if let Some(namespace) = &request.namespace {
        facts.push(format!("namespace {}", text::line(namespace)));
    }
    if let Some(version) = &request.version {
        facts.push(format!("v{}", text::line(version)));
    }
    facts
}

fn reply_line(record: &Record, line: &mut String, reply: &SeenReply, shown: Shown) -> Vec<String> {
    match &reply.outcome {
        _ if reply.is_sign => line.push_str(" runs"),
        Ok(result) => {
            let _ = write!(line, " = {}", plain(&shown.of("", &value::shown(result)), shown));
        }
        Err(failure) => {
            let class = text::line(&format!("{}.{}", failure.module, failure.class));
            let _ = write!(line, " {BAD}{class}{BAD:#}");
            if let Some(message) = shown.text(&failure.message) {
                let _ = write!(line, ": {}", bounded(&text::line(&message)));
            }
        }
    }
    let mut facts: Vec<_> = record.took.map(duration::show).into_iter().collect();
    if let Some(server) = &record.seen.server {
        facts.push(format!("by {}", text::line(server)));
    }
    facts
}

fn destination(record: &Record) -> Vec<String> {
    match &record.to_server {
        Some(server) => vec![format!("to {}", text::line(server))],
        None if record.is_fanout => vec!["to all".to_owned()],
        None => Vec::new(),
    }
}

fn pair(name: &str, value: &Value, shown: Shown) -> String {
    let (name, value) = (text::line(name), plain(value, shown));
    if shown == Shown::Types { format!("{name}: {value}") } else { format!("{name}={value}") }
}

/// As people read it: a type without quotes.
fn plain(value: &Value, shown: Shown) -> String {
    let text = match value {
        Value::String(kind) if shown == Shown::Types => kind.clone(),
        value => value.to_string(),
    };
    bounded(&text::line(&text))
}

fn bounded(text: &str) -> String {
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The time of day, in UTC.
fn time(clock: SystemTime) -> String {
    let since = clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs() % 86_400;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, since.subsec_millis())
}
