//! What is told of connections and consumers, and how they are.

use std::time::Duration;

use messaging::Events;
use messaging::driver::{
    ConnectionState, ConsumerState, Event, Health, Listen, OpenInbox, Purpose,
};

use crate::broker::*;
use crate::proxy::Proxy;

/// The events up to one that `is_last`, that one included.
async fn until(events: &mut Events, is_last: impl Fn(&Event) -> bool) -> Vec<Event> {
    let told = async {
        let mut told = Vec::new();
        loop {
            told.push(events.next().await.expect("the driver is not closed"));
            if told.last().is_some_and(&is_last) {
                return told;
            }
        }
    };
    tokio::time::timeout(WITHIN, told).await.expect("it is told in time")
}

fn consuming(event: &Event) -> bool {
    matches!(
        event,
        Event::Connected { purpose: Purpose::Consume, .. }
            | Event::Disconnected { purpose: Purpose::Consume, .. }
            | Event::ConsumerLost { .. }
            | Event::ConsumerRestored { .. }
    )
}

fn states(health: &Health) -> Vec<(Purpose, ConnectionState, u64)> {
    let connections = health.connections.iter();
    connections.map(|it| (it.purpose, it.state.clone(), it.generation)).collect()
}

#[tokio::test]
async fn a_connection_that_is_cut_is_told_of_from_its_loss_to_its_return() {
    let (proxy, topic) = (Proxy::start().await, topic());
    let driver = connect_to(&proxy.url()).await.unwrap();
    use ConnectionState::{Closed, Idle, Open};
    let (publish, consume) = (Purpose::Publish, Purpose::Consume);
    assert_eq!(states(&driver.health()), [(publish, Open, 1), (consume, Idle, 0)]);
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    assert_eq!(states(&driver.health()), [(publish, Open, 1), (consume, Open, 1)]);
    assert!(driver.health().is_ready());

    let mut events = driver.events();
    proxy.cut();
    let back = |event: &Event| matches!(event, Event::ConsumerRestored { .. });
    // It mends itself where it is asked for messages.
    let (told, _) = tokio::join!(until(&mut events, back), async {
        let Err(_) = consumer.next().await.unwrap() else { panic!("there is no message") };
        let idle = consumer.idle();
        let mended = async {
            while !driver.health().is_ready() {
                tokio::task::yield_now().await
            }
        };
        tokio::select! { () = idle => {}, () = mended => {} }
    });
    let told: Vec<_> = told.into_iter().filter(consuming).collect();
    let names: Vec<_> = told.iter().map(|event| format!("{event:?}")).collect();
    let position = |name: &str| {
        let at = names.iter().position(|told| told.starts_with(name));
        at.unwrap_or_else(|| panic!("{name} is not among {names:?}"))
    };
    assert!(position("Disconnected") < position("Connected"), "{names:?}");
    assert!(position("ConsumerLost") < position("ConsumerRestored"), "{names:?}");
    assert!(names.iter().all(|told| !told.contains("guest")), "{names:?}");
    let Event::ConsumerRestored { queues, .. } = told.last().unwrap() else { unreachable!() };
    assert_eq!(queues[..2], [topic.clone(), format!("{topic}.s")]);

    let health = driver.health();
    let consumers: Vec<_> = health.consumers.iter().map(|it| (it.state, it.restored)).collect();
    assert_eq!(consumers, [(ConsumerState::Open, 1)]);
    assert!(health.consumers[0].last_error.is_some());
    assert_eq!(health.connections[1].host, Some(proxy.address.clone()));
    assert!(health.connections[1].last_error.as_ref().unwrap().contains(&proxy.address));
    let counters = health.counters;
    assert_eq!((counters.consumers_lost, counters.consumers_restored), (1, 1));

    consumer.close(WITHIN).await.unwrap();
    driver.close(WITHIN).await;
    assert_eq!(
        until(&mut events, |event| *event == Event::Closed).await.last(),
        Some(&Event::Closed)
    );
    assert_eq!(events.next().await, None);
    let health = driver.health();
    assert!(!health.is_live() && health.connections.iter().all(|it| it.state == Closed));
}

/// Nobody publishes meanwhile: the next message finds a connection that is there.
#[tokio::test]
async fn a_connection_that_is_lost_is_made_anew_unasked() {
    let proxy = Proxy::start().await;
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut events = driver.events();
    proxy.cut();
    let told = until(&mut events, |event| matches!(event, Event::Connected { .. })).await;
    assert!(matches!(told[0], Event::Disconnected { purpose: Purpose::Publish, .. }), "{told:?}");
    let Some(Event::Connected { generation, .. }) = told.last() else { unreachable!() };
    assert_eq!(*generation, 2);
}

#[tokio::test]
async fn hosts_that_cannot_be_reached_are_told_of_with_what_is_wrong() {
    let proxy = Proxy::start().await;
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut events = driver.events();
    proxy.go_away();
    let told = until(&mut events, |event| matches!(event, Event::ConnectFailed { .. })).await;
    let Some(Event::ConnectFailed { purpose, reason, .. }) = told.last() else { unreachable!() };
    assert_eq!(*purpose, Purpose::Publish);
    assert!(reason.contains(&proxy.address), "{reason}");
    let health = driver.health();
    assert!(health.is_live() && !health.is_ready());
    assert_eq!(health.connections[0].state, ConnectionState::Connecting);
    assert!(health.connections[0].last_error.as_ref().unwrap().contains(&proxy.address));

    proxy.come_back();
    until(&mut events, |event| matches!(event, Event::Connected { .. })).await;
    assert!(driver.health().is_ready());
}

#[tokio::test]
async fn a_queue_that_is_deleted_is_told_of_by_its_name() {
    let driver = connect().await;
    let mut inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
    let mut events = driver.events();
    delete_queue(&inbox.queue).await;
    let back = |event: &Event| matches!(event, Event::ConsumerRestored { .. });
    let told = tokio::select! {
        told = until(&mut events, back) => told,
        () = async { loop { let _ = inbox.consumer.next().await; } } => unreachable!(),
    };
    let [Event::ConsumerLost { queues, reason }, Event::ConsumerRestored { .. }] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(*queues, [inbox.queue.clone()]);
    assert!(reason.contains("was deleted"), "{reason}");
}

/// A server that has stopped is not a reason to restart or to route around a process for ever.
#[tokio::test]
async fn a_consumer_that_has_ended_is_not_among_those_that_there_are() {
    let driver = connect().await;
    let mut consumer = driver.listen(Listen { prefetch: 1, ..listen(&topic()) }).await.unwrap();
    consumer.cancel(Duration::from_secs(5)).await.unwrap();
    assert_eq!(driver.health().consumers[0].state, ConsumerState::Cancelled);
    consumer.close(WITHIN).await.unwrap();
    assert_eq!(driver.health().consumers, []);
}
