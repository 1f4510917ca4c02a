//! What has been done when its future is made.

use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use crate::Error;

/// A future of what is done. Where that went well it takes no memory: a box of nothing is none.
pub(super) fn done<'a>(result: Result<(), Error>) -> BoxFuture<'a, Result<(), Error>> {
    match result {
        Ok(()) => Box::pin(Well),
        Err(error) => Box::pin(ready(Err(error))),
    }
}

struct Well;

impl Future for Well {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(()))
    }
}
