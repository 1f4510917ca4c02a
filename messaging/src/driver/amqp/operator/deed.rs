//! What a user may do, asked by deeds that the broker looks at and that do nothing.
//!
//! RabbitMQ checks permissions before it looks whether a thing is there (its documentation, "Access
//! Control", has the table of operations and permissions). So what is asked for is allowed to be
//! vain: to unbind what is not bound, to delete a queue of a name that nobody has, to consume with an
//! argument that is none.

use lapin::options::{
    BasicConsumeOptions, BasicQosOptions, ExchangeUnbindOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};

use super::{Operator, failed};
use crate::Error;
use crate::context::Deadline;
use crate::driver::amqp::fault::{Fault, Refusal};
use crate::driver::amqp::topology::short;
use crate::wire::new_id;

/// Where what is bound to nothing is unbound from; every virtual host has it.
const ANY_EXCHANGE: &str = "amq.topic";

/// Something that a server or a client does.
#[derive(Clone, Copy, Debug)]
pub enum Deed<'a> {
    /// Declares a queue whose name begins so: the permission to configure.
    Declare {
        /// How it begins.
        prefix: &'a str,
    },
    /// Binds a queue to an exchange: to write to the one, and to read from the other.
    Bind {
        /// The queue, which need not be there.
        queue: &'a str,
        /// The exchange, which need not be there.
        exchange: &'a str,
    },
    /// Consumes a queue: to read from it.
    Consume {
        /// The queue, which need not be there.
        queue: &'a str,
    },
    /// Sends to an exchange: to write to it.
    Send {
        /// The exchange, which need not be there.
        exchange: &'a str,
    },
}

pub(super) async fn refusal(
    operator: &Operator,
    deed: &Deed<'_>,
    deadline: &Deadline,
) -> Result<Option<String>, Error> {
    let connection = &operator.connection;
    let channel = connection.channel(deadline).await;
    let channel = channel.map_err(|fault| failed("the broker opens no channel", fault))?;
    let (nobody, none) = (format!("nobody-{}", new_id()), FieldTable::default());
    let done = match *deed {
        Deed::Declare { prefix } => {
            let queue = short(format!("{prefix}{}", new_id()))?;
            let deleting = channel.queue_delete(queue, QueueDeleteOptions::default());
            connection.bounded(deadline, deleting).await.map(drop)
        }
        Deed::Bind { queue, exchange } => {
            let (queue, exchange, key) = (short(queue)?, short(exchange)?, short(nobody)?);
            let unbinding = channel.queue_unbind(queue, exchange, key, none);
            connection.bounded(deadline, unbinding).await
        }
        Deed::Consume { queue } => {
            // Should a broker take it nevertheless, no more than one message is disturbed.
            let limiting = channel.basic_qos(1, BasicQosOptions::default());
            connection
                .bounded(deadline, limiting)
                .await
                .map_err(|fault| failed("nothing may be consumed", fault))?;
            let mut arguments = none;
            arguments.insert("x-priority".into(), AMQPValue::LongString("none".into()));
            let (queue, tag) = (short(queue)?, short(nobody)?);
            let options = BasicConsumeOptions::default();
            let consuming = channel.basic_consume(queue, tag, options, arguments);
            connection.bounded(deadline, consuming).await.map(drop)
        }
        Deed::Send { exchange } => {
            let (to, from, key) = (short(exchange)?, short(ANY_EXCHANGE)?, short(nobody)?);
            let options = ExchangeUnbindOptions::default();
            let unbinding = channel.exchange_unbind(to, from, key, options, none);
            connection.bounded(deadline, unbinding).await
        }
    };
    let Err(fault) = done else { return Ok(None) };
    match (fault.refusal(), deed) {
        // What it was unbound from is no business of whoever sends.
        (Some(Refusal::Access), Deed::Send { exchange })
            if !fault.words().contains(&format!("exchange '{exchange}'")) =>
        {
            Ok(None)
        }
        (Some(Refusal::Access), _) => Ok(Some(fault.words())),
        (Some(_), _) => Ok(None),
        (None, _) => Err(failed("what the user may do is not known", lost(operator, fault))),
    }
}

fn lost(operator: &Operator, fault: Fault) -> Fault {
    operator.connection.explain(fault)
}
