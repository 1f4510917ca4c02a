//! The channels that messages go out on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::Connection;
use super::keeper::Bell;
use super::outlet::Outlet;
use super::proof::Proof;
use super::routes::Route;
use crate::context::Deadline;
use crate::runtime::{self, Runtime};
use crate::{Error, ErrorKind};

/// How many channels are open at once, on which nothing may be under way.
const MOST: usize = 64;

/// The channels that messages go out on: for each exchange one on which each is confirmed, and one
/// without, as they are wanted.
#[derive(Debug, Default)]
pub(super) struct Outlets {
    open: Mutex<Vec<Arc<Outlet>>>,
    /// Held by the one who opens one.
    opening: tokio::sync::Mutex<()>,
}

impl Outlets {
    /// The one for `route` on `connection` that is open and fit, of which `proof` is wanted.
    pub(super) fn find(
        &self,
        connection: &Arc<Connection>,
        route: &Route,
        proof: Proof,
    ) -> Option<Arc<Outlet>> {
        let exchange = route.exchange.as_ref();
        let open = self.open();
        let serves = |it: &&Arc<Outlet>| it.is_fit() && it.serves(connection, exchange, proof);
        open.iter().find(serves).cloned()
    }

    /// The same, opened if need be; `bell` rings for what is seen on its connection.
    pub(super) async fn get(
        &self,
        connection: &Arc<Connection>,
        route: &Route,
        proof: Proof,
        (deadline, runtime): (&Deadline, &dyn Runtime),
        bell: &Arc<Bell>,
    ) -> Result<Arc<Outlet>, Error> {
        if let Some(outlet) = self.find(connection, route, proof) {
            return Ok(outlet);
        }
        let opening = async {
            let _one_at_a_time = self.opening.lock().await;
            if let Some(outlet) = self.find(connection, route, proof) {
                return Ok(outlet);
            }
            if connection.traces().ring(bell) {
                let (bell, ended) = (Arc::clone(bell), connection.ended());
                // What is seen on the wire comes before lapin knows.
                runtime.spawn(Box::pin(async move {
                    ended.await;
                    bell.alarm();
                }));
            }
            let exchange = route.exchange.as_ref();
            let patience = self.patience(connection, route, proof);
            let opened = Outlet::open(connection, exchange, proof, patience, deadline).await?;
            let outlet = Arc::new(opened);
            let mut open = self.open();
            // Whoever holds one may be about to send on it.
            open.retain(|it| Arc::strong_count(it) > 1 || it.is_of_use());
            if open.len() >= MOST
                && let Some(place) =
                    open.iter().position(|it| it.is_idle() && Arc::strong_count(it) == 1)
            {
                open.remove(place);
            }
            open.push(Arc::clone(&outlet));
            Ok(outlet)
        };
        match runtime::timeout(runtime, deadline.remaining(), opening).await {
            Some(opened) => opened,
            None => Err(Error::new(
                ErrorKind::NotSent,
                format!(
                    "{connection} opened no channel to publish on in time{}",
                    connection.hint()
                ),
            )
            .with_next_step()),
        }
    }

    /// The patience with one that takes the place of others: it grows with those that are kept, which
    /// bounds how many there are, however long somebody waits for what is under way on them.
    fn patience(&self, connection: &Arc<Connection>, route: &Route, proof: Proof) -> u32 {
        let open = self.open();
        let exchange = route.exchange.as_ref();
        let before = open.iter().filter(|it| it.serves(connection, exchange, proof));
        before.fold(1, |patience: u32, it| patience.saturating_mul(2).max(it.successor()))
    }

    /// All that are open.
    pub(super) fn all(&self) -> Vec<Arc<Outlet>> {
        self.open().clone()
    }

    /// Lets go of all.
    pub(super) fn clear(&self) {
        self.open().clear();
    }

    fn open(&self) -> MutexGuard<'_, Vec<Arc<Outlet>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
