//! Where the scheduler is served.

use messaging::Transport;

use crate::python::variable;

/// The broker of this run, as a transport URL.
pub(crate) fn rabbit() -> String {
    variable("MESSAGING_TEST_RABBIT")
}

/// A topic that no other test uses.
pub(crate) fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}

/// A bus of this process alone.
pub(crate) async fn memory() -> Transport {
    Transport::connect("memory://").await.expect("a bus in memory")
}
