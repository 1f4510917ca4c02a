//! The server.

use std::sync::Arc;

use futures_util::StreamExt as _;
use lapin::message::Delivery;
use lapin::types::FieldTable;
use messaging_benches::{Place, floor, ready};

use crate::Shape;
use crate::link::{Link, properties};

/// Answers every request on a task of its own, as a server must whose handlers may wait.
pub(crate) async fn serve(place: &Place, shape: Shape) {
    let link = Arc::new(Link::open(place, shape).await);
    let mut requests = link.consume(&place.topic, FieldTable::default()).await;
    link.bind(&place.topic).await;
    tokio::spawn(async move {
        while let Some(Ok(request)) = requests.next().await {
            let link = Arc::clone(&link);
            match shape.inline {
                true => answer(&link, shape, &request).await,
                false => drop(tokio::spawn(async move { answer(&link, shape, &request).await })),
            }
        }
        panic!("the broker ended the consumer");
    });
    ready().await;
}

/// The request is acknowledged before it runs, as ours does.
async fn answer(link: &Link, shape: Shape, request: &Delivery) {
    link.acknowledge(request.delivery_tag);
    if shape.noted {
        link.noted().await;
    }
    let Some(answer) = floor::serve(&request.data).expect("a request of ours") else { return };
    link.publish("", answer.to.into(), &answer.body, properties()).await;
}
