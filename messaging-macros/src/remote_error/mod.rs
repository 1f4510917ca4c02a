//! The derive `RemoteError`: each variant becomes a class of exceptions.

mod model;
mod parse;
mod generate;
mod schema;
mod fallback;

pub(crate) use fallback::fallback;
pub(crate) use generate::generate;
pub(crate) use parse::parse;
