//! How often a method may run, as types.

/// A method that may run at most once, so that nothing sends its message again.
#[derive(Clone, Copy, Debug)]
pub enum AtMostOnce {}

/// A method that may run more than once: `#[rpc(idempotent)]`, or what
/// [`RpcClient::call_idempotent`](super::RpcClient::call_idempotent) is told of.
#[derive(Clone, Copy, Debug)]
pub enum Idempotent {}

/// Methods that may run more than once, of which a call can be made again.
#[diagnostic::on_unimplemented(
    message = "a method that may run at most once is not called again",
    label = "its method is not idempotent",
    note = "write `#[rpc(idempotent)]` on the method if running it twice does no more than running \
            it once; by name, `RpcClient::call_idempotent` and `cast_idempotent` say so"
)]
pub trait MayRunAgain: sealed::Sealed {}

impl MayRunAgain for Idempotent {}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Idempotent {}
}
