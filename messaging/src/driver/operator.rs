//! What `messaging-cli` needs to look at a broker as an operator does: at its queues, its rules, and
//! the messages of others. No part of the API.

pub use super::amqp::operator::{
    Compared, Deed, Expected, Found, Greeting, Limits, Operator, Sealed, Sighting, Spy, Spying,
    Standing, Trace,
};
pub use crate::wire::glance::{Content, SeenReply, SeenRequest};
