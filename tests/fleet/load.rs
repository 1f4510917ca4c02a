//! Continuous load: every client with several calls in flight, and each answer checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::ask::Ask;
use crate::client::Client;
use crate::tally::Tally;

/// Calls in flight of each client.
const IN_FLIGHT: usize = 8;

/// How long the last calls may take: longer than the timeout of a call.
const LAST: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// Calls of what 2.5 has.
    Limited,
    /// Calls of what 2.6 brought as well.
    Lifted,
    Over,
}

/// Load on the fleet; it ends when this is dropped.
pub(crate) struct Load {
    pub(crate) tally: Arc<Tally>,
    stage: watch::Sender<Stage>,
    callers: JoinSet<()>,
}

impl Load {
    pub(crate) fn begin(clients: &[Client]) -> Self {
        let (tally, stage) = (Arc::<Tally>::default(), watch::Sender::new(Stage::Limited));
        let numbers = Arc::new(AtomicI64::new(0));
        let mut callers = JoinSet::new();
        for client in clients.iter().flat_map(|client| std::iter::repeat_n(client, IN_FLIGHT)) {
            let (client, tally, numbers) = (client.clone(), Arc::clone(&tally), numbers.clone());
            let stage = stage.subscribe();
            callers.spawn(async move {
                loop {
                    let now = *stage.borrow();
                    if now == Stage::Over {
                        break;
                    }
                    let lifted = now == Stage::Lifted;
                    let ask = Ask::numbered(numbers.fetch_add(1, Ordering::Relaxed), lifted);
                    let outcome = client.call(&ask, lifted).await;
                    tally.enter(client.language(), &ask, outcome);
                }
            });
        }
        Self { tally, stage, callers }
    }

    /// Lifts what limits the clients to 2.5.
    pub(crate) fn lift(&self) {
        self.stage.send_replace(Stage::Lifted);
    }

    /// Ends with the last answer.
    pub(crate) async fn end(mut self) -> Arc<Tally> {
        self.stage.send_replace(Stage::Over);
        let all = async {
            while let Some(ended) = self.callers.join_next().await {
                ended.expect("a caller ends well");
            }
        };
        timeout(LAST, all).await.expect("every call ends in time");
        self.tally
    }
}
