//! The suite that every driver passes.
//!
//! Each [`Case`] states one thing that the library relies on. A case connects as often as it needs
//! to, uses names that nobody else has, and so may run beside the others on a broker that is
//! shared. It ends, whatever the driver does, and panics with what it expected. That nothing
//! arrives is shown by what is sent after it, never by waiting for a while.
//!
//! A driver's own test is a few lines. [`run_all`] reports all cases that fail, by name; for one
//! test per case, take the cases from [`CASES`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use messaging::Error;
//! use messaging::driver::Driver;
//! use messaging::driver::conformance::{self, Env};
//!
//! # type Broker = Box<dyn Fn() -> Arc<dyn Driver> + Send + Sync>;
//! # fn broker(runtime: &Arc<dyn messaging::runtime::Runtime>) -> Broker {
//! #     Box::new(conformance::memory(Arc::clone(runtime)))
//! # }
//! # #[allow(clippy::disallowed_methods)]
//! # tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
//! # .block_on(async {
//! let runtime = messaging::runtime::tokio()?;
//! // In place of `broker`, what connects to yours: all drivers must reach the same broker.
//! let connect = broker(&runtime);
//! let env = Env::new(runtime, move || {
//!     let driver = connect();
//!     async move { Ok(driver) }
//! });
//! conformance::run_all(&env).await;
//! # Ok::<(), Error>(())
//! # }).unwrap();
//! ```
//!
//! What the cases declare stays on the broker if the driver lets it, as the queues of a topic do by
//! default with RabbitMQ: use a broker, or a virtual host, that is thrown away.

mod consuming;
mod ending;
mod env;
mod expiry;
mod routing;
mod settling;

use std::any::Any;
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};

pub use self::env::Env;
use super::Driver;
use crate::runtime::Runtime;

/// One thing that a driver must do.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What it must do, as an identifier.
    pub name: &'static str,
    run: fn(Env) -> BoxFuture<'static, ()>,
}

impl Case {
    /// Ends when the driver has done it.
    ///
    /// # Panics
    ///
    /// If it has not; the text says what was expected.
    pub async fn run(&self, env: &Env) {
        (self.run)(env.renamed()).await;
    }
}

/// Runs all cases, some at a time.
///
/// # Panics
///
/// If any case fails, once all have ended; the text names each that failed and what it expected.
pub async fn run_all(env: &Env) {
    const AT_ONCE: usize = 8;
    let mut running = Vec::new();
    for case in CASES {
        running.push(outcome(*case, (case.run)(env.renamed())).boxed());
    }
    let outcomes: Vec<_> = stream::iter(running).buffered(AT_ONCE).collect().await;
    let failed: Vec<_> = outcomes.into_iter().flatten().collect();
    let mut report = String::new();
    for (name, text) in &failed {
        let _ = write!(report, "\n{name}: {text}");
    }
    assert!(failed.is_empty(), "{} of {} cases failed:{report}", failed.len(), CASES.len());
}

/// A new broker in memory, and what connects to it.
pub fn memory(runtime: Arc<dyn Runtime>) -> impl Fn() -> Arc<dyn Driver> + Send + Sync + 'static {
    super::memory::private(runtime)
}

/// The name of a case and what it expected, if it failed.
async fn outcome(case: Case, run: BoxFuture<'static, ()>) -> Option<(&'static str, String)> {
    let panic = AssertUnwindSafe(run).catch_unwind().await.err()?;
    Some((case.name, text_of(&*panic).to_owned()))
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it panicked without a text")
}

macro_rules! cases {
    ($($file:ident { $($case:ident,)+ })+) => {
        /// All cases.
        pub const CASES: &[Case] = &[$($(
            Case { name: stringify!($case), run: |env| $file::$case(env).boxed() },
        )+)+];
    };
}

cases! {
    routing {
        a_message_arrives_with_its_body,
        bodies_may_be_large_or_empty,
        notes_arrive_with_their_message,
        a_message_to_a_server_reaches_that_server_alone,
        a_fanout_reaches_each_server_once,
        a_fanout_needs_nobody,
        a_mandatory_message_that_no_queue_takes_is_unroutable,
        a_message_that_is_not_mandatory_may_be_for_nobody,
        the_queues_of_a_server_outlive_it,
        exchanges_are_separate,
        an_inbox_gets_what_is_sent_to_it_alone,
        a_closed_inbox_takes_no_more,
        many_may_publish_at_once,
    }
    consuming {
        messages_of_a_queue_come_in_order,
        servers_of_a_topic_share_its_messages,
        prefetch_leaves_the_rest_to_others,
        acknowledging_makes_room_in_the_prefetch,
        next_may_be_dropped_without_loss,
        next_may_be_left_for_something_else_without_loss,
    }
    settling {
        what_was_not_settled_comes_back_after_close,
        what_was_not_settled_comes_back_after_drop,
        what_was_acknowledged_does_not_come_back,
        a_rejected_message_comes_back_if_asked_to,
        a_rejected_message_is_gone_otherwise,
        settling_after_close_is_an_error,
    }
    expiry {
        a_message_expires_while_it_waits,
        the_expiry_arrives_with_the_message,
    }
    ending {
        cancel_gives_back_what_was_not_given_out,
        what_was_given_out_can_be_settled_after_cancel,
        closing_the_driver_ends_its_consumers,
        closing_the_driver_gives_back_what_was_not_settled,
        a_closed_driver_says_so,
        closing_twice_is_closing_once,
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use super::*;
    use crate::{Error, ErrorKind};

    #[tokio::test(start_paused = true)]
    async fn all_cases_that_fail_are_reported_by_name() {
        let env = Env::new(crate::runtime::tokio().unwrap(), || async {
            Err(Error::new(ErrorKind::Connection, "nobody answers"))
        });
        // A task of any executor may run it.
        let running = run_all(&env).boxed();
        let panic = AssertUnwindSafe(running).catch_unwind().await.unwrap_err();
        let report = text_of(&*panic);
        let count = CASES.len();
        assert!(report.starts_with(&format!("{count} of {count} cases failed:\n")), "{report}");
        for case in CASES {
            let line = format!("\n{}: connecting failed: nobody answers", case.name);
            assert!(report.contains(&line), "{report}");
        }
    }
}
