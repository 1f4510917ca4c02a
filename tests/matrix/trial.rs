//! One thing that is tried.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use libtest_mimic::Failed;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::cases::Case;
use crate::options::Options;
use crate::table::Outcomes;
use crate::topology::{PARTS, compare, fixture, said};
use crate::world::World;

/// How long one may take; the first of each set of options waits for its servers.
const LIMIT: Duration = Duration::from_secs(120);

/// One thing that is tried.
#[derive(Clone, Copy)]
pub(crate) enum Trial {
    /// A case under a set of options.
    Case(Options, Case),
    /// What both declare under the options of a capture.
    Topology(&'static str),
}

impl Trial {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Case(options, case) => {
                format!("{}::{}::{}", options.name, case.direction, case.name)
            }
            Self::Topology(capture) => format!("topology::{capture}"),
        }
    }

    /// Tries it, and says what was expected, what was found, and what Python logged.
    pub(crate) fn run(
        &self,
        world: &World,
        runtime: &Handle,
        outcomes: &Outcomes,
    ) -> Result<(), Failed> {
        let trying = async {
            match self {
                Self::Case(options, case) => (case.run)(world.pair(*options).await).await,
                Self::Topology(capture) => topology(world, capture, outcomes).await,
            }
        };
        let trying = async { timeout(LIMIT, trying).await };
        let tried = catch_unwind(AssertUnwindSafe(|| runtime.block_on(trying)));
        let failed = match tried {
            Ok(Ok(())) => None,
            Ok(Err(_)) => Some(format!("it took longer than {LIMIT:?}")),
            Err(panic) => Some(said(panic)),
        };
        outcomes.note(self.name(), failed.is_none());
        match failed {
            None => Ok(()),
            Some(why) => Err(format!("{why}\n\n{}", world.log()).into()),
        }
    }
}

async fn topology(world: &World, capture: &'static str, outcomes: &Outcomes) {
    let held = world.topologies().held(capture).await;
    let held = held.unwrap_or_else(|why| panic!("the peers do not run side by side: {why}"));
    let differences = compare(held, &fixture(capture));
    for (part, difference) in PARTS.iter().zip(&differences) {
        outcomes.note(Outcomes::part(capture, part), difference.is_none());
    }
    let differences: Vec<String> = differences.into_iter().flatten().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
