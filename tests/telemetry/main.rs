//! Traces and metrics as they are exported, and the probes as they are asked: over real sockets, in
//! the protocols of OpenTelemetry and Prometheus, with the real oslo.messaging in the middle.

mod bus;
mod echo;
#[path = "../interop/events.rs"]
mod events;
mod get;
mod metrics;
mod probes;
#[allow(dead_code, reason = "the interop tests use the rest")]
#[path = "../interop/python.rs"]
mod python;
mod receiver;
mod traces;
