//! The consumed queues of one consumer, on one channel.

mod giving_back;

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::Stream;
use futures_util::future::poll_fn;
use lapin::options::{BasicConsumeOptions, BasicQosOptions};

use super::channel::Channel;
use super::compression;
use super::connection::Connection;
use super::declare::{declare, open_channel};
use super::failure;
use super::fault::Fault;
use super::plan::Plan;
use super::probe::Probe;
use super::properties::{self, Hearing};
use super::settle::Settle;
use super::stream::Position;
use super::topology::Queue;
use super::traffic::Traffic;
use crate::context::Deadline;
use crate::driver::teller::Teller;
use crate::driver::{Acknowledge, Delivery};
use crate::{Error, ErrorKind};

/// How long an intake that was dropped may take to close its channel.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The queues of a [`Plan`], declared and consumed.
pub(super) struct Intake {
    pub(super) channel: Arc<Channel>,
    streams: Vec<Consumed>,
    /// Which stream is asked first next time, so that a full queue does not starve the others.
    first: usize,
    /// What came while nobody was free to take it.
    arrived: VecDeque<Arrived>,
    /// How many bytes a body may have once it is decompressed.
    longest: usize,
    hearing: Hearing,
    /// Looks after the queues while they are silent.
    probe: Option<Probe>,
}

/// A message as it came in, and when.
struct Arrived {
    delivery: lapin::message::Delivery,
    position: Option<Arc<Position>>,
    traffic: Arc<Traffic>,
    at: Instant,
}

struct Consumed {
    queue: String,
    tag: String,
    stream: lapin::Consumer,
    /// Where it has come to, if the queue is a stream.
    position: Option<Arc<Position>>,
    traffic: Arc<Traffic>,
    /// Once it has ended it must not be polled: it would never answer.
    ended: bool,
}

impl Intake {
    /// Declares and consumes, on a channel of its own. The order is the peer's (wire document,
    /// section 5.5): all declarations first, and the tags count up from 1.
    pub(super) async fn open(
        connection: &Arc<Connection>,
        plan: &Arc<Plan>,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let mut channel = open_channel(connection, deadline).await?;
        for queue in &plan.queues {
            channel = declare(queue, channel, deadline).await?;
        }
        if plan.prefetch > 0 {
            let limiting = channel.basic_qos(plan.prefetch, BasicQosOptions::default());
            let limited = channel.connection.bounded(deadline, limiting).await;
            limited.map_err(|fault| failure::consuming("what is prefetched", fault))?;
        }
        let generation = plan.next_generation();
        let channel = Arc::new(channel);
        let (streams, arrived, longest) = (Vec::new(), VecDeque::new(), plan.longest);
        let hearing = Hearing::default();
        let mut intake =
            Self { channel, streams, first: 0, arrived, longest, hearing, probe: None };
        for (queue, number) in plan.queues.iter().zip(1..) {
            intake.consume(queue, number.to_string(), generation, deadline).await?;
        }
        Ok(intake)
    }

    async fn consume(
        &mut self,
        queue: &Queue,
        tag: String,
        generation: u32,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        let options = BasicConsumeOptions::default();
        let (name, arguments) = (queue.name.clone(), queue.consuming(generation));
        let consuming = self.channel.basic_consume(name, tag.as_str().into(), options, arguments);
        let (position, traffic) = (queue.position.clone(), Arc::default());
        let consuming = self.channel.connection.bounded(deadline, consuming);
        let stream = consuming.await.map_err(|fault| {
            let fault = self.channel.connection.explain(fault);
            failure::consuming(&queue.told_with(&fault), fault)
        })?;
        let queue = queue.name.to_string();
        self.streams.push(Consumed { queue, tag, stream, position, traffic, ended: false });
        Ok(())
    }

    /// Has `probe` look after the queues from now on.
    pub(super) fn look_after(
        &mut self,
        plan: &Arc<Plan>,
        interval: Duration,
        teller: &Arc<Teller>,
    ) {
        if !interval.is_zero() {
            let traffic = self.streams.iter().map(|consumed| Arc::clone(&consumed.traffic));
            self.probe =
                Some(Probe::start(&self.channel, plan, traffic.collect(), interval, teller));
        }
    }

    /// The next message of any queue; an error when one of them is consumed no more. May be
    /// dropped without losing a message.
    pub(super) async fn next(&mut self) -> Result<Delivery, Error> {
        loop {
            let arrived = match self.arrived.pop_front() {
                Some(arrived) => arrived,
                None => self.arrive().await?,
            };
            if let Some(delivery) = self.give_out(arrived) {
                return Ok(delivery);
            }
        }
    }

