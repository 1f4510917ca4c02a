//! The judge of contracts: what it says of many changes, and that what it says is so.

mod apis;
mod changes;
mod types;
mod pairs;
mod shapes;
mod lock;
