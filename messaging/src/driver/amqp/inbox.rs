//! The queue in which a client takes its replies.

use std::sync::Arc;
use std::time::Duration;

use super::intake::Plan;
use super::site::Site;
use super::topology::Queue;
use super::tries::Tries;
use crate::Error;
use crate::driver::Inbox;

/// Declares a reply queue and consumes it.
///
/// It is not exclusive, so that it can be consumed again at once after a connection was lost in
/// silence: an exclusive one stays locked until the broker has noticed. The broker is asked for no
/// acknowledgements, since a reply that its client lost is of use to nobody else.
pub(super) async fn open(site: &Arc<Site>, within: Duration, tries: Tries) -> Result<Inbox, Error> {
    let reply = Queue::reply(&site.options)?;
    let queue = reply.name.to_string();
    let plan = Plan { queues: vec![reply], prefetch: 0, no_ack: true };
    let consumer = site.consume(plan, within, tries).await?;
    Ok(Inbox { queue, consumer: Box::new(consumer) })
}
