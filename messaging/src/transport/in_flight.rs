//! How many calls may wait for their answers at once.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::Own;
use crate::context::Deadline;
use crate::runtime::{self, Runtime};
use crate::{Error, ErrorKind};

/// The places for calls of one transport.
#[derive(Debug)]
pub(super) struct CallsInFlight {
    places: Semaphore,
    most: usize,
    wait: bool,
}

impl CallsInFlight {
    pub(super) fn new(own: &Own) -> Self {
        let most = own.max_calls_in_flight.min(Semaphore::MAX_PERMITS);
        Self { places: Semaphore::new(most), most, wait: own.wait_beyond_max_calls }
    }

    /// A place, held until the call has ended: at once, or, where that is configured, as soon as
    /// another call has ended.
    pub(super) async fn enter(
        &self,
        deadline: &Deadline,
        clock: &dyn Runtime,
    ) -> Result<SemaphorePermit<'_>, Error> {
        match self.places.try_acquire() {
            Ok(place) => Ok(place),
            // By itself: it is large, and most calls have a place at once.
            Err(_) => Box::pin(self.enter_later(deadline, clock)).await,
        }
    }

    async fn enter_later(
        &self,
        deadline: &Deadline,
        clock: &dyn Runtime,
    ) -> Result<SemaphorePermit<'_>, Error> {
        let (most, option) = (self.most, "max_calls_in_flight");
        if !self.wait {
            let text = format!(
                "nothing was sent: {most} calls of this transport wait for their answers, which is \
                 its `{option}`; make fewer at once, or raise it"
            );
            return Err(Error::new(ErrorKind::Busy, text));
        }
        match runtime::timeout(clock, deadline.remaining(), self.places.acquire()).await {
            Some(Ok(place)) => Ok(place),
            // They are never closed.
            Some(Err(_)) | None => Err(Error::new(
                ErrorKind::NotSent,
                format!(
                    "nothing was sent in time: {most} other calls of this transport wait for their \
                     answers, which is its `{option}`; make fewer at once, or raise it"
                ),
            )),
        }
    }
}
