//! The broker's tracing (RabbitMQ's documentation, "Firehose Tracer"), and whether it is on.
//!
//! No question of AMQP answers that. But a message to our own queue is traced like any other, by the
//! process that then sends it on: its trace comes first, or there is none.

use std::time::Duration;

use messaging::driver::operator::{Operator, Sighting, Spy};
use messaging::{Error, ErrorKind};

use super::follow::{PATIENCE, Plan};

/// The exchange that traces are sent to.
const TRACE: &str = "amq.rabbitmq.trace";
/// The key of what is sent to the default exchange: replies, and our own message.
const REPLIES: &str = "publish.";
/// How long our own message may take to be sent, where others wait.
const ATTEMPT: Duration = Duration::from_secs(2);

/// The broker's tracing, which is on.
#[derive(Debug)]
pub(super) struct Tracing {
    /// Whoever has sent anything is held up when the broker is short of memory, so it is not the one
    /// that looks on.
    prober: Operator,
    /// Whether replies are watched at all times.
    replies: bool,
    /// Whether our own message is on its way, and no trace of it has come.
    is_tried: bool,
}

impl Tracing {
    /// Has `spy` given what is traced of a topic; else why there is nothing.
    pub(super) async fn find(
        prober: Operator,
        spy: &mut Spy,
        plan: &Plan,
        exchange: &str,
    ) -> Result<Result<Self, String>, Error> {
        match spy.bind(TRACE, REPLIES, PATIENCE).await {
            Ok(true) => {}
            Ok(false) => return Ok(Err(format!("there is no exchange `{TRACE}`"))),
            Err(error) if error.kind() == ErrorKind::AccessRefused => {
                return Ok(Err(error.to_string()));
            }
            Err(error) => return Err(error),
        }
        let mut is_traced = false;
        let trying = async {
            prober.touch(spy.name(), PATIENCE).await?;
            loop {
                let seen = spy.next().await?;
                match &seen.trace {
                    Some(_) => is_traced |= seen.is_touch,
                    None if seen.is_touch => return Ok::<_, Error>(()),
                    None => {}
                }
            }
        };
        match tokio::time::timeout(PATIENCE, trying).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if error.kind() == ErrorKind::AccessRefused => {
                spy.unbind(TRACE, REPLIES, PATIENCE).await?;
                return Ok(Err(error.to_string()));
            }
            Ok(Err(error)) if prober.blocked().is_none() => return Err(error),
            _ => {
                spy.unbind(TRACE, REPLIES, PATIENCE).await?;
                let why = prober.blocked().unwrap_or_else(|| "no answer in time".to_owned());
                return Ok(Err(format!("whether the broker traces cannot be told: {why}")));
            }
        }
        if !is_traced {
            spy.unbind(TRACE, REPLIES, PATIENCE).await?;
            return Ok(Err(off(prober.virtual_host())));
        }
        for sent in [format!("publish.{exchange}"), format!("publish.{}_fanout", plan.topic)] {
            spy.bind(TRACE, &sent, PATIENCE).await?;
        }
        if !plan.replies {
            spy.unbind(TRACE, REPLIES, PATIENCE).await?;
        }
        Ok(Ok(Self { prober, replies: plan.replies, is_tried: false }))
    }

    /// Sends a message of our own, to see whether it is still traced.
    pub(super) async fn attempt(&mut self, spy: &Spy) -> Result<(), Error> {
        if !self.replies {
            spy.bind(TRACE, REPLIES, PATIENCE).await?;
        }
        match self.prober.touch(spy.name(), ATTEMPT).await {
            Ok(()) => {
                self.is_tried = true;
                Ok(())
            }
            // It comes when the broker has memory again.
            Err(_) if self.prober.blocked().is_some() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Our own message has come, or a trace of it.
    ///
    /// # Errors
    ///
    /// If it was not traced.
    pub(super) async fn tried(&mut self, seen: &Sighting, spy: &Spy) -> Result<(), Error> {
        if seen.trace.is_some() {
            self.is_tried = false;
            return Ok(());
        }
        if !self.replies {
            spy.unbind(TRACE, REPLIES, PATIENCE).await?;
        }
        match std::mem::take(&mut self.is_tried) {
            true => Err(Error::new(ErrorKind::Connection, off(self.prober.virtual_host()))),
            false => Ok(()),
        }
    }
}

/// Whether it is our own message, or a trace of it.
pub(super) fn is_own(seen: &Sighting, own: &str) -> bool {
    seen.is_touch || seen.exchange.is_empty() && seen.key == own
}

fn off(virtual_host: &str) -> String {
    format!(
        "the broker's tracing is off; `rabbitmqctl trace_on -p {virtual_host}` on a node of it turns it \
         on, and `trace_off` off again: it costs the broker a copy of every message"
    )
}
