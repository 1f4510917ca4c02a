//! Replies (wire document, sections 10 and 12).

use serde::Serialize;
use serde_json::value::RawValue;

use super::envelope::{self, undecodable};
use super::failure;
use super::{for_each_field, new_id};
use crate::{Error, Failure};

/// One message of a reply queue.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) msg_id: String,
    pub(crate) outcome: Result<Box<RawValue>, Failure>,
    pub(crate) ending: Ending,
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

impl Reply {
    /// The body of the one message that answers a call.
    pub(crate) fn encode(msg_id: &str, outcome: Result<&RawValue, &Failure>) -> Vec<u8> {
        #[derive(Serialize)]
        struct Wire<'a> {
            result: Option<&'a RawValue>,
            failure: Option<String>,
            ending: bool,
            _msg_id: &'a str,
            _unique_id: String,
        }
        let message = serde_json::to_vec(&Wire {
            result: outcome.ok(),
            failure: outcome.err().map(failure::encode),
            ending: true,
            _msg_id: msg_id,
            _unique_id: new_id(),
        });
        // Text, a flag and JSON that is written already: nothing that could refuse to be written.
        envelope::wrap(&message.unwrap_or_default())
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and the call that it was for, where that could be read.
    pub(crate) fn decode(body: &[u8]) -> Result<Self, (Error, Option<String>)> {
        let message = envelope::open(body).map_err(|error| (error, None))?;
        let (mut msg_id, mut result, mut failed, mut ending) = (None, None, None, false);
        let read = for_each_field(&message, |key, value| {
            match key {
                "_msg_id" => msg_id = serde_json::from_str::<Option<String>>(value.get())?,
                "result" => result = Some(value),
                "failure" => failed = serde_json::from_str::<Option<String>>(value.get())?,
                "ending" => {
                    ending = serde_json::from_str::<Option<bool>>(value.get())? == Some(true)
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
        let is_null = result.is_none_or(|result| result.get() == "null");
        let ending = match (ending, is_null && failed.is_none()) {
            (true, _) => Ending::Last,
            (false, true) => Ending::Heartbeat,
            (false, false) => Ending::Early,
        };
        let outcome = match (failed, result) {
            (Some(failure), _) => Err(failure),
            (None, Some(result)) => Ok(result.to_owned()),
            (None, None) => Ok(RawValue::NULL.to_owned()),
        };
        Ok(Self { msg_id, outcome, ending })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        let path = format!("{}/../tests/fixtures/oslo/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let fixture: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        fixture["body"].as_str().unwrap().as_bytes().to_vec()
    }

    fn said(body: &[u8]) -> Value {
        let mut said: Value = serde_json::from_str(&envelope::open(body).unwrap()).unwrap();
        said["_unique_id"] = Value::Null;
        if let Some(failure) = said["failure"].as_str() {
            said["failure"] = serde_json::from_str(failure).unwrap();
        }
        said
    }

    #[test]
    fn replies_of_the_peer_are_read_and_written_alike() {
        for name in [
            "rpc_reply_result",
            "rpc_reply_null_result",
            "rpc_reply_values",
            "rpc_reply_datetime",
            "rpc_reply_namespace",
            "rpc_reply_failure_builtin",
            "rpc_reply_failure_builtin_two_args",
            "rpc_reply_failure_custom_kwargs",
            "rpc_reply_failure_chained",
            "rpc_reply_failure_passed_on",
            "rpc_reply_failure_no_such_method",
        ] {
            let body = fixture(name);
            let reply = Reply::decode(&body).unwrap_or_else(|(e, _)| panic!("{name}: {e:?}"));
            assert_eq!(reply.ending, Ending::Last, "{name}");
            let written = Reply::encode(&reply.msg_id, reply.outcome.as_deref());
            assert_eq!(said(&written), said(&body), "{name}");
        }
    }

    #[test]
    fn signs_of_life_and_early_results_are_told_from_the_end() {
        let reply = Reply::decode(&fixture("rpc_reply_heartbeat")).unwrap();
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
            assert_eq!(named.as_deref(), msg_id, "{body}");
        }
    }
}
