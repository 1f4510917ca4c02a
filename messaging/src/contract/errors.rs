//! What an error type says of the failures that it becomes.

use std::convert::Infallible;

use super::generators::{Generators, HasSchema};
use super::{ErrorContract, Errors, FieldContract};
use crate::Failure;

/// The classes that an error becomes, with the schemas of their fields: for an API with the key
/// `schema`.
///
/// `#[remote(schema)]` on a type that derives `RemoteError` implements it.
#[diagnostic::on_unimplemented(
    message = "the error `{Self}` does not tell its classes, which the key `schema` asks for",
    note = "write `#[remote(schema)]` beside `#[derive(messaging::RemoteError)]` on it, or leave \
            the key `schema` out"
)]
pub trait ErrorSchema {
    /// Adds each class.
    fn describe(classes: &mut ErrorClasses<'_>);
}

/// The classes of an error as they are added.
#[derive(Debug)]
pub struct ErrorClasses<'a> {
    generators: &'a mut Generators,
    errors: Errors,
}

impl<'a> ErrorClasses<'a> {
    pub(super) fn of<E: ErrorSchema>(generators: &'a mut Generators) -> Errors {
        let mut classes = Self { generators, errors: Errors::Classes(Vec::new()) };
        E::describe(&mut classes);
        classes.errors
    }

    /// Any class: what the type holds is the failure itself.
    pub fn any(&mut self) {
        self.errors = Errors::Any;
    }

    /// Adds the class `class` of the module `module`; what it returns takes its fields.
    pub fn class(&mut self, module: impl Into<String>, class: impl Into<String>) -> ErrorClass<'_> {
        let contract = ErrorContract {
            module: module.into(),
            class: class.into(),
            args: Vec::new(),
            kwargs: std::collections::BTreeMap::new(),
        };
        let class = match &mut self.errors {
            Errors::Any => None,
            Errors::Classes(classes) => {
                classes.push(contract);
                classes.last_mut()
            }
        };
        ErrorClass { generators: self.generators, class }
    }
}

/// One class as its fields are added.
#[derive(Debug)]
pub struct ErrorClass<'a> {
    generators: &'a mut Generators,
    class: Option<&'a mut ErrorContract>,
}

impl ErrorClass<'_> {
    /// Adds an argument by position; with `optional` a failure may come without it.
    pub fn arg<T: HasSchema>(&mut self, optional: bool) -> &mut Self {
        if let (Some(class), Some(schema)) = (&mut self.class, self.generators.schema::<T>()) {
            class.args.push(FieldContract { optional, schema });
        }
        self
    }

    /// Adds an argument by name; with `optional` a failure may come without it.
    pub fn kwarg<T: HasSchema>(&mut self, name: impl Into<String>, optional: bool) -> &mut Self {
        if let (Some(class), Some(schema)) = (&mut self.class, self.generators.schema::<T>()) {
            class.kwargs.insert(name.into(), FieldContract { optional, schema });
        }
        self
    }
}

impl ErrorSchema for Failure {
    fn describe(classes: &mut ErrorClasses<'_>) {
        classes.any();
    }
}

impl ErrorSchema for Infallible {
    fn describe(_: &mut ErrorClasses<'_>) {}
}

/// Of its failure only the message is read, which every failure has.
impl ErrorSchema for String {
    fn describe(classes: &mut ErrorClasses<'_>) {
        classes.class("builtins", "RuntimeError");
    }
}