    /// Notes what arrives, and when, while nobody is free to take it; ends with an error when one
    /// of the queues is consumed no more. May be dropped without losing a message. What the
    /// broker hands over without waiting for acknowledgements bounds what is kept.
    pub(super) async fn idle(&mut self) -> Error {
        loop {
            match self.arrive().await {
                Ok(arrived) => self.arrived.push_back(arrived),
                Err(error) => return error,
            }
        }
    }

    async fn arrive(&mut self) -> Result<Arrived, Error> {
        poll_fn(|context| {
            let count = self.streams.len();
            for step in 0..count {
                let index = (self.first + step) % count;
                let Some(consumed) = self.streams.get_mut(index) else { continue };
                let error = match Pin::new(&mut consumed.stream).poll_next(context) {
                    Poll::Pending => continue,
                    Poll::Ready(Some(Ok(delivery))) => {
                        self.first = index + 1;
                        let (position, traffic) = (consumed.position.clone(), &consumed.traffic);
                        traffic.arrive();
                        let traffic = Arc::clone(traffic);
                        let at = self.channel.runtime.now();
                        return Poll::Ready(Ok(Arrived { delivery, position, traffic, at }));
                    }
                    Poll::Ready(Some(Err(error))) => Some(error),
                    Poll::Ready(None) => None,
                };
                consumed.ended = true;
                if let (None, Some(position)) = (&error, &consumed.position) {
                    position.forget();
                }
                let queue = consumed.queue.clone();
                return Poll::Ready(Err(self.ended(&queue, error)));
            }
            match &mut self.probe {
                Some(probe) => probe.poll_found(context).map(Err),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// What a message says, unless nobody can read it: then it is rejected.
    fn give_out(&mut self, arrived: Arrived) -> Option<Delivery> {
        let Arrived { delivery, position, traffic, at } = arrived;
        let waited = self.channel.runtime.now().saturating_duration_since(at);
        if let Some(position) = &position {
            position.saw(&delivery.properties);
        }
        let settle: Box<dyn Acknowledge> = Box::new(Settle::new(
            &self.channel,
            delivery.delivery_tag,
            traffic,
            position.is_some(),
        ));
        let body = match compression::read(&delivery.properties, delivery.data, self.longest) {
            Ok(body) => body,
            Err(error) => {
                let (exchange, key) = (&delivery.exchange, &delivery.routing_key);
                tracing::warn!(
                    "a message to exchange `{exchange}`, routing key `{key}`, is rejected: {error}"
                );
                // In the background: whoever waits for a message may stop to wait at any moment.
                self.channel.runtime.spawn(Box::pin(async move {
                    if let Err(error) = settle.reject(false).await {
                        tracing::debug!("{error}");
                    }
                }));
                return None;
            }
        };
        Some(Delivery {
            body,
            notes: self.hearing.notes(&delivery.properties),
            user_id: delivery.properties.user_id().as_ref().map(ToString::to_string),
            expires: properties::expires(&delivery.properties)
                .map(|expires| expires.saturating_sub(waited)),
            waited,
            attempt: properties::attempt(&delivery.properties, delivery.redelivered),
            settle,
        })
    }

    /// Why a queue is consumed no more, by how its stream ended.
    fn ended(&self, queue: &str, error: Option<lapin::Error>) -> Error {
        use lapin::{ConnectionState, ErrorKind::InvalidConnectionState};
        match error {
            Some(error) => self.lost(queue, Fault::Told(error)),
            None if self.channel.alive() => Error::new(
                ErrorKind::Topology,
                format!(
                    "queue `{queue}` was deleted, or the node that held it went down; it is \
                     declared again"
                ),
            ),
            None => {
                let closed = InvalidConnectionState(ConnectionState::Closed);
                self.lost(queue, Fault::Told(closed.into()))
            }
        }
    }

    fn lost(&self, queue: &str, fault: Fault) -> Error {
        let fault = self.channel.connection.explain(fault);
        failure::consuming(&format!("queue `{queue}`"), fault)
    }
}

impl Drop for Intake {
    /// The streams go after their channel: lapin cancels a consumer that is dropped before, and
    /// takes the whole connection down if that fails.
    fn drop(&mut self) {
        let streams = std::mem::take(&mut self.streams);
        if !self.channel.alive() || streams.iter().all(|consumed| consumed.ended) {
            return;
        }
        let channel = Arc::clone(&self.channel);
        self.channel.runtime.spawn(Box::pin(async move {
            let deadline = Deadline::after(&channel.runtime, CLOSE_TIMEOUT);
            channel.close(&deadline).await;
            drop(streams);
        }));
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queues: Vec<_> = self.streams.iter().map(|consumed| &consumed.queue).collect();
        f.debug_struct("Intake").field("queues", &queues).finish_non_exhaustive()
    }
}
