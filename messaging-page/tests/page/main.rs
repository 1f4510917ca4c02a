//! The page of an API, in a real browser and over HTTP, and what else is made of a contract.

mod asyncapi;
mod browser;
mod buses;
mod hostile;
mod http;
mod python;
mod scheduler;
mod snippets;
