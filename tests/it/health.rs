//! How a transport is, and what it tells of itself.

use messaging::Event;

use crate::api::{client, serve};
use crate::bus::{WITHIN, on_both, soon};

on_both! {
    async fn a_transport_is_ready_until_it_is_closed_and_tells_of_that(bus: Bus) {
        let (server, _seen, _manager) = serve(&bus, "one").await;
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        let health = bus.transport.health();
        assert!(health.is_live() && health.is_ready(), "{health:?}");

        let mut events = bus.transport.events();
        server.stop();
        server.wait().await;
        bus.transport.close(WITHIN).await;
        assert_eq!(soon(events.next()).await, Some(Event::Closed));
        assert_eq!(soon(events.next()).await, None);
        assert_eq!(soon(bus.transport.events().next()).await, None);
        let health = bus.transport.health();
        assert!(!health.is_live() && !health.is_ready(), "{health:?}");
    }
}
