//! Handlers that take their time.

use super::Case;

cases! {
    rust_to_python: [
        a_reply_that_is_late_is_dropped_and_the_next_call_is_answered,
        a_call_outlasts_the_time_for_which_it_is_monitored,
    ]
    python_to_rust: [
        a_reply_that_is_late_is_dropped_and_the_next_call_is_answered,
        a_call_outlasts_the_time_for_which_it_is_monitored,
    ]
}

mod rust_to_python {
    use std::time::Duration;

    use crate::cases::PYTHON;
    use crate::pair::Pair;

    pub(super) async fn a_reply_that_is_late_is_dropped_and_the_next_call_is_answered(pair: &Pair) {
        let client = pair.demo(PYTHON);
        let error = client.slow(1.0).timeout(Duration::from_millis(300)).await.unwrap_err();
        assert!(error.rpc().unwrap().is_timeout(), "{error}");
        // Meanwhile the reply to the first comes in.
        assert_eq!(client.slow(1.0).await.unwrap(), "done");
    }

    /// Without the signs of life it would be given up after four seconds.
    pub(super) async fn a_call_outlasts_the_time_for_which_it_is_monitored(pair: &Pair) {
        let slow = pair.demo(PYTHON).slow(5.5).monitor(Duration::from_secs(4));
        assert_eq!(slow.await.unwrap(), "done");
    }
}

mod python_to_rust {
    use serde_json::json;

    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    fn slow(seconds: f64) -> Request {
        Request::call(RUST, "slow", json!({"seconds": seconds}))
    }

    pub(super) async fn a_reply_that_is_late_is_dropped_and_the_next_call_is_answered(pair: &Pair) {
        let error = pair.ask(slow(1.0).with("timeout", 0.3)).await.unwrap_err();
        assert_eq!(error["type"], "MessagingTimeout", "{error}");
        // Meanwhile the reply to the first comes in.
        assert_eq!(pair.ask(slow(1.0)).await, Ok(json!("done")));
    }

    /// Without the signs of life it would be given up after four seconds.
    pub(super) async fn a_call_outlasts_the_time_for_which_it_is_monitored(pair: &Pair) {
        let monitored = slow(5.5).with("call_monitor_timeout", 4);
        assert_eq!(pair.ask(monitored).await, Ok(json!("done")));
    }
}
