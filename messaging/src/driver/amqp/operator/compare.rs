//! What there is, beside what would be declared.

use std::time::Duration;

use super::{Operator, failed};
use crate::context::Deadline;
use crate::driver::Look;
use crate::driver::amqp::channel::Channel;
use crate::driver::amqp::fault::Refusal;
use crate::driver::amqp::look::look_over;
use crate::driver::amqp::topology::{Exchange, Queue};
use crate::{Error, ErrorKind};

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The exchange of topics.
    pub exchange: String,
    /// The topic.
    pub topic: String,
    /// Its servers that are known by name.
    pub servers: Vec<String>,
}

/// One thing that servers or clients would declare.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// Whether it is a queue; else an exchange.
    pub is_queue: bool,
    /// What it would be declared with: `durable = true` and the like.
    pub declared: Vec<(String, String)>,
    /// What there is.
    pub found: Found,
}

/// What there is.
#[derive(Clone, Debug)]
pub enum Found {
    /// Nothing: it would be made.
    Missing,
    /// The same.
    Same(Standing),
    /// Another: servers would not start, or requests not be sent.
    Differs {
        /// What is said of it, with the options that matter.
        error: Error,
        /// Whether it is the durability of an exchange alone, and servers that are to be durable
        /// make do with one that is not.
        makes_do: bool,
    },
    /// The broker does not say, as where the user may not declare it.
    Unsaid(Error),
}

/// How a thing is that was found.
#[derive(Clone, Copy, Debug)]
pub enum Standing {
    /// An exchange says no more than that it is there.
    Exchange,
    /// A queue tells how much is in it.
    Queue {
        /// How many messages wait in it.
        ready: u64,
        /// How many consume it.
        consumers: u64,
    },
}

pub(super) async fn all(
    operator: &Operator,
    expected: &Expected,
    within: Duration,
) -> Result<Vec<Compared>, Error> {
    let (options, topic) = (&operator.options, expected.topic.as_str());
    let control = Exchange::of_topics(&expected.exchange, options)?;
    let mut compared = vec![exchange(operator, &control, within).await?];
    let mut queues = vec![Queue::shared(&control, topic, options)?];
    for server in &expected.servers {
        queues.push(Queue::of_server(&control, &format!("{topic}.{server}"), options)?);
    }
    if options.stream_fanout {
        queues.push(Queue::fanout(topic, options)?);
    }
    for expected in &queues {
        compared.push(queue(operator, expected, within).await?);
    }
    compared.push(exchange(operator, &Exchange::of_fanout(topic, options)?, within).await?);
    Ok(compared)
}

async fn exchange(
    operator: &Operator,
    exchange: &Exchange,
    within: Duration,
) -> Result<Compared, Error> {
    let deadline = operator.deadline(within);
    let looking = channel(operator, &deadline).await?;
    let found = match exchange.look(&looking, &deadline).await {
        Ok(()) => {
            let declaring = channel(operator, &deadline).await?;
            match exchange.declare(&declaring, &deadline).await {
                Ok(()) => Found::Same(Standing::Exchange),
                Err(error) => {
                    let makes_do = match exchange.not_durable() {
                        Some(lesser) if error.kind() == ErrorKind::Topology => {
                            let declaring = channel(operator, &deadline).await?;
                            lesser.declare(&declaring, &deadline).await.is_ok()
                        }
                        _ => false,
                    };
                    differs(error, makes_do)
                }
            }
        }
        Err(fault) => match fault.refusal() {
            Some(Refusal::NotFound) => Found::Missing,
            _ => {
                let what = format!("exchange `{}` cannot be looked at", exchange.name);
                Found::Unsaid(failed(&what, fault))
            }
        },
    };
    let (name, declared) = (exchange.name.to_string(), exchange.described());
    Ok(Compared { name, is_queue: false, declared, found })
}

async fn queue(operator: &Operator, queue: &Queue, within: Duration) -> Result<Compared, Error> {
    let deadline = operator.deadline(within);
    let found = match look_over(&operator.connection, queue.name.clone(), &deadline).await {
        Ok(Look::Queue { ready, consumers }) => {
            let declaring = channel(operator, &deadline).await?;
            match queue.declare_alone(&declaring, &deadline).await {
                Ok(()) => Found::Same(Standing::Queue { ready, consumers }),
                Err(error) => differs(error, false),
            }
        }
        Ok(_) => Found::Missing,
        Err(error) => Found::Unsaid(error),
    };
    let (name, declared) = (queue.name.to_string(), queue.described());
    Ok(Compared { name, is_queue: true, declared, found })
}

fn differs(error: Error, makes_do: bool) -> Found {
    match error.kind() {
        ErrorKind::Topology => Found::Differs { error, makes_do },
        _ => Found::Unsaid(error),
    }
}

async fn channel(operator: &Operator, deadline: &Deadline) -> Result<Channel, Error> {
    let opening = operator.connection.channel(deadline).await;
    opening.map_err(|fault| failed("the broker opens no channel", fault))
}
