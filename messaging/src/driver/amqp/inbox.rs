//! The queue in which a client takes its replies.

use std::sync::Arc;

use super::plan::Plan;
use super::site::Site;
use super::topology::Queue;
use super::tries::Tries;
use crate::Error;
use crate::driver::{Inbox, OpenInbox};

/// Declares a reply queue and consumes it.
///
/// It is not exclusive, so that it can be consumed again at once after a connection was lost in
/// silence: an exclusive one stays locked until the broker has noticed. The consumer that the
/// broker still sees there meanwhile gets nothing, since the one of now has a higher priority. Replies are acknowledged,
/// so that those that were on their way when a connection was lost come again on the next.
pub(super) async fn open(site: &Arc<Site>, opening: OpenInbox) -> Result<Inbox, Error> {
    let OpenInbox { within, retries, awaited } = opening;
    let reply = Queue::reply(&site.options, awaited)?;
    let queue = reply.name.to_string();
    let (prefetch, longest) = (site.options.prefetch, site.own.max_message_size);
    let plan = Plan::new(vec![reply], prefetch, longest);
    let consumer = site.consume(plan, within, Tries::of(retries)).await?;
    Ok(Inbox { queue, consumer: Box::new(consumer) })
}
