//! One message, as it is shown.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime};

use anstyle::Style;
use messaging::Failure as RemoteFailure;
use messaging::driver::operator::{Content, SeenReply, SeenRequest, Sighting};
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::redact::Shown;
use super::value;
use crate::duration;
use crate::exit::Failure;
use crate::output::{BAD, FAINT, GOOD, NAME, Output, WARN};
use crate::text;

/// How much of one value a line for people has, in characters.
const VALUE: usize = 200;
/// How much of an id is shown to people.
const ID: usize = 8;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Call,
    Cast,
    Reply,
    /// A reply that is none yet: the method runs.
    Sign,
    Unreadable,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Cast => "cast",
            Self::Reply => "reply",
            Self::Sign => "sign",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One message.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) kind: Kind,
    pub(super) method: Option<String>,
    /// The id of the call; none of a cast.
    pub(super) id: Option<String>,
    /// The one server that it goes to.
    pub(super) to_server: Option<String>,
    /// Whether it goes to every server.
    is_fanout: bool,
    /// How long after the call a reply was seen.
    pub(super) took: Option<Duration>,
    seen: Sighting,
}

impl Record {
    /// A message, if it is one of the topic. A reply is, if its call was.
    pub(super) fn of(
        seen: Sighting,
        topic: &str,
        exchange: &str,
        calls: &mut Calls,
        now: Instant,
    ) -> Option<Self> {
        let mut record = Self {
            kind: Kind::Unreadable,
            method: None,
            id: None,
            to_server: None,
            is_fanout: false,
            took: None,
            seen,
        };
        let seen = &record.seen;
        if seen.exchange.is_empty() {
            let Content::Reply(reply) = &seen.content else { return None };
            let call = calls.waiting(&reply.msg_id)?;
            record.kind = if reply.is_sign { Kind::Sign } else { Kind::Reply };
            record.method = Some(call.method.clone());
            record.took = Some(now.saturating_duration_since(call.since));
            record.id = Some(reply.msg_id.clone());
            // One that nobody took is sent again.
            let was_taken = seen.trace.as_ref().and_then(|trace| trace.routed) != Some(false);
            if reply.ends && was_taken {
                calls.answered(&reply.msg_id);
            }
            return Some(record);
        }
        if seen.exchange == format!("{topic}_fanout") {
            record.is_fanout = true;
        } else if seen.exchange != exchange {
            return None;
        } else if seen.key != topic {
            let server = seen.key.strip_prefix(topic)?.strip_prefix('.')?;
            record.to_server = Some(server.to_owned());
        }
        if let Content::Request(request) = &record.seen.content {
            record.kind = if request.reply_to.is_some() { Kind::Call } else { Kind::Cast };
            record.method = Some(request.method.clone());
            record.id = request.reply_to.as_ref().map(|(id, _)| id.clone());
        }
        Some(record)
    }

