//! What failures tell, and what comes of those that a peer has written to do harm.

use messaging::{ErrorKind, Proxy as _};
use serde_json::json;

use crate::bus::on_both;
use crate::peer::{Caller, Server};
use crate::vault::{VaultClient, serve};

on_both! {
    /// Class, module and text; no trace, no path, no text of a panic.
    async fn a_failure_on_the_wire_tells_what_it_must_and_no_more(bus: Bus) {
        let (_server, _) = serve(&bus, &bus.transport).await;
        let mut caller = Caller::of(&bus).await;
        let dispatcher = "oslo_messaging.rpc.dispatcher";
        for (request, module, class, message) in [
            (
                json!({"method": "panic", "args": {}}),
                "messaging.rpc.server",
                "HandlerPanicked",
                "the handler panicked; see the server's log",
            ),
            (
                json!({"method": "open", "args": {"name": "fails"}}),
                "builtins",
                "RuntimeError",
                "it is locked",
            ),
            (
                json!({"method": "open", "args": {}}),
                "builtins",
                "TypeError",
                "method `open` is missing argument `name`",
            ),
            (
                json!({"method": "close", "args": {}}),
                dispatcher,
                "NoSuchMethod",
                "Endpoint does not support RPC method close",
            ),
            (
                json!({"method": "open", "args": {}, "version": "2.0"}),
                dispatcher,
                "UnsupportedVersion",
                "Endpoint does not support RPC version 2.0. Attempted method: open (asked for the \
                 null namespace; served here: the null namespace 1.0)",
            ),
            (
                json!({"args": {}}),
                "builtins",
                "ValueError",
                "the request has no `method`",
            ),
        ] {
            let mut request = request;
            (request["_msg_id"], request["_reply_q"]) = (json!("1"), json!(caller.queue));
            caller.send(request.to_string().as_bytes()).await;
            let expected = json!({
                "module": module, "class": class, "message": message,
                "tb": [], "args": [message], "kwargs": {},
            });
            assert_eq!(caller.failure().await, expected, "{request}");
        }
    }

    /// A Python peer would import the module and call the class; here both are texts.
    async fn a_failure_of_a_peer_is_data_whatever_it_says(bus: Bus) {
        let mut server = Server::of(&bus, &bus.topic).await;
        let client = VaultClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        let trace = vec!["  File \"/etc/passwd\"\u{1b}[2J\n".repeat(1000); 40];
        let hostile = json!({
            "class": "system\u{7}", "module": "os", "args": ["rm -rf /"], "kwargs": {},
            "message": format!("done\r\n\u{1b}]0;owned\u{7}\u{202e}ERROR admin logged in {}", "x".repeat(1 << 20)),
            "tb": trace,
        });
        let call = tokio::spawn(client.open("x".into()).into_future());
        let request = server.request().await;
        let body = json!({"_msg_id": "ID", "result": null, "failure": hostile.to_string(), "ending": true});
        server.reply(&request, &body.to_string()).await;
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::Remote));
        let failure = error.failure().unwrap();
        // Not longer than it may be: 64 KiB of a text, and of a trace.
        assert!(failure.message.len() <= 64 * 1024);
        assert!(failure.traceback.iter().map(String::len).sum::<usize>() <= 64 * 1024);
        assert_eq!((&*failure.module, &*failure.class), ("os", "system\u{7}"));
        // In an error, a log and a terminal it says nothing but what it is.
        for text in [error.to_string(), failure.to_string(), format!("{error:?}"), format!("{failure:?}")] {
            assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:.300}");
        }
        assert!(error.to_string().contains(r"os.system\u{7}: done\r\n\u{1b}]0;owned"), "{error:.300}");
    }
}
