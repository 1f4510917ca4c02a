#![doc = include_str!("../../docs/contract.md")]

mod model;
mod schema;
mod text;
mod generators;
mod errors;
mod writer;
mod docs;
mod fingerprint;
mod hash;
mod judge;
mod compare;
mod lock;
mod check;
#[cfg(test)]
mod tests;

pub use check::{CheckError, accept, check, write};
pub use compare::{Change, Effect, Needs, Report, Verdict, compare};
pub use errors::{ErrorClass, ErrorClasses, ErrorSchema};
pub use generators::HasSchema;
pub use lock::{Comparison, Lock};
pub use model::{Contract, ErrorContract, Errors, FieldContract, MethodContract, ParamContract};
pub use schema::Schema;

pub(crate) use fingerprint::Fingerprint;
use judge::nodes;
pub(crate) use writer::Schemas;
#[doc(hidden)]
pub use writer::{MethodSchemas, SchemaWriter};
