//! The end of an intake.

use std::pin::Pin;

use futures_util::Stream as _;
use futures_util::future::poll_fn;
use lapin::options::{BasicCancelOptions, BasicRejectOptions};

use super::{Arrived, Consumed, Intake};
use crate::context::Deadline;
use crate::{Error, ErrorKind};

impl Intake {
    /// Stops the broker from sending, and gives back what it had sent and nobody was given.
    ///
    /// After an error the broker may go on sending: the channel has to be closed.
    pub(in crate::driver::amqp) async fn cancel(
        &mut self,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        let Self { channel, streams, arrived, .. } = self;
        if !channel.alive() {
            // All that was not settled is back in its queue.
            return Ok(());
        }
        let failed = |queue: &str, fault| {
            let fault = channel.connection.explain(fault);
            let text = format!("consuming queue `{queue}` cannot be ended: {}", fault.words());
            fault.into_error(ErrorKind::Connection, text)
        };
        let connection = &channel.connection;
        for Consumed { queue, tag, .. } in streams.iter().filter(|consumed| !consumed.ended) {
            let tag = tag.as_str().into();
            let cancelling = channel.basic_cancel(tag, BasicCancelOptions::default());
            connection.bounded(deadline, cancelling).await.map_err(|fault| failed(queue, fault))?;
        }
        for Arrived { delivery, .. } in arrived.drain(..).filter(|it| it.position.is_none()) {
            let options = BasicRejectOptions { requeue: true };
            let returning = channel.basic_reject(delivery.delivery_tag, options);
            let key = delivery.routing_key.as_str();
            connection.bounded(deadline, returning).await.map_err(|fault| failed(key, fault))?;
        }
        for Consumed { queue, stream, position, ended, .. } in streams {
            // A stream gives nobody's messages to somebody else, and refuses to take them back.
            let give_back = position.is_none();
            while !*ended {
                let next = poll_fn(|context| Pin::new(&mut *stream).poll_next(context).map(Ok));
                let next = connection.bounded(deadline, next).await;
                match next.map_err(|fault| failed(queue, fault))? {
                    Some(Ok(delivery)) if give_back => {
                        let options = BasicRejectOptions { requeue: true };
                        let returning = channel.basic_reject(delivery.delivery_tag, options);
                        connection
                            .bounded(deadline, returning)
                            .await
                            .map_err(|fault| failed(queue, fault))?;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => *ended = true,
                }
            }
        }
        Ok(())
    }
}
