//! Requests to end methods whose callers have given up: those of our calls, on their way to the
//! servers that run them, and those of others, for what runs here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::driver::{Address, Driver, Notes, Publish};
use crate::wire::{Id, cancel, notes};

/// How many may wait to be sent; more are dropped, since whoever runs for nobody ends at the
/// deadline as well.
const WAITING: usize = 4 * cancel::MOST;

/// How long sending one may take; it is not tried again.
const WITHIN: Duration = Duration::from_secs(5);

/// What runs methods that can be ended.
pub(crate) trait Cancel: Send + Sync {
    /// Ends the method of this call, if it runs here and may be ended.
    fn cancel(&self, msg_id: &Id);
}

/// What runs in the servers of one transport.
#[derive(Default)]
pub(super) struct Here(Mutex<Vec<Weak<dyn Cancel>>>);

impl Here {
    /// Enters a server, for as long as it is there.
    pub(super) fn enter(&self, server: Weak<dyn Cancel>) {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        servers.retain(|server| server.strong_count() > 0);
        servers.push(server);
    }

    /// Ends what a message asks to be ended.
    pub(super) fn take_in(&self, body: &[u8]) {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let servers: Vec<_> = servers.iter().filter_map(Weak::upgrade).collect();
        for msg_id in cancel::decode(body) {
            servers.iter().for_each(|server| server.cancel(&Id::from(&*msg_id)));
        }
    }
}

impl fmt::Debug for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Here")
    }
}

/// Takes what is to be asked of servers.
#[derive(Debug)]
pub(super) struct Outbox(mpsc::Sender<Wish>);

/// A call that is to end, and where to say so.
#[derive(Debug)]
pub(super) struct Wish {
    queue: String,
    msg_id: Id,
}

impl Outbox {
    pub(super) fn new() -> (Self, mpsc::Receiver<Wish>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Asks for the end of a call, soon, and if there is room.
    pub(super) fn ask(&self, queue: String, msg_id: Id) {
        if self.0.try_send(Wish { queue, msg_id }).is_err() {
            tracing::debug!("a server is not told that a call was given up: too many are");
        }
    }
}

/// Sends what is asked for: all that waits for one server in one message, so that a thousand calls
/// that are dropped at once are no thousand messages.
pub(super) async fn send_all(mut wishes: mpsc::Receiver<Wish>, driver: Arc<dyn Driver>) {
    let mut waiting = Vec::new();
    while wishes.recv_many(&mut waiting, cancel::MOST).await > 0 {
        let mut by_server = BTreeMap::<String, Vec<String>>::new();
        for Wish { queue, msg_id } in waiting.drain(..) {
            by_server.entry(queue).or_default().push(msg_id.to_string());
        }
        for (queue, calls) in by_server {
            let message = Publish {
                address: &Address::Reply { queue },
                body: &cancel::encode(&calls),
                notes: &Notes::default().with(notes::CANCEL, "1"),
                expires: Some(WITHIN),
                mandatory: false,
                within: WITHIN,
                retries: Some(0),
            };
            if let Err(error) = driver.publish(message).await {
                tracing::debug!(%error, "a server is not told that calls were given up");
            }
        }
    }
}
