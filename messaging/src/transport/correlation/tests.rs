use std::fmt::Display;

use serde_json::json;

use super::super::pending::Pending;
use super::*;

fn reply(msg_id: impl Display, result: impl Into<serde_json::Value>, ending: bool) -> Vec<u8> {
    let result = result.into();
    json!({"_msg_id": msg_id.to_string(), "result": result, "failure": null, "ending": ending})
        .to_string()
        .into_bytes()
}

fn pending() -> (Arc<Correlation>, Pending) {
    let correlation = Arc::new(Correlation::default());
    let pending = Pending::register(&correlation, "0123456789abcdef0123456789abcdef".into(), false);
    (correlation, pending)
}

#[test]
fn a_reply_reaches_its_call_once_and_a_second_one_is_late() {
    let (correlation, mut call) = pending();
    correlation.deliver(&reply("another", 1, true), Notes::default());
    assert!(call.answered().is_none());
    correlation.deliver(&reply(call.msg_id(), 7, true), Notes::default());
    correlation.deliver(&reply(call.msg_id(), 8, true), Notes::default());
    assert_eq!(call.answered().unwrap().unwrap().result.unwrap().get(), "7");
    assert_eq!(correlation.late(), 2);
}

#[test]
fn an_early_result_is_given_at_its_end_and_a_heartbeat_is_nothing() {
    let (correlation, mut call) = pending();
    correlation.deliver(&reply(call.msg_id(), serde_json::Value::Null, false), Notes::default());
    correlation.deliver(&reply(call.msg_id(), 7, false), Notes::default());
    assert!(call.answered().is_none());
    correlation.deliver(&reply(call.msg_id(), serde_json::Value::Null, true), Notes::default());
    assert_eq!(call.answered().unwrap().unwrap().result.unwrap().get(), "7");
}

/// As a result before its end is: it is told when the end comes.
#[test]
fn an_early_failure_is_given_at_its_end() {
    let (correlation, mut call) = pending();
    let failure = json!({"class": "C", "module": "m", "message": "no"}).to_string();
    let early = json!({"_msg_id": call.msg_id().to_string(), "result": null, "failure": failure});
    correlation.deliver(early.to_string().as_bytes(), Notes::default());
    assert!(call.answered().is_none());
    correlation.deliver(&reply(call.msg_id(), serde_json::Value::Null, true), Notes::default());
    assert!(call.answered().unwrap().unwrap().result.unwrap_err().is("m", "C"));
}

#[test]
fn a_message_that_does_not_decode_ends_the_call_that_it_names() {
    for body in [
        r#"{"_msg_id": "0123456789abcdef0123456789abcdef", "failure": []}"#,
        r#"{"_msg_id": "0123456789abcdef0123456789abcdef", "result": "cut of"#,
        r#"{"oslo.version": "2.0", "oslo.message": "{\"_msg_id\": \"0123456789abcdef0123456789abcdef\", NaN"}"#,
    ] {
        let (correlation, mut call) = pending();
        correlation.deliver(body.as_bytes(), Notes::default());
        let error = call.answered().expect(body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
}

#[test]
fn what_may_still_be_answered_is_known() {
    let correlation = Arc::new(Correlation::default());
    let call = |id: &str| Pending::register(&correlation, id.into(), false);
    let (answered, given_up) = (call("1"), call("2"));
    assert!(correlation.awaits());
    call("3").not_delivered();
    correlation.deliver(&reply("1", 1, true), Notes::default());
    // A second copy of one answer is not the answer to another call.
    correlation.deliver(&reply("1", 1, true), Notes::default());
    drop((answered, given_up));
    assert!(correlation.awaits(), "a call that gave up may be answered all the same");
    correlation.deliver(&reply("2", 1, true), Notes::default());
    assert!(!correlation.awaits());
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn a_gather_learns_of_an_answer_that_does_not_decode_and_goes_on() {
    use std::time::Duration;

    use super::super::{Rules, gather::Seat};
    use crate::context::Deadline;

    let (correlation, clock) = (Arc::<Correlation>::default(), crate::runtime::tokio().unwrap());
    let window = Deadline::after(&clock, Duration::from_secs(60));
    let rules = Rules { first: None, are_all: false, gap: None, unread: 10 };
    let (sink, mut arrivals, _) = Sink::new(rules, window.clone(), &clock);
    let id = "0123456789abcdef0123456789abcdef";
    let seat = Seat::take(&correlation, id.into(), sink, window);
    let server = Notes::default().with(crate::wire::notes::SERVER, "one");
    let broken = format!(r#"{{"_msg_id": "{id}", "result": "cut of"#);
    correlation.deliver(broken.as_bytes(), server);
    correlation.deliver(&reply(id, 7, true), Notes::default());
    let refused = arrivals.try_recv().unwrap();
    assert_eq!(refused.answered.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(refused.server.as_deref(), Some("one"));
    assert!(arrivals.try_recv().unwrap().answered.is_ok());
    assert_eq!(correlation.late(), 0);

    // Who takes part may go on to answer after it was given up.
    drop(seat);
    assert!(correlation.calls().is_empty() && correlation.awaits());
    correlation.deliver(&reply(id, 8, true), Notes::default());
    assert_eq!(correlation.late(), 1);
}

#[test]
fn a_call_that_gave_up_leaves_nothing_behind() {
    let (correlation, call) = pending();
    drop(call);
    assert!(correlation.calls().is_empty());
}
