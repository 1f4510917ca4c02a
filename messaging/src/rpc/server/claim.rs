//! The right to run a message: once, or at least once.

use std::pin::pin;

use futures_util::future::{Either, select};

use super::duplicates::Fresh;
use super::epoch::Epoch;
use super::taken::{Unsettled, settled};
use crate::wire::Request;

/// The right to run a message.
///
/// It is acknowledged before its method runs, so that it runs at most once; after it if the method
/// is idempotent, so that another server runs it if this one dies.
pub(super) struct Claim {
    /// What is left to do after an idempotent method.
    after: Option<(Unsettled, Fresh)>,
}

impl Claim {
    /// The right to run `request`; none if it came before, or could not be acknowledged.
    pub(super) async fn on(
        unsettled: Unsettled,
        request: &Request,
        idempotent: bool,
        epoch: &Epoch,
    ) -> Option<Self> {
        let method = &*request.method;
        let unique_id = request.unique_id.as_deref();
        if !idempotent {
            if let Err(error) = unsettled.ack().await {
                // The broker will deliver it again: to run it here as well would be to run it
                // twice.
                tracing::warn!(method, %error, "not run: it could not be acknowledged");
                return None;
            }
            // Remembered only now: what was not acknowledged comes again, and is to run then.
            let Ok(fresh) = epoch.duplicates.see(unique_id) else {
                tracing::debug!(method, "not run: the message came before");
                return None;
            };
            fresh.done();
            return Some(Self { after: None });
        }
        loop {
            let mut before = match epoch.duplicates.see(unique_id) {
                Ok(fresh) => return Some(Self { after: Some((unsettled, fresh)) }),
                Err(before) => before,
            };
            // A copy is acknowledged no sooner than the first has run, and runs if that does not.
            // The server's end first: it is what gives the first copy up.
            match select(pin!(epoch.is_cut_off()), pin!(before.has_run())).await {
                Either::Left(_) => {
                    settled(unsettled.reject(true).await);
                    return None;
                }
                Either::Right((true, _)) => {
                    tracing::debug!(method, "not run again: the message came before");
                    settled(unsettled.ack().await);
                    return None;
                }
                Either::Right((false, _)) => {}
            }
        }
    }

    /// The method has run.
    pub(super) async fn done(self) {
        if let Some((unsettled, fresh)) = self.after {
            settled(unsettled.ack().await);
            fresh.done();
        }
    }

    /// The method was cut off: whether another server may run it.
    pub(super) async fn give_back(self) -> bool {
        let Some((unsettled, _)) = self.after else { return false };
        settled(unsettled.reject(true).await);
        true
    }
}
