//! What a method may return.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::RemoteError;

/// What a method that is called may return: `Result<T, E>`, also under another name.
///
/// `T` travels as JSON, `E` as a failure. A method that answers nothing is a `cast`.
#[diagnostic::on_unimplemented(
    message = "a method that is called must return `Result<T, E>`, not `{Self}`",
    note = "`T` must implement serde's `Serialize` and `Deserialize`, `E` must implement \
            `messaging::RemoteError`; a method that answers nothing is marked `#[rpc(cast)]`"
)]
pub trait Reply: Send + 'static {
    /// The result.
    type Ok: Serialize + DeserializeOwned + Send + 'static;
    /// The method's own error.
    type Err: RemoteError;

    /// As the `Result` that it is.
    fn into_result(self) -> Result<Self::Ok, Self::Err>;
}

impl<T, E> Reply for Result<T, E>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    E: RemoteError,
{
    type Ok = T;
    type Err = E;

    fn into_result(self) -> Result<T, E> {
        self
    }
}
