//! An API as data that can be written down, sent and compared.

mod model;
mod schema;
mod text;
mod docs;
mod hash;
#[cfg(test)]
mod tests;

pub use model::{Contract, ErrorContract, Errors, FieldContract, MethodContract, ParamContract};
pub use schema::Schema;
