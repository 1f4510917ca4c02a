//! Everything that generated code touches. Not for use by hand: it may change with any release.

use std::fmt;
use std::future::{Future, ready};

use serde_json::Value;
use tokio::sync::oneshot;

pub use std::sync::Arc;

pub use crate::contract::{ErrorClasses, ErrorSchema};
pub use crate::pinned::{Has, Takes, major, minor};
pub use crate::rpc::client::{ClientCore, FromCore, Pack};
pub use crate::rpc::dispatcher::{Handled, Unpack};
pub use crate::rpc::local::Serves;

/// Whether schemas can be made: whether the feature `schema` is on.
pub const HAS_SCHEMAS: bool = cfg!(feature = "schema");

use crate::error::Origin;
use crate::rpc::Reply;
use crate::rpc::dispatcher::no_such_method;
use crate::runtime::Runtime;
use crate::{Answer, Context};
pub use crate::{
    AnyVersion, ApiDescriptor, Argument, Call, Cast, Endpoint, Failure, Idempotent, Invocation,
    MethodDescriptor, ParamDescriptor, Pin, Pinned, Proxy, RemoteError, Version,
};

/// What a trait may take as its context: by reference, or by value.
#[diagnostic::on_unimplemented(
    message = "the first argument after `&self` is the context, not `{Self}`: write \
               `ctx: &Context` before all others",
    label = "this is where the context belongs"
)]
pub trait ContextArgument<'a>: Sized {
    /// The argument made of the context of one request.
    fn of(ctx: &'a Context) -> Self;
}

impl<'a> ContextArgument<'a> for &'a Context {
    fn of(ctx: &'a Context) -> Self {
        ctx
    }
}

impl<'a> ContextArgument<'a> for Context {
    fn of(ctx: &'a Context) -> Self {
        ctx.clone()
    }
}

/// The context as the method takes it.
#[must_use]
pub fn context_as<'a, T: ContextArgument<'a>>(ctx: &'a Context) -> T {
    T::of(ctx)
}

/// A method that runs, or what is wrong with its request.
pub type Begun = Result<Handled, Failure>;

/// Takes a request apart and runs its method; or answers what is wrong with it.
pub fn handled(invocation: Invocation, method: impl FnOnce(Unpack) -> Begun) -> Handled {
    method(Unpack::new(invocation)).unwrap_or_else(refused)
}

fn refused(failure: Failure) -> Handled {
    Box::pin(ready(Err(failure)))
}

/// A method that runs, to its answer.
#[allow(clippy::unnecessary_wraps, reason = "it ends a function that fails elsewhere")]
pub fn future_of(method: impl Future<Output = Result<Answer, Failure>> + Send + 'static) -> Begun {
    Ok(Box::pin(method))
}

/// What stands in place of code beside an error of the macro's, so that its users are not told of
/// the error once more.
pub fn absent() -> ! {
    unreachable!("it stands beside a compile error, so it is never built")
}

/// What a method that is called answers.
pub fn reply<R: Reply>(returned: R) -> Result<Answer, Failure> {
    match returned.into_result() {
        Ok(result) => Answer::new(&result),
        Err(error) => Err(RemoteError::to_failure(&error).of(Origin::Method)),
    }
}

/// What a cast answers: nothing, which travels as null to a peer that called it.
pub fn no_reply() -> Result<Answer, Failure> {
    Answer::new(&())
}

/// What a method that is not the endpoint's answers.
pub fn unknown(unpack: &Unpack) -> Begun {
    Err(no_such_method(unpack.namespace(), unpack.method()))
}

/// Runs a method that blocks on a thread where that is allowed.
#[allow(clippy::unnecessary_wraps, reason = "as that of `future_of`")]
pub fn blocking(
    runtime: Arc<dyn Runtime>,
    method: impl FnOnce() -> Result<Answer, Failure> + Send + 'static,
) -> Begun {
    Ok(Box::pin(elsewhere(runtime, Box::new(method))))
}

async fn elsewhere(
    runtime: Arc<dyn Runtime>,
    method: Box<dyn FnOnce() -> Result<Answer, Failure> + Send>,
) -> Result<Answer, Failure> {
    if crate::rpc::server::may_block() {
        return crate::rpc::server::catch_panic(method).unwrap_or_else(Err);
    }
    let (sender, receiver) = oneshot::channel();
    runtime.spawn_blocking(Box::new(move || {
        let answer = crate::rpc::server::catch_panic(method);
        // Nobody listens any more when the server was shut down meanwhile.
        let _ = sender.send(answer);
    }));
    match receiver.await {
        Ok(answer) => answer.unwrap_or_else(Err),
        Err(_) => Err(crate::rpc::server::shutting_down()),
    }
}

/// The message of an error.
pub fn message<E: fmt::Display + ?Sized>(error: &E) -> String {
    error.to_string()
}

/// The module of an error's class: the path of a Rust module, written as Python writes it.
#[must_use]
pub fn module(path: &str) -> String {
    path.replace("::", ".").replace("r#", "")
}

/// Whether the path of a module can be told from one which a Python service marked: the suffix
/// is taken off on the way in (wire document, section 11).
#[must_use]
pub const fn is_own_module(path: &str) -> bool {
    let (mut path, mut mark) = (path.as_bytes(), b"_Remote".as_slice());
    while let ([path_rest @ .., in_path], [mark_rest @ .., in_mark]) = (path, mark) {
        if *in_path != *in_mark {
            return true;
        }
        (path, mark) = (path_rest, mark_rest);
    }
    !mark.is_empty()
}

/// A field of an error on its way out; none if it cannot be written as JSON.
pub fn to_value<T: serde::Serialize + ?Sized>(field: &T) -> Option<Value> {
    serde_json::to_value(field).ok()
}

/// The failure with these arguments; with its message alone, if one of them cannot be written.
#[must_use]
pub fn positional<const N: usize>(failure: Failure, args: [Option<Value>; N]) -> Failure {
    match args.into_iter().collect() {
        Some(args) => failure.with_args(args),
        None => failure,
    }
}

/// The same for arguments that have names.
#[must_use]
pub fn named<const N: usize>(
    failure: Failure,
    kwargs: [(&'static str, Option<Value>); N],
) -> Failure {
    let pairs = kwargs.into_iter().map(|(name, value)| Some((name.to_owned(), value?)));
    match pairs.collect() {
        Some(kwargs) => failure.with_args(Vec::new()).with_kwargs(kwargs),
        None => failure,
    }
}

/// A field of an error on its way in.
#[must_use]
pub fn field<T: serde::de::DeserializeOwned>(given: Option<&Value>) -> Option<T> {
    T::deserialize(given?).ok()
}

/// The same for a field that may be left out.
pub fn field_or<T: serde::de::DeserializeOwned>(
    given: Option<&Value>,
    default: impl FnOnce() -> T,
) -> Option<T> {
    match given {
        Some(given) => T::deserialize(given).ok(),
        None => Some(default()),
    }
}

/// A field that never travels.
pub fn left_out<T>(default: impl FnOnce() -> T) -> T {
    default()
}
