use std::time::Duration;

use lapin::ErrorKind as Lapin;
use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPHardError, AMQPSoftError};

use super::*;

fn told(kind: impl Into<AMQPErrorKind>, words: &str) -> Fault {
    Fault::Told(Lapin::ProtocolError(AMQPError::new(kind.into(), words.into())).into())
}

#[test]
fn a_refused_declaration_names_the_thing_and_the_cure() {
    for (property, sort, cure) in [
        ("durable", Sort::Shared, "`amqp_durable_queues` or `rabbit_quorum_queue`"),
        ("durable", Sort::Transient, "`rabbit_transient_quorum_queue`"),
        ("auto_delete", Sort::Shared, "`amqp_auto_delete`"),
        ("x-queue-type", Sort::Shared, "`rabbit_quorum_queue`"),
        ("x-expires", Sort::Transient, "`rabbit_transient_queues_ttl`"),
        ("type", Sort::Shared, "choose another exchange"),
        ("x-new", Sort::Shared, "`amqp_durable_queues`, `amqp_auto_delete`"),
    ] {
        let words = format!(
            "PRECONDITION_FAILED - inequivalent arg '{property}' for exchange 'nova' in vhost \
             '/': received 'true' but current is 'false'"
        );
        let fault = told(AMQPSoftError::PRECONDITIONFAILED, &words);
        let error = declaring("exchange `nova`", sort, fault);
        assert_eq!(error.kind(), ErrorKind::Topology);
        let text = error.to_string();
        assert!(["`nova`", &words, cure].iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn queues_that_the_broker_no_longer_has_are_a_matter_of_topology() {
    // As RabbitMQ 4.3.6 says it.
    let words = "INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.\nIts use is \
                 not permitted per the configuration";
    let fault = told(AMQPHardError::INTERNALERROR, words);
    let error = declaring("queue `t_fanout_0`", Sort::Transient, fault);
    assert_eq!(error.kind(), ErrorKind::Topology);
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    for part in [
        "t_fanout_0",
        "Config::quorum()",
        "amqp_durable_queues",
        "rabbit_quorum_queue",
        "rabbit_transient_quorum",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_broker_that_fails_may_be_asked_again() {
    let fault = told(AMQPHardError::INTERNALERROR, "INTERNAL_ERROR");
    let error = declaring("exchange `t_fanout`", Sort::Transient, fault);
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains("its log"), "{error}");
}

#[test]
fn who_logs_in_by_a_certificate_is_told_of_that_and_not_of_a_password() {
    let url = "rabbit://h".parse().unwrap();
    let peer = &Peer::all(&url).unwrap()[0];
    let refused = |login| {
        let words = "ACCESS_REFUSED - Login was refused";
        connecting(peer, login, told(AMQPSoftError::ACCESSREFUSED, words)).to_string()
    };
    assert!(refused(LoginMethod::Plain).contains("password"));
    let text = refused(LoginMethod::External);
    assert!(text.contains("`ssl_cert_file`") && !text.contains("password"), "{text}");
}

#[test]
fn a_broker_that_goes_down_is_a_lost_connection() {
    let fault = told(AMQPHardError::CONNECTIONFORCED, "CONNECTION_FORCED - shutdown");
    assert_eq!(declaring("queue `q`", Sort::Shared, fault).kind(), ErrorKind::Connection);
    let silence = Fault::Silence(Duration::from_secs(1));
    assert_eq!(declaring("queue `q`", Sort::Shared, silence).kind(), ErrorKind::NotSent);
}

/// What the page of errors shows of a kind, on one line.
fn shown(kind: ErrorKind) -> String {
    let page = include_str!("../../../../docs/errors.md");
    let (_, section) = page.split_once(&format!("\n## `{kind:?}`\n")).expect("a section");
    let (_, example) = section.split_once("```text\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    example.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// In the words of RabbitMQ 4.3.
#[test]
fn the_page_of_errors_shows_what_is_said() {
    let url = "rabbit://nova:secret@localhost/nova".parse().unwrap();
    let peer = &Peer::all(&url).unwrap()[0];
    let to = Address::Topic { exchange: "nova".into(), topic: "scheduler".into(), server: None };
    let refused = "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For \
                   details see the broker logfile.";
    let closed = "NOT_ALLOWED - access to vhost 'nova' refused for user 'nova'";
    let durable = "PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'nova' in vhost \
                   'nova': received 'true' but current is 'false'";
    let large =
        "PRECONDITION_FAILED - message size 20971520 is larger than configured max size 16777216";
    let plain = LoginMethod::AmqPlain;
    for error in [
        connecting(peer, plain, told(AMQPSoftError::ACCESSREFUSED, refused)),
        connecting(peer, plain, told(AMQPHardError::NOTALLOWED, closed)),
        declaring(
            "exchange `nova`",
            Sort::Shared,
            told(AMQPSoftError::PRECONDITIONFAILED, durable),
        ),
        publishing(&to, told(AMQPSoftError::PRECONDITIONFAILED, large)),
    ] {
        assert_eq!(error.to_string(), shown(error.kind()));
    }
}
