//! What the compiler checks of a client of a literal version, and what it says.
//!
//! The macro implements [`Has`] for each version that has what came with another, and bounds by it
//! what came later. The words of the errors are here: code in a module without a prelude cannot
//! have the attribute that gives them.

use super::{AnyVersion, Given, LeftOut};

/// A version of `Api` that has `Method`, which came with `Since`.
#[diagnostic::on_unimplemented(
    message = "method `{Method}` needs version {Since}, and this client is pinned to {Self}",
    label = "has no method `{Method}`, which came with {Since}",
    note = "prepare a client for {Since} once all servers have it; or let \
            `.version(version!(..).version())` forget the literal, and ask `can_send` at run time",
    note = "a version above the API's own, or of another major, has nothing"
)]
pub trait Has<Api, Since, Method> {}

/// It is asked at run time.
impl<Api, Since, Method> Has<Api, Since, Method> for AnyVersion {}

/// A form in which a client of `Version` takes `Parameter`, which came with `Since`, after its
/// method.
#[diagnostic::on_unimplemented(
    message = "parameter `{Parameter}` of method `{Method}` needs version {Since}, and this client \
               is pinned to {Version}",
    label = "came with {Since}",
    note = "leave it out with `messaging::omitted()`, so that the server takes its default; or \
            prepare a client for {Since} once all servers have it"
)]
pub trait Takes<Version, Api, Since, Method, Parameter> {}

#[diagnostic::do_not_recommend]
impl<Version: Has<Api, Since, Method>, Api, Since, Method, Parameter>
    Takes<Version, Api, Since, Method, Parameter> for Given
{
}

impl<Version, Api, Since, Method, Parameter> Takes<Version, Api, Since, Method, Parameter>
    for LeftOut
{
}
