//! How a message is sent, and a call made.

use std::sync::Arc;
use std::time::Duration;

use crate::driver::Notes;

/// What is done to hand a message over, beside waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Whether it is an error that no queue takes it.
    pub(crate) mandatory: bool,
    /// How often it is sent again; none is without limit.
    pub(crate) retries: Option<u32>,
}

impl Effort {
    /// That of a server's message to a caller.
    pub(crate) const ANSWER: Self = Self { mandatory: true, retries: None };

    /// That of a sign of life, which may get lost.
    pub(crate) const SIGN: Self = Self { mandatory: false, retries: Some(0) };
}

/// How a call is made.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    pub(crate) effort: Effort,
    /// How long it waits for each sign of life, if it wants them.
    pub(crate) monitor: Option<Duration>,
    /// What is said beside the request.
    pub(crate) said: Arc<Notes>,
}
