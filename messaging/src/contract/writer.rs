//! How generated code tells the schemas of an API.

use std::fmt;

use super::errors::ErrorClasses;
use super::generators::{Generators, HasSchema};
use super::{Contract, ErrorSchema, MethodContract};
use crate::rpc::Reply;

/// What tells the schemas of an API; part of its descriptor.
///
/// It has no part in comparing descriptors: that two functions are the same one cannot be told.
#[derive(Clone, Copy, Default)]
pub(crate) struct Schemas(Option<fn(&mut SchemaWriter<'_>)>);

impl Schemas {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) const fn told_by(write: fn(&mut SchemaWriter<'_>)) -> Self {
        Self(Some(write))
    }

    /// Whether they are told by one function, so that they are the same. Those of a generic API
    /// are not. Where two functions are taken for another, work is done twice, and no more.
    pub(crate) fn are(self, other: Self) -> bool {
        match (self.0, other.0) {
            (Some(one), Some(two)) => std::ptr::fn_addr_eq(one, two),
            (one, two) => one.is_none() == two.is_none(),
        }
    }

    /// Adds them to the contract of the same API.
    pub(super) fn add_to(self, contract: &mut Contract) {
        let Self(Some(write)) = self else { return };
        let mut writer = SchemaWriter { contract, generators: Generators::new() };
        write(&mut writer);
        let SchemaWriter { contract, generators } = writer;
        contract.types = generators.into_types();
    }
}

impl PartialEq for Schemas {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Schemas {}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Schemas" } else { "none" })
    }
}

/// Takes the schemas of an API, method by method.
#[derive(Debug)]
pub struct SchemaWriter<'a> {
    contract: &'a mut Contract,
    generators: Generators,
}

impl SchemaWriter<'_> {
    /// The method of this name.
    pub fn method(&mut self, name: &str) -> MethodSchemas<'_> {
        let method = self.contract.methods.iter_mut().find(|method| method.name == name);
        MethodSchemas { generators: &mut self.generators, method }
    }
}

/// Takes the schemas of one method.
#[derive(Debug)]
pub struct MethodSchemas<'a> {
    generators: &'a mut Generators,
    method: Option<&'a mut MethodContract>,
}

impl MethodSchemas<'_> {
    /// The parameter of this name is a `T`.
    pub fn param<T: HasSchema>(&mut self, name: &str) {
        let params = self.method.iter_mut().flat_map(|method| &mut method.params);
        for param in params.filter(|param| param.name == name) {
            param.schema = self.generators.schema::<T>();
            param.nullable = self.generators.is_nullable::<T>();
        }
    }

    /// The method returns an `R`.
    pub fn reply<R: Reply>(&mut self)
    where
        R::Ok: HasSchema,
        R::Err: ErrorSchema,
    {
        if let Some(method) = &mut self.method {
            method.result = self.generators.schema::<R::Ok>();
            // What is not there without the feature is not there in part.
            method.errors =
                method.result.is_some().then(|| ErrorClasses::of::<R::Err>(self.generators));
        }
    }
}
