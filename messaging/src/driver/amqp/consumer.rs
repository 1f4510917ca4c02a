//! A consumer that mends itself.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::future::{BoxFuture, Either, select};

use super::channel::Channel;
use super::intake::Intake;
use super::pauses::Pauses;
use super::plan::Plan;
use super::site::Site;
use super::standing::Standing;
use super::tries::Tries;
use crate::context::Deadline;
use crate::driver::{self, Delivery};
use crate::{Error, ErrorKind};

/// How long one try to mend may take.
const MEND_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a consumer that was dropped, or whose channel is given up, may take to tidy up.
const TIDY_TIMEOUT: Duration = Duration::from_secs(5);

/// The queues of a plan, consumed again after any loss.
#[derive(Debug)]
pub(super) struct Consumer {
    /// Taken by whoever closes it.
    work: Option<Work>,
}

struct Work {
    site: Arc<Site>,
    plan: Arc<Plan>,
    state: State,
    /// What others see of the state: changed where that is.
    standing: Arc<Standing>,
    /// Ends when the driver is closed.
    closed: BoxFuture<'static, ()>,
    pauses: Pauses,
    /// When the queues were last consumed anew.
    opened: Instant,
    /// The kind of the last error told, until all is well again: tries that fail in the same way
    /// are not told.
    told: Option<ErrorKind>,
    /// The channels before this one, for as long as deliveries are to be settled on them.
    before: Vec<Weak<Channel>>,
}

enum State {
    Open(Intake),
    Mending(BoxFuture<'static, Result<Intake, Error>>),
    /// With the channel on which deliveries can still be settled.
    Cancelled(Option<Arc<Channel>>),
}

/// What has come.
enum Step {
    Delivered(Delivery),
    Mended(Intake),
}

impl Consumer {
    pub(super) fn new(
        site: &Arc<Site>,
        plan: Arc<Plan>,
        intake: Intake,
        standing: Arc<Standing>,
    ) -> Self {
        let work = Work {
            plan,
            state: State::Open(intake),
            standing,
            closed: Box::pin(site.link.closed()),
            pauses: Pauses::between_connections(&site.options),
            opened: site.runtime.now(),
            told: None,
            before: Vec::new(),
            site: Arc::clone(site),
        };
        Self { work: Some(work) }
    }
}

#[async_trait]
impl driver::Consumer for Consumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        self.work.as_mut()?.next().await
    }

    async fn idle(&mut self) {
        if let Some(work) = self.work.as_mut() {
            work.idle().await;
        }
        std::future::pending().await
    }

    async fn cancel(&mut self, within: Duration) -> Result<(), Error> {
        let Some(work) = &mut self.work else { return Ok(()) };
        let deadline = Deadline::after(&work.site.runtime, within);
        work.cancel(&deadline).await
    }

    async fn close(mut self: Box<Self>, within: Duration) -> Result<(), Error> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let deadline = Deadline::after(&work.site.runtime, within);
        work.close(&deadline).await
    }
}

impl Drop for Consumer {
    /// Does what [`close`](driver::Consumer::close) does, in the background.
    fn drop(&mut self) {
        let Some(work) = self.work.take() else { return };
        let runtime = Arc::clone(&work.site.runtime);
        runtime.spawn(Box::pin(async move {
            let deadline = Deadline::after(&work.site.runtime, TIDY_TIMEOUT);
            if let Err(error) = work.close(&deadline).await {
                tracing::debug!("a consumer that was dropped: {error}");
            }
        }));
    }
}

