//! Looks after what runs: callers are told that their methods run, and what nobody waits for any
//! more is ended.
//!
//! One task for each life of a server, which sleeps while there is nothing that has run for long.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::select;
use tokio::sync::{Semaphore, oneshot};

use super::Inner;
use super::caller::Sign;
use super::epoch::Epoch;
use super::return_address::ReturnAddress;
use crate::driver::Notes;
use crate::transport::Effort;
use crate::wire::{Reply, notes};

/// How long telling one caller may take. The next sign is due soon, and no sign is needed.
const WITHIN: Duration = Duration::from_secs(5);

/// How many callers are told at once.
const AT_ONCE: usize = 8;

/// Ends the patrol when it is dropped.
#[must_use = "the patrol ends when it is dropped"]
pub(super) struct Patrol {
    _goes_on: oneshot::Sender<()>,
}

impl Patrol {
    /// Looks after what runs in `epoch`.
    pub(super) fn of(server: &Arc<Inner>, epoch: &Arc<Epoch>) -> Self {
        let (goes_on, ended) = oneshot::channel::<()>();
        let (server, epoch) = (Arc::clone(server), Arc::clone(epoch));
        let runtime = Arc::clone(server.transport.runtime());
        runtime.spawn(Box::pin(async move {
            select(pin!(look_after(&server, &epoch)), ended).await;
        }));
        Self { _goes_on: goes_on }
    }
}

async fn look_after(server: &Arc<Inner>, epoch: &Arc<Epoch>) {
    let runtime = server.transport.runtime();
    // Where telling takes long, the next signs wait, and those of one call are then one.
    let telling = Arc::new(Semaphore::new(1));
    loop {
        let turn = Arc::clone(&telling).try_acquire_owned().ok();
        let (signs, due) = epoch.look_after(turn.is_some());
        if let Some(turn) = turn.filter(|_| !signs.is_empty()) {
            let (server, epoch) = (Arc::clone(server), Arc::clone(epoch));
            runtime.spawn(Box::pin(async move {
                tell(&server, signs).await;
                drop(turn);
                epoch.sooner.notify_one();
            }));
        }
        let pause = async {
            match due {
                Some(due) => runtime.sleep(due.saturating_duration_since(runtime.now())).await,
                None => pending().await,
            }
        };
        select(pin!(pause), pin!(epoch.sooner.notified())).await;
    }
}

/// Tells callers that their methods run. Those whose methods may be ended are told where to ask for
/// it: at the reply queue of this server's transport, which is read however busy the workers are.
async fn tell(server: &Inner, signs: Vec<Sign>) {
    let cancel_at = match signs.iter().any(|sign| sign.may_stop) {
        true => server.transport.reply_queue(WITHIN).await,
        false => Ok(String::new()),
    };
    let cancel_at = cancel_at.inspect_err(|error| {
        tracing::debug!(target = %server.target, %error, "callers cannot end what runs for them");
    });
    let telling = signs.into_iter().map(|Sign { reply_to, ran, may_stop }| {
        let cancel_at = cancel_at.as_deref().ok().filter(|_| may_stop);
        async move {
            let mut said = Notes::default()
                .with(notes::SERVER, &server.name)
                .with(notes::RUNS, &ran.as_millis().to_string());
            if let Some(queue) = cancel_at {
                said = said.with(notes::CANCEL_AT, queue);
            }
            let ReturnAddress { msg_id, address } = reply_to;
            let form = server.transport.form();
            let (body, effort) = (Reply::heartbeat(&msg_id, form), Effort::SIGN);
            if let Err(error) = server.transport.send(&address, &body, &said, effort, WITHIN).await {
                tracing::debug!(target = %server.target, %error, "a caller was not told that its method runs");
            }
        }
    });
    futures_util::stream::iter(telling).for_each_concurrent(AT_ONCE, |telling| telling).await;
}
