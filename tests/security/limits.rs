//! Messages that are too long: refused where they are made, and not read where they come.

use messaging::{ErrorKind, Transport};

use crate::bus::{Bus, on_both};
use crate::vault::{client, serve};

/// More than any other message of these tests has.
const LIMIT: usize = 10_000;

async fn limited(bus: &Bus) -> Transport {
    let config = bus.config().max_message_size(LIMIT);
    Transport::from_config(&config).await.expect("a transport with a limit")
}

on_both! {
    async fn a_request_that_is_too_long_is_not_sent(bus: Bus) {
        let (_server, counting) = serve(&bus, &bus.transport).await;
        let transport = limited(&bus).await;
        let error = client(&bus, &transport).open("x".repeat(2 * LIMIT)).await.unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::Refused), "{error}");
        assert!(!error.may_have_run());
        let text = error.to_string();
        assert!(text.contains("it has 20") && text.contains("`max_message_size` allows 10000"), "{text}");
        assert_eq!(counting.runs(), 0);
        // The next one goes.
        client(&bus, &transport).open("key".into()).await.unwrap();
    }

    async fn a_request_that_is_too_long_is_not_read_and_its_caller_is_told(bus: Bus) {
        let transport = limited(&bus).await;
        let (_server, counting) = serve(&bus, &transport).await;
        let error = client(&bus, &bus.transport).open("x".repeat(2 * LIMIT)).await.unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::BadRequest), "{error}");
        let text = error.to_string();
        assert!(text.contains("`max_message_size` of this side allows 10000"), "{text}");
        assert_eq!(counting.runs(), 0);
        client(&bus, &bus.transport).open("key".into()).await.unwrap();
    }

    async fn a_result_that_is_too_long_is_told_in_its_place(bus: Bus) {
        let transport = limited(&bus).await;
        let (_server, _) = serve(&bus, &transport).await;
        let error = client(&bus, &bus.transport).text(2 * LIMIT).await.unwrap_err();
        let failure = error.failure().expect("the server answers");
        assert_eq!(failure.class, "ResultNotSent");
        assert!(failure.message.contains("`max_message_size` allows 10000"), "{failure}");
    }

    async fn a_reply_that_is_too_long_ends_its_call_at_once(bus: Bus) {
        let (_server, _) = serve(&bus, &bus.transport).await;
        let transport = limited(&bus).await;
        let error = client(&bus, &transport).text(2 * LIMIT).await.unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::Decode), "{error}");
        assert!(error.to_string().contains("the reply has 20"), "{error}");
        assert_eq!(client(&bus, &transport).text(3).await.unwrap(), "xxx");
    }
}

/// A megabyte in a kilobyte: it is unpacked no further than a message may go.
#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_message_is_unpacked_no_further_than_it_may_be_long() {
    let bus = Bus::rabbit().await;
    let transport = limited(&bus).await;
    let (_server, counting) = serve(&bus, &transport).await;
    let packed = bus.config().option("kombu_compression", "gzip");
    let packed = Transport::from_config(&packed).await.unwrap();
    let call = client(&bus, &packed).open("x".repeat(1 << 20));
    let error = call.timeout(std::time::Duration::from_secs(3)).await.unwrap_err();
    // Whom to tell stands in what was not unpacked.
    assert_eq!(error.kind(), Some(ErrorKind::Timeout), "{error}");
    client(&bus, &packed).open("key".into()).await.unwrap();
    assert_eq!(counting.runs(), 1);
}
