//! What an error is, in our own nouns.

use syn::{Fields, Generics, Ident, Path};

/// The type that the derive stands on.
pub(crate) struct RemoteError<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    /// Where the runtime crate is; none means `::messaging`.
    pub(crate) root: Option<Path>,
    pub(super) classes: Vec<Class<'a>>,
}

/// A variant, or the struct itself: one class of exceptions.
pub(super) struct Class<'a> {
    /// The variant; none for a struct.
    pub(super) variant: Option<&'a Ident>,
    pub(super) fields: &'a Fields,
    pub(super) class: String,
    /// None means the module of the user's code.
    pub(super) module: Option<String>,
}
