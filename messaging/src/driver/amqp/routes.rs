//! Where messages go, in the broker's words.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use lapin::types::ShortString;

use super::proof::Proof;
use super::topology::{Exchange, short};
use crate::driver::Address;
use crate::{Error, RabbitOptions};

/// How many are kept; where there are more, each is made anew now and then.
const KEPT: usize = 1024;

/// Where a message goes, in the broker's words.
#[derive(Debug)]
pub(super) struct Route {
    /// What is published to; none is the default exchange, which routes by queue names.
    pub(super) exchange: Option<Exchange>,
    pub(super) key: ShortString,
    /// What proves that the broker has a message, where nobody waits for that.
    pub(super) proof: Proof,
}

/// The routes to all addresses, made once each.
pub(super) struct Routes {
    options: RabbitOptions,
    known: Mutex<HashMap<Address, Arc<Route>>>,
}

impl Routes {
    pub(super) fn new(options: RabbitOptions) -> Self {
        Self { options, known: Mutex::default() }
    }

    /// The route to `address`.
    pub(super) fn to(&self, address: &Address) -> Result<Arc<Route>, Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = known.get(address) {
            return Ok(Arc::clone(route));
        }
        let route = Arc::new(self.make(address)?);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(address.clone(), Arc::clone(&route));
        Ok(route)
    }

    /// Where the broker is told to put a message (wire document, sections 5.2 and 5.6).
    fn make(&self, address: &Address) -> Result<Route, Error> {
        let options = &self.options;
        let (exchange, key) = match address {
            Address::Topic { exchange, topic, server } => {
                let key = match server {
                    None => short(topic)?,
                    Some(server) => short(format!("{topic}.{server}"))?,
                };
                (Some(Exchange::of_topics(exchange, options)?), key)
            }
            Address::Fanout { topic } => (Some(Exchange::of_fanout(topic, options)?), short("")?),
            Address::Reply { queue } => (None, short(queue)?),
        };
        Ok(Route { exchange, key, proof: Proof::of_posts(address, options) })
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes").finish_non_exhaustive()
    }
}
