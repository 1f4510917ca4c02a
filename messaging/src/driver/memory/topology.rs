//! The exchanges, the queues, and what goes where (wire document, section 5).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use foldhash::HashMap;

use super::queue::{Content, Queue};
use super::room::{Full, Offer};
use super::subscriber::Consumers;
use crate::driver::Address;
use crate::runtime::Runtime;

/// The exchanges and the queues of a broker.
#[derive(Default)]
pub(super) struct Topology {
    /// A key of a control exchange is bound to the queue of the same name and no other, so each
    /// knows the exchanges that lead to it.
    queues: HashMap<Arc<str>, Queue>,
    /// The fanout exchanges by topic, each with its queues; none without a queue.
    fanouts: HashMap<String, Vec<Arc<str>>>,
}

/// Where an address leads.
pub(super) enum Route<'a> {
    /// By a control exchange to one queue.
    Key { exchange: &'a str, key: Cow<'a, str> },
    /// To all queues of a topic's fanout.
    Fanout { topic: &'a str },
    /// To one queue, by its name.
    Queue { name: &'a str },
}

impl<'a> From<&'a Address> for Route<'a> {
    fn from(address: &'a Address) -> Self {
        match address {
            Address::Topic { exchange, topic, server: None } => {
                Self::Key { exchange, key: Cow::Borrowed(topic) }
            }
            Address::Topic { exchange, topic, server: Some(server) } => {
                Self::Key { exchange, key: Cow::Owned(server_queue(topic, server)) }
            }
            Address::Fanout { topic } => Self::Fanout { topic },
            Address::Reply { queue } => Self::Queue { name: queue },
        }
    }
}

/// The name of a server's own queue, which is also its routing key.
pub(super) fn server_queue(topic: &str, server: &str) -> String {
    format!("{topic}.{server}")
}

impl Topology {
    /// The queue of this name, made if it is not there.
    pub(super) fn declare(&mut self, name: &str) -> Arc<str> {
        if let Some((name, _)) = self.queues.get_key_value(name) {
            return Arc::clone(name);
        }
        let name: Arc<str> = name.into();
        self.queues.insert(Arc::clone(&name), Queue::new(Arc::clone(&name)));
        name
    }

    /// Binds queues to a control exchange, each with its name as the key.
    pub(super) fn bind(&mut self, exchange: &str, queues: [&Arc<str>; 2]) {
        for name in queues {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.bind(exchange);
            }
        }
    }

    /// Binds a queue to a topic's fanout.
    pub(super) fn bind_to_fanout(&mut self, topic: &str, queue: &Arc<str>) {
        self.fanouts.entry(topic.to_owned()).or_default().push(Arc::clone(queue));
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.fanout = Some(topic.to_owned());
        }
    }

    /// Deletes a queue, what waits in it, and the fanout if it was its last queue.
    pub(super) fn delete(&mut self, name: &str) {
        let Some(queue) = self.queues.remove(name) else { return };
        if let Some(topic) = &queue.fanout
            && let Some(bound) = self.fanouts.get_mut(topic)
        {
            bound.retain(|other| **other != *name);
            if bound.is_empty() {
                self.fanouts.remove(topic);
            }
        }
        queue.room().open();
    }

    pub(super) fn queue_mut(&mut self, name: &str) -> Option<&mut Queue> {
        self.queues.get_mut(name)
    }

    pub(super) fn queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.values()
    }

    /// Puts a message into all queues that `route` leads to, or, if one of them is full, into none.
    pub(super) fn offer(
        &mut self,
        route: &Route<'_>,
        content: &Arc<Content>,
        expires: Option<Duration>,
        consumers: &mut Consumers,
        clock: &dyn Runtime,
    ) -> Offer {
        let taken = match route {
            Route::Key { exchange, key } => {
                let queue = self.queues.get_mut(&**key).filter(|queue| queue.is_bound(exchange));
                queue.map(|queue| push(queue, content, expires, consumers, clock))
            }
            Route::Queue { name } => {
                let queue = self.queues.get_mut(*name);
                queue.map(|queue| push(queue, content, expires, consumers, clock))
            }
            Route::Fanout { topic } => self.fanouts.get(*topic).map(|names| {
                for name in names {
                    if let Some(queue) = self.queues.get_mut(name) {
                        queue.check_room(clock)?;
                    }
                }
                for name in names {
                    if let Some(queue) = self.queues.get_mut(name) {
                        queue.push(Arc::clone(content), expires, consumers, clock);
                    }
                }
                Ok(())
            }),
        };
        match taken {
            None => Offer::Unroutable,
            Some(Ok(())) => Offer::Taken,
            Some(Err(full)) => Offer::Full(full),
        }
    }
}

fn push(
    queue: &mut Queue,
    content: &Arc<Content>,
    expires: Option<Duration>,
    consumers: &mut Consumers,
    clock: &dyn Runtime,
) -> Result<(), Full> {
    queue.check_room(clock)?;
    queue.push(Arc::clone(content), expires, consumers, clock);
    Ok(())
}
