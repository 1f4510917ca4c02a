//! What can be learnt of the bus without a program: the queues, and what servers tell of themselves.

mod ask;
mod management;
mod missing;
mod outcome;
mod topics;

pub(crate) use ask::{Asked, Heard, Said, ask, each, nobody};
pub(crate) use management::{Management, TopicOnBroker};
pub(crate) use missing::missing;
pub(crate) use outcome::outcome;
pub(crate) use topics::{Topics, known, suggest, with_known};
