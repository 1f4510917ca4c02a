//! Signs of life to a caller that asked for them (wire document, section 13).

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use tokio::sync::oneshot;

use super::Inner;
use super::return_address::ReturnAddress;
use crate::driver::Notes;
use crate::transport::Effort;
use crate::wire::Reply;

/// How long one sign may take; the next is due soon.
const WITHIN: Duration = Duration::from_secs(5);

/// A method that runs: its caller is told so until this is dropped.
#[must_use = "the signs of life end when it is dropped"]
pub(super) struct Beating {
    _runs: oneshot::Sender<()>,
}

/// Tells the caller, every half of the time that it monitors, that its method still runs. In a task
/// of its own: a handler may block the one that it runs in.
pub(super) fn beat(
    server: &Arc<Inner>,
    reply_to: &ReturnAddress,
    monitor: Duration,
) -> Option<Beating> {
    // Whole seconds, as the peer has it, and not more often than each.
    let interval = Duration::from_secs(monitor.as_secs()) / 2;
    if interval < Duration::from_secs(1) {
        let target = &server.target;
        tracing::warn!(%target, ?monitor, "a call is monitored for less than 2 s: no signs of life");
        return None;
    }
    if !reply_to.is_reply_queue() {
        return None;
    }
    let (runs, ended) = oneshot::channel::<()>();
    let (server, reply_to) = (Arc::clone(server), reply_to.clone());
    let runtime = Arc::clone(server.transport.runtime());
    runtime.spawn(Box::pin(async move {
        select(pin!(signs(&server, &reply_to, interval)), ended).await;
    }));
    Some(Beating { _runs: runs })
}

/// Ends when no queue has taken a sign for as long as an answer would be tried: the caller is gone.
async fn signs(server: &Inner, reply_to: &ReturnAddress, interval: Duration) {
    let (runtime, queue) = (server.transport.runtime(), reply_to.queue());
    let patience = server.transport.missing_consumer_retry_timeout();
    let mut missing_since = None;
    loop {
        runtime.sleep(interval).await;
        if server.missing_queues.is_gone(queue, runtime.now()) {
            return;
        }
        let body = Reply::heartbeat(&reply_to.msg_id, server.transport.form());
        let within = WITHIN.min(interval);
        match server
            .transport
            .send(&reply_to.address, &body, Notes::NONE, Effort::ANSWER, within)
            .await
        {
            Err(error) if error.is_unroutable() => {
                let now = runtime.now();
                let since = *missing_since.get_or_insert(now);
                if now.saturating_duration_since(since) >= patience {
                    tracing::debug!(target = %server.target, "a caller takes no signs of life");
                    return;
                }
            }
            Err(error) => {
                tracing::debug!(target = %server.target, %error, "a sign of life was not sent");
                missing_since = None;
            }
            Ok(()) => missing_since = None,
        }
    }
}
