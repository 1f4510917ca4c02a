//! One message, as it is told of.

use std::time::{Duration, Instant};

use messaging::driver::operator::{Content, Sighting};

use super::calls::Calls;

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
    pub(super) fn name(self) -> &'static str {
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
    pub(super) is_fanout: bool,
    /// How long after the call a reply was seen.
    pub(super) took: Option<Duration>,
    /// As it was seen.
    pub(super) seen: Sighting,
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
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use messaging::driver::operator::{SeenReply, SeenRequest};
    use serde_json::{Map, json};

    use super::super::document::document;
    use super::super::line::line;
    use super::super::redact::Shown;
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
        let document = document(&record, Shown::Types, SystemTime::UNIX_EPOCH);
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
            let line = line(&record, shown, SystemTime::UNIX_EPOCH);
            let line = anstream::adapter::strip_str(&line).to_string();
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(line.starts_with("00:00:00.000 → call  m\\u{1b}[2J"), "{line:?}");
        }
    }
}
