#![doc = include_str!("../../docs/telemetry.md")]

mod client;
mod conventions;
mod server;
mod watched;
#[cfg(feature = "opentelemetry")]
mod meters;
#[cfg(feature = "opentelemetry")]
mod observed;
#[cfg(feature = "opentelemetry")]
mod propagation;

pub(crate) use client::{ClientCall, Verb};
#[cfg(feature = "opentelemetry")]
pub(crate) use conventions::metrics;
#[cfg(feature = "opentelemetry")]
pub use meters::install;
#[cfg(feature = "opentelemetry")]
pub(crate) use observed::{Observable, Observation, observe, retire};
pub(crate) use server::{Asked, ServedCall, refused};

/// Whether anybody may want to know: a subscriber of spans at their level, or a meter. Everything else
/// is asked after this, so that a call costs no more than it where nobody does.
fn anybody_looks() -> bool {
    #[cfg(feature = "opentelemetry")]
    if meters::is_installed() {
        return true;
    }
    tracing::level_filters::LevelFilter::current() >= tracing::Level::INFO
}
