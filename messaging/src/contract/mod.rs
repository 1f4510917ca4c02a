//! An API as data that can be written down, sent and compared.

mod model;
mod schema;
mod text;
mod generators;
mod errors;
mod writer;
mod docs;
mod hash;
#[cfg(test)]
mod tests;

pub use errors::{ErrorClass, ErrorClasses, ErrorSchema};
pub use generators::HasSchema;
pub use model::{Contract, ErrorContract, Errors, FieldContract, MethodContract, ParamContract};
pub use schema::Schema;

pub(crate) use writer::Schemas;
#[doc(hidden)]
pub use writer::{MethodSchemas, SchemaWriter};