    /// Whether it goes from a server to a caller.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self.kind, Kind::Reply | Kind::Sign)
    }

    /// Whether it tells of an error.
    pub(super) fn is_failure(&self) -> bool {
        matches!(&self.seen.content, Content::Reply(reply) if reply.outcome.is_err())
    }

    /// Whether no queue took it, where that is known.
    pub(super) fn is_unrouted(&self) -> bool {
        self.seen.trace.as_ref().and_then(|trace| trace.routed) == Some(false)
    }

    pub(super) fn write(
        &self,
        output: Output,
        shown: Shown,
        clock: SystemTime,
    ) -> Result<(), Failure> {
        match output.is_json() {
            true => output.json_line(&self.document(shown, clock)),
            false => output.line(self.line(shown, clock)),
        }
    }

    fn document(&self, shown: Shown, clock: SystemTime) -> Value {
        let at = clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let mut document = Map::new();
        let mut set = |name: &str, value: Value| {
            if !value.is_null() {
                document.insert(name.to_owned(), value);
            }
        };
        set("kind", self.kind.name().into());
        set("at", ((at * 1e3).round() / 1e3).into());
        set("method", json!(self.method));
        set("id", json!(self.id));
        if self.is_answer() {
            set("duration_ms", json!(self.took.map(|it| it.as_secs_f64() * 1e3)));
            set("server", json!(self.seen.server));
        } else {
            set("server", json!(self.to_server));
            set("fanout", self.is_fanout.into());
        }
        set("bytes", self.seen.size.into());
        set("user", json!(self.seen.user));
        let trace = self.seen.trace.as_ref();
        set("routed", json!(trace.and_then(|trace| trace.routed)));
        set("connection", json!(trace.map(|it| &it.connection).filter(|it| !it.is_empty())));
        match &self.seen.content {
            Content::Request(request) => {
                set("namespace", json!(request.namespace));
                set("version", json!(request.version));
                set("reply_queue", json!(request.reply_to.as_ref().map(|(_, queue)| queue)));
                set("expires_ms", json!(self.seen.expires.map(|it| it.as_secs_f64() * 1e3)));
                set("args", args(request, shown).into());
                set("context", context(request, shown).into());
            }
            Content::Reply(reply) => {
                set("ends", reply.ends.into());
                set("ok", reply.outcome.is_ok().into());
                match &reply.outcome {
                    _ if reply.is_sign => {}
                    Ok(result) => set("result", shown.of("", &value::shown(result))),
                    Err(failure) => set("error", error(failure, shown)),
                }
            }
            Content::Unreadable(why) => set("why", json!(why)),
        }
        document.into()
    }

    fn line(&self, shown: Shown, clock: SystemTime) -> String {
        let mut line = format!("{FAINT}{}{FAINT:#} ", time(clock));
        let (arrow, style) = match self.kind {
            Kind::Call | Kind::Cast if self.is_fanout => ("⇉", Style::new()),
            Kind::Call | Kind::Cast => ("→", Style::new()),
            Kind::Reply if self.is_failure() => ("←", BAD),
            Kind::Reply => ("←", GOOD),
            Kind::Sign => ("·", FAINT),
            Kind::Unreadable => ("?", WARN),
        };
        let _ = write!(line, "{style}{arrow} {:<5}{style:#} ", self.kind.name());
        let method = self.method.as_deref().map(text::line).unwrap_or_default();
        let _ = write!(line, "{NAME}{method}{NAME:#}");
        let facts = match &self.seen.content {
            Content::Request(request) => self.request_line(&mut line, request, shown),
            Content::Reply(reply) => self.reply_line(&mut line, reply, shown),
            Content::Unreadable(why) => {
                let _ = write!(line, "{}", bounded(&text::line(why)));
                self.destination()
            }
        };
        let mut facts = facts;
        if let Some(id) = &self.id {
            facts.push(format!("id {}", text::line(&id.chars().take(ID).collect::<String>())));
        }
        facts.push(format!("{} B", self.seen.size));
        let _ = write!(line, "  {FAINT}{}{FAINT:#}", facts.join(", "));
        if self.is_unrouted() {
            let _ = write!(line, "  {BAD}no queue takes it{BAD:#}");
        }
        line
    }

    fn request_line(&self, line: &mut String, request: &SeenRequest, shown: Shown) -> Vec<String> {
        let named = args(request, shown);
        let named: Vec<_> = named.iter().map(|(name, value)| pair(name, value, shown)).collect();
        let _ = write!(line, "({})", named.join(", "));
        if shown != Shown::Types && !request.context.is_empty() {
            let named = context(request, shown);
            let named: Vec<_> = named.iter().map(|(name, it)| pair(name, it, shown)).collect();
            let _ = write!(line, " {FAINT}ctx{{{}}}{FAINT:#}", named.join(", "));
        }
        let mut facts = self.destination();
        if let Some(namespace) = &request.namespace {
            facts.push(format!("namespace {}", text::line(namespace)));
        }
        if let Some(version) = &request.version {
            facts.push(format!("v{}", text::line(version)));
        }
        facts
    }

    fn reply_line(&self, line: &mut String, reply: &SeenReply, shown: Shown) -> Vec<String> {
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
        let mut facts: Vec<_> = self.took.map(duration::show).into_iter().collect();
        if let Some(server) = &self.seen.server {
            facts.push(format!("by {}", text::line(server)));
        }
        facts
    }

    fn destination(&self) -> Vec<String> {
        match &self.to_server {
            Some(server) => vec![format!("to {}", text::line(server))],
            None if self.is_fanout => vec!["to all".to_owned()],
            None => Vec::new(),
        }
    }
}

