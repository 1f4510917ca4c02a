//! Replies that nobody asked for, that come twice, or too late.

use messaging::{ErrorKind, Proxy as _};
use serde_json::json;

use crate::bus::{on_both, unique};
use crate::peer::Server;
use crate::vault::VaultClient;

const ANSWER: &str = r#"{"_msg_id": "ID", "result": "true", "failure": null, "ending": true}"#;

on_both! {
    async fn a_guessed_reply_reaches_nobody_and_one_that_comes_again_is_not_a_second_answer(bus: Bus) {
        let mut server = Server::of(&bus, &bus.topic).await;
        let client = VaultClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        let first = tokio::spawn(client.open("first".into()).into_future());
        let request = server.request().await;
        // An id of 122 random bits: whoever does not see the request does not know it.
        let id = request["_msg_id"].as_str().unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        for guessed in [unique(), "0".repeat(32), String::new(), "x".repeat(300)] {
            let forged = json!({"_msg_id": guessed, "result": "forged", "ending": true});
            server.reply(&request, &forged.to_string()).await;
        }
        for _ in 0..3 {
            server.reply(&request, ANSWER).await;
        }
        assert_eq!(first.await.unwrap().unwrap(), "true");
        // None of those that were left over is taken for the answer to the next.
        let second = tokio::spawn(client.open("second".into()).into_future());
        let next = server.request().await;
        assert_ne!(next["_msg_id"], request["_msg_id"]);
        server.reply(&request, &ANSWER.replace("true\"", "late\"")).await;
        server.reply(&next, &ANSWER.replace("true\"", "second\"")).await;
        assert_eq!(second.await.unwrap().unwrap(), "second");
        let late = format!("{:?}", bus.transport);
        // Two guesses, two doubles and the late one; what has no id to look up is no reply at all.
        assert!(late.contains("late_replies: 6") || late.contains("late_replies: 5"), "{late}");
    }

    async fn a_call_that_ends_unanswered_tells_of_what_came_and_cannot_be_read(bus: Bus) {
        let mut server = Server::of(&bus, &bus.topic).await;
        let client = VaultClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        let time = std::time::Duration::from_secs(3);
        let call = tokio::spawn(client.open("first".into()).timeout(time).into_future());
        let request = server.request().await;
        server.reply(&request, "\u{1b} no JSON").await;
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::Timeout));
        let text = error.to_string();
        assert!(text.contains("cannot be read") && !text.contains('\u{1b}'), "{text}");
        // A later call knows nothing of it.
        let error = client.open("second".into()).timeout(time).await.unwrap_err();
        assert!(!error.to_string().contains("cannot be read"), "{error}");
    }

    async fn a_reply_after_the_end_of_its_call_is_counted_and_no_more(bus: Bus) {
        let mut server = Server::of(&bus, &bus.topic).await;
        let client = VaultClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        let soon = std::time::Duration::from_secs(3);
        let error = client.open("first".into()).timeout(soon).await.unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::Timeout));
        let request = server.request().await;
        server.reply(&request, ANSWER).await;
        let call = tokio::spawn(client.open("second".into()).into_future());
        let next = server.request().await;
        server.reply(&next, &ANSWER.replace("true\"", "second\"")).await;
        assert_eq!(call.await.unwrap().unwrap(), "second");
        assert!(format!("{:?}", bus.transport).contains("late_replies: 1"));
    }
}
