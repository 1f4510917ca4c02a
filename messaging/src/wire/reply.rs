//! Replies (wire document, sections 10 and 12).

use super::bounds;
use super::envelope::{self, undecodable};
use super::failure;
use super::json::{self, Json, for_each_field};
use super::part::place;
use super::text::text;
use super::writer::{Form, Writer};
use super::{Id, new_id};
use crate::{Error, Failure};

/// One message of a reply queue.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) msg_id: Id,
    pub(crate) outcome: Result<Json, Failure>,
    pub(crate) ending: Ending,
    /// The id of the message.
    pub(crate) unique_id: Option<Id>,
}

/// Whether more will come for the same call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// This is the reply, or the end of one that came before.
    Last,
    /// A result that a message of its own will end, as older peers send it.
    Early,
    /// Nothing but a sign of life.
    Heartbeat,
}

/// What a reply has where nothing is told.
const NULL: &str = "null";

/// What a reply takes beside its outcome.
const BESIDE: usize = 192;

impl Reply {
    /// The body of the one message that answers a call, with what is JSON already, or a failure.
    pub(crate) fn encode(msg_id: &Id, outcome: Result<&str, &Failure>, form: Form) -> Vec<u8> {
        match outcome {
            Ok(result) => body(msg_id, Some(result), None, true, form),
            Err(failure) => body(msg_id, None, Some(&failure::encode(failure)), true, form),
        }
    }

    /// The body of a sign of life: the method runs.
    pub(crate) fn heartbeat(msg_id: &Id, form: Form) -> Vec<u8> {
        body(msg_id, None, None, false, form)
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and the call that it was for, where that could be read.
    pub(crate) fn decode(body: &[u8]) -> Result<Self, (Error, Option<Id>)> {
        let text = text(body).map_err(|error| (error, None))?;
        let message = envelope::open(&text).map_err(|error| (error, None))?;
        let (mut msg_id, mut result, mut failed, mut ending) = (None, None, None, false);
        let mut unique_id = None;
        let read = for_each_field(&message, |key, value| {
            match &**key {
                "_msg_id" => msg_id = bounds::name(value)?.map(|id| Id::from(&*id)),
                "result" => result = Some(value),
                "failure" if value == "null" => failed = None,
                "failure" => failed = Some(json::text(value)?),
                "ending" => ending = is_true(value)?,
                // One that is none names no copy.
                "_unique_id" => {
                    unique_id = bounds::name(value).ok().flatten().map(|id| Id::from(&*id));
                }
                _ => {}
            }
            Ok(())
        });
        if let Err(error) = read {
            let error = undecodable("the reply is not as it must be").with_source(error);
            return Err((error, msg_id));
        }
        let Some(msg_id) = msg_id else {
            return Err((undecodable("the reply names no call under `_msg_id`"), None));
        };
        let failed = match failed.filter(|text| !text.is_empty()).map(|text| failure::decode(&text))
        {
            None => None,
            Some(Ok(failure)) => Some(failure),
            Some(Err(error)) => {
                let error =
                    undecodable("the reply's failure is not as it must be").with_source(error);
                return Err((error, Some(msg_id)));
            }
        };
        let result = result.map(|result| place(&message, result));
        let result = result.map_or_else(Json::null, |place| Json::part(message, place));
        let ending = match (ending, result.is_null() && failed.is_none()) {
            (true, _) => Ending::Last,
            (false, true) => Ending::Heartbeat,
            (false, false) => Ending::Early,
        };
        let outcome = failed.map_or(Ok(result), Err);
        Ok(Self { msg_id, outcome, ending, unique_id })
    }
}

/// The keys in the order in which the peer writes them.
fn body(
    msg_id: &Id,
    result: Option<&str>,
    failure: Option<&str>,
    ending: bool,
    form: Form,
) -> Vec<u8> {
    let result = result.unwrap_or(NULL).as_bytes();
    // A failure is escaped twice.
    let failed = failure.map_or(0, |failure| failure.len() * 2);
    let mut message = Writer::new(form.room(result) + failed + BESIDE, form);
    message.key("result").json(result);
    message.key("failure");
    match failure {
        Some(failure) => message.text(failure),
        None => message.bare(NULL),
    }
    message.key("ending").bare(if ending { "true" } else { "false" });
    message.key("_msg_id").id(msg_id);
    message.key("_unique_id").id(&new_id());
    message.end()
}

/// A flag as the peer tests it: a number other than zero is one that is set.
fn is_true(value: &str) -> Result<bool, serde_json::Error> {
    match value {
        "true" => return Ok(true),
        "false" | "null" => return Ok(false),
        _ => {}
    }
    if let Ok(number) = json::read::<f64>(value) {
        return Ok(number != 0.0);
    }
    json::read::<Option<bool>>(value).map(|flag| flag == Some(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn signs_of_life_and_early_results_are_told_from_the_end() {
        let sign = json!({"_msg_id": "1", "result": null, "failure": null, "ending": false});
        let reply = Reply::decode(sign.to_string().as_bytes()).unwrap();
        assert_eq!(reply.ending, Ending::Heartbeat);
        let early = json!({"_msg_id": "1", "result": 7, "failure": null, "ending": false});
        let reply = Reply::decode(early.to_string().as_bytes()).unwrap();
        assert_eq!((reply.ending, reply.outcome.unwrap().get()), (Ending::Early, "7"));
    }

    #[test]
    fn a_wrong_reply_names_its_call_where_it_can() {
        for (body, msg_id) in [
            (r#"{"_msg_id": "1", "failure": {}}"#, Some("1")),
            (r#"{"_msg_id": "1", "failure": "not json"}"#, Some("1")),
            (r#"{"_msg_id": "1", "ending": "yes"}"#, Some("1")),
            (r#"{"result": 1}"#, None),
            ("not json", None),
        ] {
            let (_, named) = Reply::decode(body.as_bytes()).unwrap_err();
            assert_eq!(named, msg_id.map(Id::from), "{body}");
        }
    }

    /// The peer has no failure in a reply without the key; ours is as one that succeeded.
    #[test]
    fn keys_may_be_missing_and_others_be_there() {
        let reply = Reply::decode(br#"{"_msg_id": "1", "result": 7, "ending": true, "new": 1}"#);
        let reply = reply.unwrap();
        assert_eq!((reply.ending, reply.outcome.unwrap().get()), (Ending::Last, "7"));
    }

    #[test]
    fn an_ending_is_what_the_peer_takes_for_true() {
        for (ending, expected) in [
            (", \"ending\": 1", Ending::Last),
            (", \"ending\": true", Ending::Last),
            (", \"ending\": 0", Ending::Early),
            (", \"ending\": null", Ending::Early),
            ("", Ending::Early),
        ] {
            let body = format!(r#"{{"_msg_id": "1", "result": 7, "failure": null{ending}}}"#);
            assert_eq!(Reply::decode(body.as_bytes()).unwrap().ending, expected, "{ending}");
        }
    }
}
