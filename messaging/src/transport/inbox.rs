//! The reply queue of a transport: opened at the first call, shared by all calls.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::{OnceCell, mpsc, watch};

use super::cancels::{self, Cancel, Here, Outbox, Wish};
use super::correlation::{Correlation, closed};
use super::gather::Seat;
use super::pending::Pending;
use super::sink::Sink;
use crate::context::Deadline;
use crate::driver::{Awaited, Consumer, Driver, Inbox, OpenInbox};
use crate::runtime::Runtime;
use crate::wire::{Id, MaxSize, notes};
use crate::{Error, ErrorKind, Stage, runtime};

/// How long closing the reply queue may take when the transport is gone.
const CLOSING: Duration = Duration::from_secs(5);

/// The replies of a transport.
#[derive(Debug)]
pub(super) struct Replies {
    correlation: Arc<Correlation>,
    driver: Arc<dyn Driver>,
    runtime: Arc<dyn Runtime>,
    queue: OnceCell<String>,
    /// What our calls ask of servers, until the reply queue is opened.
    wishes: Mutex<Option<mpsc::Receiver<Wish>>>,
    /// What the calls of others may ask of ours.
    here: Arc<Here>,
    /// Dropped with the transport, which ends the reader.
    alive: watch::Sender<()>,
}

impl Replies {
    pub(super) fn new(
        driver: Arc<dyn Driver>,
        runtime: Arc<dyn Runtime>,
        max_size: MaxSize,
    ) -> Self {
        let (outbox, wishes) = Outbox::new();
        let correlation = Correlation::new(Arc::clone(&runtime), outbox);
        Self {
            correlation: Arc::new(correlation.with_max_size(max_size)),
            driver,
            runtime,
            queue: OnceCell::new(),
            wishes: Mutex::new(Some(wishes)),
            here: Arc::default(),
            alive: watch::Sender::new(()),
        }
    }

    /// The name of the reply queue, which is opened if it is not yet.
    ///
    /// Calls that come meanwhile wait for the one that opens it, each within its own time.
    pub(super) async fn queue(
        &self,
        within: Duration,
        retries: Option<u32>,
    ) -> Result<&str, Error> {
        if let Some(queue) = self.queue.get() {
            return Ok(queue);
        }
        // By itself: it is large, and awaited once.
        Box::pin(self.opening(within, retries)).await.map_err(|error| match error.is_timeout() {
            true => error.with_stage(Stage::ReplyQueue),
            false => error,
        })
    }

    async fn opening(&self, within: Duration, retries: Option<u32>) -> Result<&str, Error> {
        // Another may try for longer than this one wants to: so it does not wait for it unasked.
        let own = match retries {
            Some(_) => Some(self.open(within, retries).await?),
            None => None,
        };
        let opening = self.queue.get_or_try_init(|| async {
            let inbox = match own {
                Some(inbox) => inbox,
                None => self.open(within, None).await?,
            };
            let (correlation, here) = (Arc::clone(&self.correlation), Arc::clone(&self.here));
            let reader = read(inbox.consumer, correlation, here, self.alive.subscribe());
            self.runtime.spawn(Box::pin(reader));
            let wishes = self.wishes.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(wishes) = wishes {
                let sending = cancels::send_all(wishes, Arc::clone(&self.driver));
                self.runtime.spawn(Box::pin(sending));
            }
            Ok::<_, Error>(inbox.queue)
        });
        match runtime::timeout(&*self.runtime, within, opening).await {
            Some(queue) => queue.map(String::as_str),
            None => Err(Error::new(
                ErrorKind::NotSent,
                "the reply queue could not be opened in time, so nothing was sent; look whether \
                 the broker can be reached, or allow more time with `.timeout(..)`",
            )),
        }
    }

    async fn open(&self, within: Duration, retries: Option<u32>) -> Result<Inbox, Error> {
        let correlation = Arc::downgrade(&self.correlation);
        let awaited = Awaited::while_true(move || {
            correlation.upgrade().is_some_and(|correlation| correlation.awaits())
        });
        self.driver.open_inbox(OpenInbox { within, retries, awaited }).await
    }

    /// Enters a call, unless no reply will ever come; with each sign of life, if it is `monitored`.
    pub(super) fn register(&self, msg_id: Id, monitored: bool) -> Result<Pending, Error> {
        let pending = Pending::register(&self.correlation, msg_id, monitored);
        // In this order: a reader that ends in between finds the call and fails it.
        if self.alive.receiver_count() == 0 {
            pending.not_delivered();
            return Err(not_sent());
        }
        Ok(pending)
    }

    /// Enters a gather, unless no answer will ever come.
    pub(super) fn seat(&self, msg_id: Id, sink: Sink, window: Deadline) -> Result<Seat, Error> {
        let seat = Seat::take(&self.correlation, msg_id, sink, window);
        // As above.
        if self.alive.receiver_count() == 0 {
            seat.not_awaited();
            return Err(not_sent());
        }
        Ok(seat)
    }

    /// Enters a server, whose methods may be asked to end.
    pub(super) fn serve(&self, server: Weak<dyn Cancel>) {
        self.here.enter(server);
    }

    /// How many calls and gathers wait for answers.
    pub(super) fn waiting(&self) -> usize {
        self.correlation.waiting()
    }

    /// See [`Correlation::unreadable_since`].
    pub(super) fn unreadable_since(&self, since: Instant) -> Option<Error> {
        self.correlation.unreadable_since(since)
    }

    pub(super) fn late(&self) -> u64 {
        self.correlation.late()
    }
}

fn not_sent() -> Error {
    Error::new(
        ErrorKind::Closed,
        "the transport was closed, and nothing was sent; connect a new one",
    )
}

fn note(acknowledged: Result<(), Error>) {
    if let Err(error) = acknowledged {
        tracing::debug!(%error, "a reply could not be acknowledged");
    }
}

/// Hands over replies until the transport, or its driver, is gone.
async fn read(
    mut consumer: Box<dyn Consumer>,
    correlation: Arc<Correlation>,
    here: Arc<Here>,
    mut alive: watch::Receiver<()>,
) {
    // In the background: a reply that has arrived does not wait for the last one's word.
    let mut acknowledging = FuturesUnordered::new();
    loop {
        let acknowledged = async {
            while let Some(written) = acknowledging.next().await {
                note(written);
            }
            std::future::pending::<()>().await;
        };
        let next = async {
            match select(pin!(consumer.next()), pin!(acknowledged)).await {
                Either::Left((next, _)) => next,
                Either::Right(_) => None,
            }
        };
        let next = match select(pin!(alive.changed()), pin!(next)).await {
            Either::Left(_) => break,
            Either::Right((next, _)) => next,
        };
        match next {
            Some(Ok(delivery)) => {
                match delivery.notes.get(notes::CANCEL) {
                    Some(_) => here.take_in(&delivery.body),
                    None => correlation.deliver(&delivery.body, delivery.notes),
                }
                // Most are handed over at once.
                let mut acking = delivery.settle.ack();
                match (&mut acking).now_or_never() {
                    Some(written) => note(written),
                    None => acknowledging.push(acking),
                }
            }
            Some(Err(error)) => tracing::warn!(%error, "the reply queue was lost; it is restored"),
            None => break,
        }
    }
    drop(alive);
    correlation.fail_all(&closed());
    if let Err(error) = consumer.close(CLOSING).await {
        tracing::debug!(%error, "the reply queue could not be deleted; it expires by itself");
    }
}
