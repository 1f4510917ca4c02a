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

/// How many channels that are not fit for more messages are kept for those under way on them, before
/// one of them is used all the same.
const UNFIT: usize = 8;

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
        let mut serving = open.iter().filter(|outlet| outlet.serves(connection, exchange, proof));
        if let Some(fit) = serving.clone().find(|outlet| outlet.is_fit()) {
            return Some(Arc::clone(fit));
        }
        let last = serving.clone().next_back()?;
        let busy = serving.by_ref().filter(|outlet| !outlet.is_idle()).count();
        (busy >= UNFIT).then(|| Arc::clone(last))
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
            let outlet = Arc::new(Outlet::open(connection, exchange, proof, deadline).await?);
            let mut open = self.open();
            let is_of_use = |outlet: &Outlet| !outlet.is_over() && outlet.is_fit();
            open.retain(|outlet| is_of_use(outlet) || !outlet.is_idle());
            if open.len() >= MOST
                && let Some(place) = open.iter().position(|outlet| outlet.is_idle())
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
