//! A driver without a broker: what is published is handed to who listens, and nothing else is done.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use messaging::driver::{
    Acknowledge, Address, Consumer, Delivery, Driver, Inbox, Listen, Notes, OpenInbox, Publish,
};
use messaging::{Error, ErrorKind};

/// How long an id of a call is.
const ID: usize = 32;

/// One transport's way to the others on the same bus.
#[derive(Debug)]
pub(crate) struct Scripted {
    bus: Arc<Bus>,
    /// The number of its reply queue.
    number: u32,
}

/// What is shared.
#[derive(Debug, Default)]
pub(crate) struct Bus {
    requests: Arc<Lane>,
    inboxes: Mutex<Vec<(String, Arc<Lane>)>>,
    script: Mutex<Script>,
}

/// What is done with requests.
#[derive(Debug, Default)]
enum Script {
    /// A server has them.
    #[default]
    Serve,
    /// The same, and the next call is kept.
    Keep(Kept),
    /// Each gets the answer that was kept.
    Answer(Kept),
}

/// A call that was kept: its request, and its reply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// The body of the request.
    pub(crate) request: Vec<u8>,
    /// The body of the reply.
    pub(crate) reply: Vec<u8>,
    notes: Notes,
    /// Where the reply goes.
    queue: String,
    /// Where the id of the call is in either.
    at: (usize, usize),
}

impl Scripted {
    /// One more on `bus`.
    #[must_use]
    pub(crate) fn new(bus: &Arc<Bus>, number: u32) -> Arc<Self> {
        Arc::new(Self { bus: Arc::clone(bus), number })
    }
}

impl Bus {
    /// Keeps the next call.
    pub(crate) fn keep(&self) {
        *lock(&self.script) = Script::Keep(Kept::default());
    }

    /// Answers every request from now on as the call that was kept was answered.
    ///
    /// # Panics
    ///
    /// If none was kept, or its reply does not name it.
    pub(crate) fn answer(&self) -> Kept {
        let mut script = lock(&self.script);
        let Script::Keep(kept) = &mut *script else { panic!("nothing was kept") };
        let mut kept = std::mem::take(kept);
        let key = br#"_msg_id\":\""#;
        let find = |body: &[u8]| body.windows(key.len()).position(|part| part == key);
        let at = |body| find(body).expect("the id of a call") + key.len();
        kept.at = (at(&kept.request), at(&kept.reply));
        *script = Script::Answer(kept.clone());
        kept
    }

    fn take(&self, message: &Publish<'_>) -> Result<(), Error> {
        match (message.address, &mut *lock(&self.script)) {
            (Address::Topic { .. }, Script::Answer(kept)) => {
                let mut body = kept.reply.clone();
                let (from, to) = kept.at;
                body[to..to + ID].copy_from_slice(&message.body[from..from + ID]);
                self.inbox(&kept.queue)?.put(body, kept.notes.clone(), None);
                return Ok(());
            }
            (Address::Topic { .. }, Script::Keep(kept)) => kept.request = message.body.to_vec(),
            (Address::Reply { queue }, Script::Keep(kept)) => {
                kept.reply = message.body.to_vec();
                (kept.notes, kept.queue) = (message.notes.clone(), queue.clone());
            }
            _ => {}
        }
        let (body, notes) = (message.body.to_vec(), message.notes.clone());
        match message.address {
            Address::Reply { queue } => self.inbox(queue)?.put(body, notes, message.expires),
            _ => self.requests.put(body, notes, message.expires),
        }
        Ok(())
    }

    fn inbox(&self, queue: &str) -> Result<Arc<Lane>, Error> {
        let inboxes = lock(&self.inboxes);
        let found = inboxes.iter().find(|(name, _)| name == queue);
        let unroutable = || Error::new(ErrorKind::Unroutable, "no such reply queue");
        found.map(|(_, lane)| Arc::clone(lane)).ok_or_else(unroutable)
    }
}

#[async_trait]
impl Driver for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        self.bus.take(&message)
    }

    async fn listen(&self, _: Listen) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(Reader(Arc::clone(&self.bus.requests))))
    }

    async fn open_inbox(&self, _: OpenInbox) -> Result<Inbox, Error> {
        let (queue, lane) = (format!("reply_{:032x}", self.number), Arc::<Lane>::default());
        lock(&self.bus.inboxes).push((queue.clone(), Arc::clone(&lane)));
        Ok(Inbox { queue, consumer: Box::new(Reader(lane)) })
    }

    async fn close(&self, _: Duration) {}
}

/// Messages from one to another.
#[derive(Default)]
struct Lane(Mutex<(VecDeque<Delivery>, Option<Waker>)>);

impl Lane {
    fn put(&self, body: Vec<u8>, notes: Notes, expires: Option<Duration>) {
        let settle = Box::new(Settled);
        let delivery = Delivery {
            body,
            notes,
            user_id: None,
            expires,
            waited: Duration::ZERO,
            attempt: 1,
            settle,
        };
        let mut lane = lock(&self.0);
        lane.0.push_back(delivery);
        if let Some(waker) = lane.1.take() {
            drop(lane);
            waker.wake();
        }
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Reader(Arc<Lane>);

#[async_trait]
impl Consumer for Reader {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        poll_fn(|context| {
            let mut lane = lock(&self.0.0);
            match lane.0.pop_front() {
                Some(delivery) => Poll::Ready(Some(Ok(delivery))),
                None => {
                    lane.1 = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    async fn cancel(&mut self, _: Duration) -> Result<(), Error> {
        Ok(())
    }

    async fn close(self: Box<Self>, _: Duration) -> Result<(), Error> {
        Ok(())
    }
}

#[derive(Debug)]
struct Settled;

#[async_trait]
impl Acknowledge for Settled {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        Ok(())
    }

    async fn reject(self: Box<Self>, _: bool) -> Result<(), Error> {
        Ok(())
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
