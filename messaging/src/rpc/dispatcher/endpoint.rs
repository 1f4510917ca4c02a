//! What a dispatcher asks.

use futures_util::future::BoxFuture;
use serde::Serialize;

use super::Invocation;
use crate::{ApiDescriptor, Failure};

/// An API, served. `#[rpc_api]` generates one for each trait; write one by hand to serve methods
/// that are known at run time only:
///
/// ```
/// use messaging::{
///     Answer, ApiDescriptor, Endpoint, Handled, Invocation, MethodDescriptor, Unpack, Version,
/// };
/// use serde_json::value::RawValue;
///
/// /// Answers every method with its arguments.
/// struct Echo;
///
/// impl Endpoint for Echo {
///     fn api(&self) -> ApiDescriptor {
///         ApiDescriptor::new("Echo", Version::new(1, 0), &[MethodDescriptor::ANY])
///     }
///
///     fn handle(&self, invocation: Invocation) -> Handled {
///         Box::pin(async move {
///             let arguments: Box<RawValue> = Unpack::new(invocation).take_rest()?;
///             Answer::new(&arguments)
///         })
///     }
/// }
/// ```
pub trait Endpoint: Send + Sync + 'static {
    /// What is served: the namespace, the version, and the methods by name.
    ///
    /// It is asked once, when the server is made.
    fn api(&self) -> ApiDescriptor;

    /// Runs one method of [`api`](Self::api).
    fn handle(&self, invocation: Invocation) -> Handled;
}

/// A method that runs, to its answer.
pub type Handled = BoxFuture<'static, Result<Answer, Failure>>;

/// The result of a method, as JSON.
#[derive(Clone, Debug)]
pub struct Answer(pub(crate) String);

impl Answer {
    /// The answer `value`.
    ///
    /// # Errors
    ///
    /// A failure that says so, for the caller, if `value` cannot be written as JSON.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, Failure> {
        serde_json::to_string(value).map(Self).map_err(|error| {
            Failure::new(
                "builtins",
                "TypeError",
                format!(
                    "the result, a `{}`, cannot be written as JSON: {error}",
                    std::any::type_name::<T>()
                ),
            )
        })
    }
}
