//! Copies by bindings of our own, and what they must not change.
//!
//! A mandatory message that no queue takes is given back to its sender, who learns at once that
//! nobody serves. Ours would take it. So what goes to a queue is bound only while that queue is there,
//! for then it takes the message in any case; and what goes to nobody in particular only while the
//! topic has servers. Our binding would also keep the fanout exchange, which goes with its last queue.

use messaging::Error;
use messaging::driver::Look;
use messaging::driver::operator::{Operator, Spy};

use super::follow::{PATIENCE, Plan};

/// The bindings of our queue.
#[derive(Debug)]
pub(super) struct Copies {
    exchange: String,
    topic: String,
    servers: Vec<String>,
    any_server: bool,
    /// What is bound: exchange and key.
    bound: Vec<(String, String)>,
}

impl Copies {
    pub(super) fn new(plan: &Plan, exchange: &str) -> Self {
        Self {
            exchange: exchange.to_owned(),
            topic: plan.topic.clone(),
            servers: plan.servers.clone(),
            any_server: plan.any_server,
            bound: Vec::new(),
        }
    }

    /// Binds what may be bound now, and unbinds what may no more.
    pub(super) async fn keep(&mut self, operator: &Operator, spy: &Spy) -> Result<(), Error> {
        let topic = operator.queue(&self.topic, PATIENCE).await?;
        let (is_there, is_served) = match topic {
            Look::Queue { consumers, .. } => (true, consumers > 0),
            _ => (false, false),
        };
        let control = self.exchange.clone();
        self.set(spy, &control, &self.topic.clone(), is_there).await?;
        for server in self.servers.clone() {
            let queue = format!("{}.{server}", self.topic);
            let is_there = matches!(operator.queue(&queue, PATIENCE).await?, Look::Queue { .. });
            self.set(spy, &control, &queue, is_there).await?;
        }
        if self.any_server {
            self.set(spy, &control, &format!("{}.#", self.topic), is_served).await?;
        }
        let (fanout, key) = (format!("{}_fanout", self.topic), self.topic.clone());
        self.set(spy, &fanout, &key, is_served).await
    }

    async fn set(
        &mut self,
        spy: &Spy,
        exchange: &str,
        key: &str,
        wanted: bool,
    ) -> Result<(), Error> {
        let place = self.bound.iter().position(|(at, by)| at == exchange && by == key);
        match (place, wanted) {
            (None, true) => {
                let bound = spy.bind(exchange, key, PATIENCE).await?;
                self.bound.extend(bound.then(|| (exchange.to_owned(), key.to_owned())));
            }
            (Some(place), false) => {
                spy.unbind(exchange, key, PATIENCE).await?;
                self.bound.swap_remove(place);
            }
            _ => {}
        }
        Ok(())
    }
}
