//! A panic in a handler is an error reply and nothing else.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;

use super::MODULE;
use crate::Failure;
use crate::error::Origin;

/// Runs `work`; if it panics, what to answer.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Failure> {
    // Whatever the handler shares with others is the user's, who sees the panic as a reply.
    catch_unwind(AssertUnwindSafe(work)).map_err(panicked)
}

/// Runs `work`; if it panics, what to answer.
pub(crate) fn catch_panic_in<F: Future>(
    work: F,
) -> impl Future<Output = Result<F::Output, Failure>> + use<F> {
    AssertUnwindSafe(work).catch_unwind().map(|caught| caught.map_err(panicked))
}

/// The text of the panic goes to the log of this server, not to the peer.
fn panicked(panic: Box<dyn Any + Send>) -> Failure {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
        .to_owned();
    tracing::error!(panic = text, "a handler panicked");
    quietly(|| drop(panic));
    let text = "the handler panicked; see the server's log";
    Failure::new(MODULE, "HandlerPanicked", text).of(Origin::Panic)
}

/// Drops what a handler left behind; that this panics is the handler's doing as well.
pub(super) fn quietly(drop: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(drop)) {
        // One that panics when it is dropped is not tried again.
        std::mem::forget(panic);
    }
}
