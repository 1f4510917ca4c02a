//! The server.

use std::sync::Arc;

use messaging_benches::{Place, floor, ready};

use crate::link::Link;

/// Answers every request on a task of its own, as a server must whose handlers may wait.
pub(crate) async fn serve(place: &Place) {
    let mut link = Link::open(place).await;
    link.declare(&place.topic, false).await;
    link.bind(&place.topic).await;
    link.consume(&place.topic, true).await;
    tokio::spawn(async move {
        let Link { mut reader, writer } = link;
        loop {
            let request = reader.message().await;
            let writer = Arc::clone(&writer);
            writer.queue(|frames| frames.acknowledge(request.tag));
            tokio::spawn(async move {
                let answer = floor::serve(&request.body).expect("a request of ours");
                if let Some(answer) = answer {
                    writer.queue(|frames| frames.publish("", &answer.to, false, &answer.body));
                }
            });
        }
    });
    ready().await;
}