impl Work {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        loop {
            let Self { state, closed, .. } = &mut *self;
            // What is begun is kept in the state, so that this may be dropped and called again.
            let step = async {
                match state {
                    State::Open(intake) => Some(intake.next().await.map(Step::Delivered)),
                    State::Mending(mending) => Some(match mending.await {
                        Ok(intake) => Ok(Step::Mended(intake)),
                        Err(error) => Err(error),
                    }),
                    State::Cancelled(_) => None,
                }
            };
            let step = match select(pin!(step), closed).await {
                Either::Left((step, _)) => Some(step?),
                Either::Right(_) => None,
            };
            let Some(step) = step else { return self.end() };
            match step {
                Ok(Step::Delivered(delivery)) => {
                    self.told = None;
                    return Some(Ok(delivery));
                }
                Ok(Step::Mended(intake)) => self.mended(intake),
                Err(_) if self.site.link.is_closed() => return self.end(),
                Err(error) => {
                    self.mend(&error);
                    if self.told.replace(error.kind()) != Some(error.kind()) {
                        return Some(Err(error));
                    }
                }
            }
        }
    }

    /// Notes what arrives, and mends what is lost, while nobody is free to take a message. Ends
    /// when there is no more to do; [`next`](Self::next) then says why.
    async fn idle(&mut self) {
        loop {
            // What is begun is kept in the state, so that this may be dropped and called again.
            let error = match &mut self.state {
                State::Open(intake) => intake.idle().await,
                State::Mending(mending) => match mending.await {
                    Ok(intake) => {
                        self.mended(intake);
                        continue;
                    }
                    Err(error) => error,
                },
                State::Cancelled(_) => return,
            };
            if self.site.link.is_closed() {
                self.cancelled(None);
                return;
            }
            self.mend(&error);
        }
    }

    /// The driver was closed: there is nothing to wait for any more.
    fn end<T>(&mut self) -> Option<T> {
        self.cancelled(None);
        None
    }

    fn cancelled(&mut self, channel: Option<Arc<Channel>>) {
        self.state = State::Cancelled(channel);
        self.standing.cancelled();
    }

    fn mended(&mut self, intake: Intake) {
        self.state = State::Open(intake);
        (self.opened, self.told) = (self.site.runtime.now(), None);
        tracing::info!("consuming {} again", self.plan.names());
        self.standing.restored();
    }

    /// Gives up what there is, and begins to consume anew.
    fn mend(&mut self, error: &Error) {
        let site = Arc::clone(&self.site);
        let lasted = site.runtime.now().saturating_duration_since(self.opened);
        let was_open = matches!(self.state, State::Open(_));
        if was_open && lasted > site.options.retry_max {
            self.pauses = Pauses::between_connections(&site.options);
        }
        // The first try follows at once, unless the last mending did not hold.
        let at_once = was_open && lasted > site.options.retry_interval;
        let pause = if at_once { Duration::ZERO } else { self.pauses.next() };
        tracing::warn!("{error}; consuming {} again in {pause:.1?}", self.plan.names());

        let plan = Arc::clone(&self.plan);
        let mending = async move {
            site.runtime.sleep(pause).await;
            // The link has pauses of its own, and tells what is wrong.
            site.link.until_open().await;
            let deadline = Deadline::after(&site.runtime, MEND_TIMEOUT);
            site.open(&plan, &deadline, &mut Tries::without_limit()).await
        };
        let before = std::mem::replace(&mut self.state, State::Mending(Box::pin(mending)));
        match was_open {
            true => self.standing.lost(error),
            false => self.standing.not_restored(error, pause),
        }
        if let State::Open(mut intake) = before {
            self.before.retain(|channel| channel.strong_count() > 0);
            self.before.push(Arc::downgrade(&intake.channel));
            let runtime = Arc::clone(&self.site.runtime);
            // The other queues go on where only one was lost: what they sent goes back, and what
            // was given out can still be settled.
            self.site.runtime.spawn(Box::pin(async move {
                let deadline = Deadline::after(&runtime, TIDY_TIMEOUT);
                if intake.cancel(&deadline).await.is_err() {
                    intake.channel.close(&deadline).await;
                }
            }));
        }
    }

    async fn cancel(&mut self, deadline: &Deadline) -> Result<(), Error> {
        let State::Open(intake) = &mut self.state else {
            if let State::Mending(_) = self.state {
                self.cancelled(None);
            }
            return Ok(());
        };
        let cancelled = intake.cancel(deadline).await;
        let channel = Arc::clone(&intake.channel);
        if cancelled.is_err() {
            // The broker may go on sending: the channel is given up, and all goes back.
            channel.close(deadline).await;
        }
        self.cancelled(Some(channel));
        cancelled
    }

    async fn close(mut self, deadline: &Deadline) -> Result<(), Error> {
        let cancelled = self.cancel(deadline).await;
        let now = match self.state {
            State::Cancelled(channel) => channel,
            State::Open(_) | State::Mending(_) => None,
        };
        let before: Vec<_> = self.before.iter().filter_map(Weak::upgrade).collect();
        for channel in before.into_iter().chain(now) {
            channel.close(deadline).await;
        }
        self.site.delete_own(&self.plan, deadline).await;
        cancelled
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Open(_) => "open",
            State::Mending(_) => "mending",
            State::Cancelled(_) => "cancelled",
        };
        f.debug_struct("Work")
            .field("queues", &self.plan.names())
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
