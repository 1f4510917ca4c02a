//! Many clients whose broker is away, on virtual time.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::url;
use crate::RabbitOptions;
use crate::context::Deadline;
use crate::driver::amqp::link::Link;
use crate::driver::amqp::peer::Peer;
use crate::driver::amqp::tries::Tries;
use crate::driver::events::Purpose;
use crate::runtime::{Runtime, Socket};

/// One client's runtime: nothing listens anywhere, and when it was asked is noted.
#[derive(Debug)]
struct Nobody {
    runtime: Arc<dyn Runtime>,
    dialled: Mutex<Vec<Instant>>,
}

impl Runtime for Nobody {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.runtime.spawn(task);
    }

    fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        self.runtime.spawn_blocking(work);
    }

    fn block_on(&self, future: BoxFuture<'static, ()>) {
        self.runtime.block_on(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.runtime.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.runtime.now()
    }

    fn connect(&self, _: SocketAddr) -> BoxFuture<'static, io::Result<Box<dyn Socket>>> {
        self.dialled.lock().unwrap().push(self.now());
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }
}

#[tokio::test(start_paused = true)]
async fn clients_whose_broker_is_away_come_neither_often_nor_late_nor_together() {
    let (options, second) = (RabbitOptions::default(), Duration::from_secs(1));
    let begun = crate::runtime::tokio().unwrap().now();
    let clients = (0..200).map(|_| async {
        let runtime = crate::runtime::tokio().unwrap();
        let nobody = Arc::new(Nobody { runtime, dialled: Mutex::default() });
        let runtime: Arc<dyn Runtime> = nobody.clone();
        let peers = Peer::all(&url(5672)).unwrap();
        let (teller, gate) = Default::default();
        let link =
            Link::new(Purpose::Publish, peers, options.clone(), runtime.clone(), teller, gate);
        let deadline = Deadline::after(&runtime, second * 300);
        link.current(&deadline, &mut Tries::without_limit()).await.unwrap_err();
        nobody.dialled.lock().unwrap().clone()
    });
    let dialled = futures_util::future::join_all(clients).await;
    let mut together = BTreeMap::<_, u32>::new();
    for times in dialled {
        // Each client has two connections, so this is two per second.
        for pair in times.windows(2) {
            let gap = pair[1] - pair[0];
            assert!(second <= gap && gap <= second * 3 / 2 + second / 10, "{gap:?}");
        }
        for time in times {
            *together.entry((time - begun).as_millis() / 100).or_default() += 1;
        }
    }
    // In a tenth of a second 16 on average, once the moment of the loss is forgotten.
    let most = together.range(300..).map(|(_, count)| *count).max();
    assert!(most.is_some_and(|most| most < 50), "{most:?}");
}
