//! Parameters that a call leaves out.

use std::fmt;
use std::marker::PhantomData;

/// Stands in a call for a parameter that is left out; [`omitted`] makes one.
pub struct Omitted<T>(PhantomData<fn() -> T>);

/// A parameter that the call of a pinned client leaves out: the server takes its default.
///
/// The clients of a literal version take it in place of each parameter that came after its method,
/// since older versions have no such parameter. See [`version!`](macro@crate::version).
#[must_use]
pub const fn omitted<T>() -> Omitted<T> {
    Omitted(PhantomData)
}

impl<T> fmt::Debug for Omitted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Omitted")
    }
}

/// The argument of a parameter of type `T` that came after its method, in the call of a pinned
/// client: a `T`, or [`omitted()`].
#[diagnostic::on_unimplemented(
    message = "expected an argument of type `{T}`, found `{Self}`",
    label = "expected `{T}`",
    note = "a client of a literal version takes a value of the parameter's own type, or \
            `messaging::omitted()`"
)]
pub trait Argument<T>: sealed::Sealed<T> {
    /// Whether it is given or left out, which versions have a say in.
    type Form;

    /// The value, unless it is left out.
    fn given(self) -> Option<T>;
}

mod sealed {
    pub trait Sealed<T> {}

    impl<T> Sealed<T> for T {}
    impl<T> Sealed<T> for super::Omitted<T> {}
}

/// The form of an argument that is given.
#[derive(Debug)]
pub enum Given {}

/// The form of one that is left out.
#[derive(Debug)]
pub enum LeftOut {}

impl<T> Argument<T> for T {
    type Form = Given;

    fn given(self) -> Option<T> {
        Some(self)
    }
}

impl<T> Argument<T> for Omitted<T> {
    type Form = LeftOut;

    fn given(self) -> Option<T> {
        None
    }
}
