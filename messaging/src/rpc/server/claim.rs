//! The right to run a message: once, or at least once.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};

use super::duplicates::{Before, Fresh};
use super::epoch::{Epoch, InFlight};
use super::taken::{Unsettled, settled};
use crate::Failure;
use crate::runtime::Runtime;
use crate::wire::Request;

/// The right to run a message.
///
/// It is acknowledged before its method runs, so that it runs at most once; after it if the method
/// is idempotent, so that another server runs it if this one dies.
pub(super) struct Claim {
    /// What is left to do after an idempotent method.
    after: Option<(Unsettled, Fresh)>,
}

/// What became of a claim.
pub(super) enum Claimed {
    /// The message is to be run.
    New(Claim),
    /// It could not be acknowledged, and comes again.
    Not,
    /// It came before, and is not to be run.
    Again,
    /// It came before, and is acknowledged no sooner than its first copy has run.
    Copy(Copy),
}

/// A copy of an idempotent message whose first runs, or has run.
pub(super) struct Copy {
    unsettled: Unsettled,
    before: Before,
}

impl Claim {
    /// The right to run `request`, if it is new.
    pub(super) async fn on(
        unsettled: Unsettled,
        request: &Request,
        idempotent: bool,
        epoch: &Epoch,
    ) -> Claimed {
        let method = request.method();
        let unique_id = request.unique_id();
        if idempotent {
            return match epoch.duplicates.see(unique_id) {
                Ok(fresh) => Claimed::New(Self { after: Some((unsettled, fresh)) }),
                Err(before) => Claimed::Copy(Copy { unsettled, before }),
            };
        }
        if let Err(error) = unsettled.ack_noted().await {
            // The broker may deliver it again: to run it here as well would be to run it twice.
            tracing::warn!(method, %error, "not run: it could not be acknowledged");
            return Claimed::Not;
        }
        // Remembered only now: what was not acknowledged comes again, and is to run then.
        if !epoch.duplicates.see_done(unique_id) {
            tracing::debug!(method, "not run: the message came before");
            return Claimed::Again;
        }
        Claimed::New(Self { after: None })
    }

    /// The method has run.
    pub(super) async fn done(self) {
        if let Some((unsettled, fresh)) = self.after {
            settled(unsettled.ack().await);
            fresh.done();
        }
    }

    /// The method does not come to its end: what its caller is told, unless another server may run
    /// it, which then answers.
    pub(super) async fn given_back_or<T>(self, told: Failure) -> Option<Result<T, Failure>> {
        let Some((unsettled, _)) = self.after else { return Some(Err(told)) };
        settled(unsettled.reject(true).await);
        None
    }
}

impl Copy {
    /// Waits, off the worker, until the first copy has run; if that is given up, this one goes back
    /// to its queue, to be run in its place.
    pub(super) fn wait(self, runtime: &dyn Runtime, epoch: Arc<Epoch>, in_flight: InFlight) {
        let Self { unsettled, mut before } = self;
        runtime.spawn(Box::pin(async move {
            let _in_flight = in_flight;
            // The server's end first: it is what gives the first copy up.
            let has_run = match select(pin!(epoch.is_cut_off()), pin!(before.has_run())).await {
                Either::Left(_) => false,
                Either::Right((has_run, _)) => has_run,
            };
            settled(match has_run {
                true => unsettled.ack().await,
                false => unsettled.reject(true).await,
            });
        }));
    }
}