fn args(request: &SeenRequest, shown: Shown) -> Map<String, Value> {
    let named =
        |(name, json): &(String, String)| (name.clone(), shown.of(name, &value::shown(json)));
    request.args.iter().map(named).collect()
}

fn context(request: &SeenRequest, shown: Shown) -> Map<String, Value> {
    let named = |(name, value): (&String, &Value)| (name.clone(), shown.of(name, value));
    request.context.iter().map(named).collect()
}

fn error(failure: &RemoteFailure, shown: Shown) -> Value {
    json!({
        "class": failure.class,
        "module": failure.module,
        "message": shown.text(&failure.message),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(exchange: &str, key: &str, content: Content) -> Sighting {
        Sighting {
            exchange: exchange.into(),
            key: key.into(),
            size: 9,
            server: None,
            expires: None,
            user: None,
            trace: None,
            is_touch: false,
            content,
        }
    }

    fn call(method: &str) -> Content {
        Content::Request(SeenRequest {
            method: method.into(),
            namespace: None,
            version: Some("1.0".into()),
            reply_to: Some(("id".into(), "reply_q".into())),
            unique_id: None,
            args: vec![("a\u{1b}".into(), "\"b\u{1b}[2J\"".into())],
            context: Map::new(),
        })
    }

    #[test]
    fn a_message_is_of_the_topic_by_where_it_goes() {
        let of = |exchange: &str, key: &str| {
            let (mut calls, now) = (Calls::default(), Instant::now());
            Record::of(sighting(exchange, key, call("m")), "nova", "openstack", &mut calls, now)
        };
        assert_eq!(of("openstack", "nova").unwrap().to_server, None);
        assert_eq!(of("openstack", "nova.a.b").unwrap().to_server.as_deref(), Some("a.b"));
        assert!(of("nova_fanout", "").unwrap().is_fanout);
        for (exchange, key) in
            [("openstack", "novac"), ("openstack", "no"), ("other", "nova"), ("", "nova")]
        {
            assert!(of(exchange, key).is_none(), "{exchange} {key}");
        }
    }

    #[test]
    fn a_reply_is_shown_with_its_call_and_once() {
        let reply = || {
            let outcome = Ok("\"hunter2\"".to_owned());
            let reply = SeenReply { msg_id: "id".into(), outcome, ends: true, is_sign: false };
            sighting("", "reply_q", Content::Reply(reply))
        };
        let (mut calls, now) = (Calls::default(), Instant::now());
        assert!(Record::of(reply(), "nova", "openstack", &mut calls, now).is_none());
        calls.asked("id", "m", now);
        let later = now + Duration::from_millis(7);
        let record = Record::of(reply(), "nova", "openstack", &mut calls, later).unwrap();
        assert_eq!((record.method.as_deref(), record.took), (Some("m"), Some(later - now)));
        let document = record.document(Shown::Types, SystemTime::UNIX_EPOCH);
        assert_eq!(
            (&document["duration_ms"], &document["result"]),
            (&json!(7.0), &json!("str(7)"))
        );
        assert!(Record::of(reply(), "nova", "openstack", &mut calls, now).is_none());
    }

    #[test]
    fn a_line_is_one_and_speaks_to_no_terminal() {
        let (mut calls, now) = (Calls::default(), Instant::now());
        let seen = sighting("openstack", "nova", call("m\u{1b}[2J\n"));
        let record = Record::of(seen, "nova", "openstack", &mut calls, now).unwrap();
        for shown in [Shown::Types, Shown::Values, Shown::Everything] {
            let line = record.line(shown, SystemTime::UNIX_EPOCH);
            let line = anstream::adapter::strip_str(&line).to_string();
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(line.starts_with("00:00:00.000 → call  m\\u{1b}[2J"), "{line:?}");
        }
    }
}
