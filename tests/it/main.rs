//! Behaviour, seen through the public surface alone. What does not depend on the driver runs on
//! both: in memory, and over a RabbitMQ that `cargo xtask test` starts.

mod api;
mod bad_input;
mod bus;
mod busy;
mod faulty;
mod calls;
mod cancelling;
mod casts;
mod connecting;
mod context;
mod delivery;
mod errors;
mod explained;
mod gated;
mod gather;
mod handover;
mod health;
mod introspection;
mod journals;
mod lifecycle;
mod local;
mod log;
mod majors;
mod mocks;
mod negotiate;
mod prepare;
mod retrying;
mod rude;
mod runtimes;
mod serving;
mod signs;
mod timeouts;
mod versions;
mod virtual_time;
