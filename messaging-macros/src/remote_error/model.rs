//! What an error is, in our own nouns.

use proc_macro2::Span;
use syn::{Fields, Generics, Ident, Member, Path, Type};

use crate::model::ParamDefault;

/// The type that the derive stands on.
pub(crate) struct RemoteError<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    /// Where the runtime crate is; none means `::messaging`.
    pub(crate) root: Option<Path>,
    /// Where `schema` asks for the schemas of the fields.
    pub(super) schema: Option<Span>,
    pub(super) classes: Vec<Class<'a>>,
}

/// A variant, or the struct itself: one class of exceptions.
pub(super) struct Class<'a> {
    /// The variant; none for a struct.
    pub(super) variant: Option<&'a Ident>,
    /// Which kind of fields it has; what they are is in `fields`.
    pub(super) kind: &'a Fields,
    pub(super) fields: Vec<Field<'a>>,
    pub(super) class: String,
    /// None means the module of the user's code.
    pub(super) module: Option<String>,
}

/// A field: one argument of the exception.
pub(super) struct Field<'a> {
    pub(super) member: Member,
    pub(super) ty: &'a Type,
    /// Its name on the wire; the fields of a tuple go by position.
    pub(super) name: String,
    /// Whether it stays at home.
    pub(super) skip: bool,
    pub(super) default: Option<ParamDefault>,
}
