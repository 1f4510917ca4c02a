//! The start of a server, by one of those who ask for it.

use std::sync::{Arc, Weak};

use super::epoch::{Epoch, Phase};
use super::{Inner, busy, intake};
use crate::transport::Cancel;
use crate::{Error, ErrorKind};

/// The right to start a server, which is given back when starting fails or is given up.
pub(super) struct Starting<'a> {
    server: &'a Arc<Inner>,
    epoch: Option<Arc<Epoch>>,
}

impl<'a> Starting<'a> {
    /// Takes it, unless somebody has.
    pub(super) fn take(server: &'a Arc<Inner>) -> Option<Self> {
        let mut claimed = None;
        server.phase.send_if_modified(|phase| {
            if !matches!(phase, Phase::Idle) {
                return false;
            }
            let epoch = Arc::new(Epoch::new(Arc::clone(server.transport.runtime())));
            *phase = Phase::Starting(Arc::clone(&epoch));
            claimed = Some(epoch);
            true
        });
        claimed.map(|epoch| Self { server, epoch: Some(epoch) })
    }

    /// Starts to listen, and to take messages.
    pub(super) async fn open(mut self) -> Result<(), Error> {
        let Inner { transport, target, name, executor, waiting, .. } = &**self.server;
        let permits = executor.permits();
        let taken = waiting.map_or(permits, |waiting| busy::taken(permits, waiting));
        let exchange = target.exchange.as_deref().unwrap_or_else(|| transport.control_exchange());
        let consumer = transport
            .listen(exchange, &target.topic, name, taken)
            .await
            .map_err(|error| error.within(format_args!("starting the server of {target}")))?;
        let Some(epoch) = self.epoch.take() else {
            return Ok(()); // taken here alone
        };
        self.server.phase.send_replace(Phase::Running(Arc::clone(&epoch)));
        let cancellable: Weak<dyn Cancel> = Arc::<Epoch>::downgrade(&epoch);
        transport.serve(cancellable);
        tracing::info!(target = %target, "the server takes messages");
        let ended = Ended(Arc::clone(self.server));
        let running = Arc::clone(&epoch);
        let intake = intake::run(Arc::clone(self.server), epoch, consumer);
        transport.runtime().spawn(Box::pin(async move {
            let _ended = ended;
            intake.await;
        }));
        // A runtime that has ended drops what it is to run.
        let runs = self.server.phase.borrow().epoch().is_some();
        if !runs && !running.is_stopping() {
            return Err(Error::new(
                ErrorKind::Closed,
                format!(
                    "the server of {target} was not started: the runtime that its transport was made on has ended; make one on a runtime that goes on"
                ),
            ));
        }
        Ok(())
    }
}

/// Says that a server has ended, however its intake did: a runtime that is shut down drops it.
struct Ended(Arc<Inner>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.phase.send_replace(Phase::Idle);
    }
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        if self.epoch.is_some() {
            self.server.phase.send_replace(Phase::Idle);
        }
    }
}
