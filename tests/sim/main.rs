//! The seeded simulation: servers and clients on virtual time, over the driver in memory, while
//! everything fails that can fail, and a model that asks each history for what is promised.
//!
//! A **seed** is one story (`story`): three servers, four clients, a storm, its end, and a look at
//! what it left. The seed chooses the storm's faults (`weather`), when each strikes, what the
//! clients do (`clients`), how the servers live and die (`servers`), and which task runs next
//! ([`VirtualTime::seeded`](messaging::testing::VirtualTime::seeded)). It chooses all of that: the
//! same seed tells the same story, to the microsecond.
//!
//! What is simulated lies above the trait `Driver`. Between it and the broker stands `chaos`, which
//! is a network: what was written is on its way whatever becomes of its writer, connections are
//! lost with what they carried or after it arrived, acknowledgements are lost and nobody learns of
//! it, consumers of dead connections haunt the broker. `node` is a process that can be killed: all
//! its tasks stop where they are.
//!
//! What happened is written into a `ledger` outside of all that, by clients before and after each
//! operation and by handlers at their beginning and end. `model` judges it by the promises of
//! `messaging/docs/delivery.md`; where a gap is stated there, the model asks whether it was this
//! gap. `caught` shows that it finds what it looks for. `day` is one story that is 24 hours long.
//!
//! ```text
//! cargo test -p messaging-tests --test sim                     thousands of seeds
//! MESSAGING_SIM_SEED=7 cargo test -p messaging-tests --test sim every_promise -- --nocapture
//!                                                              one, with its history
//! MESSAGING_SIM_SEEDS=50000 MESSAGING_SIM_FIRST=3000 ..        a longer run, from 3000 on
//! ```
//!
//! A failure names the seed, the promise that is broken, and the history.
#![allow(clippy::disallowed_methods)] // real time bounds nothing here, and is only told
#![allow(clippy::print_stdout)] // what was counted is worth reading

mod api;
mod caught;
mod chaos;
mod clients;
mod day;
mod ledger;
mod model;
mod node;
mod seeds;
mod servers;
mod story;
mod weather;
mod world;
