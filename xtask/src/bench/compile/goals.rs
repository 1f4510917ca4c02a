//! What is aimed at.

use serde::Serialize;

use super::results::{Measure, Results};
use super::stage::Stage;
use super::subject::Kind;

/// How many times the rebuild of the plain trait ours may take.
const OF_PLAIN: f64 = 1.5;

/// How much of what tarpc's macro costs over plain code ours may cost.
const OF_TARPC: f64 = 0.6;

/// A ratio, and what it may be at most.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) what: String,
    pub(super) ratio: f64,
    pub(super) at_most: f64,
}

impl Verdict {
    pub(super) fn is_met(&self) -> bool {
        self.ratio <= self.at_most
    }
}

/// What is compared with tarpc.
pub(super) const COMPARED: [Measure; 7] = [
    Measure::Cpu(Stage::CheckClean),
    Measure::Cpu(Stage::CheckIncremental),
    Measure::Cpu(Stage::DebugClean),
    Measure::Cpu(Stage::DebugIncremental),
    Measure::Cpu(Stage::ReleaseClean),
    Measure::Lines,
    Measure::Bytes,
];

/// Each goal and how near we are. Processor time counts, since a machine with other work to do
/// disturbs it least.
pub(super) fn judge(results: &Results) -> Vec<Verdict> {
    let rebuilds = Stage::ALL.into_iter().filter(|stage| stage.is_incremental()).map(|stage| {
        let of = |kind| results.of(Measure::Cpu(stage), kind, results.methods).median;
        Verdict {
            what: format!("{}, of the plain trait's", stage.name()),
            ratio: of(Kind::Messaging) / of(Kind::Plain),
            at_most: OF_PLAIN,
        }
    });
    let costs = COMPARED.into_iter().map(|measure| {
        let [ours, tarpc] =
            [Kind::Messaging, Kind::Tarpc].map(|kind| results.over_plain(measure, kind));
        Verdict {
            what: format!("{} over plain code, of tarpc's", measure.name()),
            ratio: ours / tarpc,
            at_most: OF_TARPC,
        }
    });
    rebuilds.chain(costs).collect()
}

impl Measure {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cpu(stage) => stage.name(),
            Self::Lines => "expanded lines",
            Self::Bytes => "stripped binary",
        }
    }
}
