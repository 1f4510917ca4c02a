//! Which endpoint serves an implementation.

use crate::Endpoint;

/// Clients whose API is what `T` implements. `#[rpc_api]` implements it for each client.
#[diagnostic::on_unimplemented(
    message = "`{T}` does not implement the API of `{Self}`",
    note = "implement the trait that `{Self}` was made of for `{T}`, which must be `Send`, `Sync` \
            and `'static`; one in an `Arc` goes to `LocalServer`, as an endpoint made by `from_arc`"
)]
pub trait Serves<T> {
    /// What serves it.
    type Endpoint: Endpoint;

    /// Serves `implementation`.
    fn endpoint(implementation: T) -> Self::Endpoint;
}
