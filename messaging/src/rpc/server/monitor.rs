//! Signs of life to a caller that asked for them (wire document, section 13).

use std::time::Duration;

use super::{Inner, answer};
use crate::driver::Address;
use crate::transport::Effort;
use crate::wire::{Reply, ReplyTo};

/// How long one sign may take; the next is due soon.
const WITHIN: Duration = Duration::from_secs(5);

/// Tells the caller, every half of the time that it monitors, that its method still runs. It ends
/// with the first sign that nobody takes: the caller is gone. To be dropped when the method ends,
/// so that no sign follows the answer.
pub(super) async fn beat(server: &Inner, reply_to: &ReplyTo, monitor: Duration) {
    // Whole seconds, as the peer has it, and not more often than each.
    let interval = Duration::from_secs(monitor.as_secs()) / 2;
    if interval < Duration::from_secs(1) || !answer::is_reply_queue(&reply_to.queue) {
        return;
    }
    let address = Address::Reply { queue: reply_to.queue.clone() };
    let runtime = server.transport.runtime();
    loop {
        runtime.sleep(interval).await;
        let body = Reply::heartbeat(&reply_to.msg_id);
        if let Err(error) = server.transport.send(&address, &body, Effort::ANSWER, WITHIN).await {
            tracing::debug!(target = %server.target, %error, "a caller takes no signs of life");
            return;
        }
    }
}
