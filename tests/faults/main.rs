//! What is left after a fault: processes die by SIGKILL, the broker too, connections are cut.
//! `messaging/docs/delivery.md` says what is promised, and names the test that holds it.
#![allow(clippy::disallowed_methods)] // tests run on tokio, and may say so
#![allow(clippy::print_stdout)] // what was counted is worth reading

#[allow(dead_code)] // the driver's own tests use the rest
#[path = "../rabbit/broker.rs"]
mod broker;
mod casts;
mod clients;
mod fanouts;
mod node;
mod process;
#[allow(dead_code)] // likewise
#[path = "../rabbit/proxy.rs"]
mod proxy;
mod queue;
mod servers;
mod storm;
mod work;
mod worker;
