//! Exchanges that were deleted under those who use them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lapin::options::QueueBindOptions;
use lapin::types::{FieldTable, ShortString};

use super::declare::open_channel;
use super::link::Link;
use super::routes::Route;
use super::tries::Tries;
use crate::context::Deadline;
use crate::{Error, ErrorKind};

/// For how long it is remembered that one was gone; by then its servers have looked themselves.
const MEMORY: Duration = Duration::from_secs(60);

/// How many are remembered.
const REMEMBERED: usize = 16;

/// The exchanges that were found to be gone, and made anew.
///
/// Their bindings went with them, of which the broker tells the servers nothing. A server finds it
/// when it [looks](super::probe); whoever publishes finds it at once, and binds the queue again.
#[derive(Debug, Default)]
pub(super) struct GoneExchanges(Mutex<VecDeque<(ShortString, Instant)>>);

impl GoneExchanges {
    /// The exchange of `route` was gone.
    pub(super) fn note(&self, route: &Route, now: Instant) {
        let Some(exchange) = &route.exchange else { return };
        let mut gone = self.gone();
        gone.retain(|(name, _)| *name != exchange.name);
        if gone.len() >= REMEMBERED {
            gone.pop_front();
        }
        gone.push_back((exchange.name.clone(), now));
    }

    /// Binds the queue again that `route` leads to, if its exchange was gone a while ago: to be
    /// asked when nothing takes a message. Whether the queue is there.
    ///
    /// It is the queue that is named as the key, which is the one that a server of the topic binds
    /// (wire document, section 5.2).
    pub(super) async fn bind_again(
        &self,
        route: &Route,
        link: &Link,
        deadline: &Deadline,
        tries: &mut Tries,
    ) -> bool {
        let Some(exchange) = route.exchange.as_ref().filter(|_| !route.key.as_str().is_empty())
        else {
            return false;
        };
        let was_gone = |(name, at): &(ShortString, Instant)| {
            *name == exchange.name && deadline.now().saturating_duration_since(*at) < MEMORY
        };
        if !self.gone().iter().any(was_gone) {
            return false;
        }
        let binding = async {
            let connection = link.current(deadline, tries).await?;
            // On a channel of its own, since a refusal costs the channel.
            let channel = open_channel(&connection, deadline).await?;
            let (queue, name) = (route.key.clone(), exchange.name.clone());
            let (options, arguments) = (QueueBindOptions::default(), FieldTable::default());
            let binding = channel.queue_bind(queue, name, route.key.clone(), options, arguments);
            let bound = connection.bounded(deadline, binding).await;
            channel.close(deadline).await;
            bound.map_err(|fault| Error::new(ErrorKind::Topology, fault.words()))
        };
        let (name, queue) = (&exchange.name, &route.key);
        match binding.await {
            Ok(()) => {
                tracing::warn!("exchange `{name}` was gone: queue `{queue}` is bound to it again");
                true
            }
            Err(error) => {
                tracing::debug!(
                    "exchange `{name}` was gone: queue `{queue}` is not bound: {error}"
                );
                false
            }
        }
    }

    fn gone(&self) -> MutexGuard<'_, VecDeque<(ShortString, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
