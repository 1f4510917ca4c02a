//! Whether a reader accepts everything that a writer writes, by their JSON schemas.
//!
//! A schema is taken apart into shapes, its alternatives; each of the writer's has to fit into one
//! of the reader's. What cannot be told is said so, never passed over.

mod budget;
mod side;
mod shape;
mod apart;
mod both;
mod fits;
mod members;
mod lists;
mod scalars;
mod words;

pub(super) use budget::{Budget, nodes};
pub(super) use fits::{Finding, fits};
pub(super) use side::{Half, Side};
pub(super) use words::{differences, is_same};
