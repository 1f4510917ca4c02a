//! What is tried under every set of options: a file for each side of it, which has both directions.

use std::pin::Pin;

use crate::pair::Pair;

/// A way in which the two peers meet.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// Who calls whom.
    pub(crate) direction: &'static str,
    /// What holds.
    pub(crate) name: &'static str,
    /// Shows it, or panics.
    pub(crate) run: for<'a> fn(&'a Pair) -> Pin<Box<dyn Future<Output = ()> + 'a>>,
}

/// The topic that Python serves, and the name of its one server.
pub(crate) const PYTHON: &str = "python";

/// The topic that Rust serves, and the name of its one server.
pub(crate) const RUST: &str = "rust";

/// The topic that one server of each serves, by the names [`PYTHON`] and [`RUST`].
pub(crate) const BOTH: &str = "both";

/// Every case.
pub(crate) fn all() -> impl Iterator<Item = Case> {
    let all = [
        values::CASES,
        bodies::CASES,
        reaching::CASES,
        context::CASES,
        versions::CASES,
        refusals::CASES,
        failures::CASES,
        time::CASES,
        delivery::CASES,
        probes::CASES,
        shared::CASES,
    ];
    all.into_iter().flatten().copied()
}

/// The functions named, by the module that is their direction.
macro_rules! cases {
    ($($direction:ident: [$($name:ident),+ $(,)?])+) => {
        pub(crate) const CASES: &[Case] = &[$($(Case {
            direction: stringify!($direction),
            name: stringify!($name),
            run: |pair| Box::pin($direction::$name(pair)),
        }),+),+];
    };
}

/// Text that no other cast has.
pub(crate) fn unique(what: &str) -> String {
    format!("{what} {}", uuid::Uuid::new_v4().simple())
}

mod values;
mod bodies;
mod reaching;
mod context;
mod versions;
mod refusals;
mod failures;
mod time;
mod delivery;
mod probes;
mod shared;
