//! What is aimed at.

use super::results::{Measure, Results};
use super::stage::Stage;
use super::subject::Kind;
use crate::bench::goal::Goal;

/// How many times the rebuild of the plain trait ours may take.
const OF_PLAIN: f64 = 1.5;

/// How much of what tarpc's macro costs over plain code ours may cost.
const OF_TARPC: f64 = 0.6;

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
pub(super) fn judge(results: &Results) -> Vec<Goal> {
    let rebuilds = Stage::ALL.into_iter().filter(|stage| stage.is_incremental()).map(|stage| {
        let of = |kind| results.of(Measure::Cpu(stage), kind, results.methods).median;
        let ratio = of(Kind::Messaging) / of(Kind::Plain);
        Goal::at_most(format!("{}, of the plain trait's", stage.name()), ratio, OF_PLAIN)
    });
    let costs = COMPARED.into_iter().map(|measure| {
        let [ours, tarpc] =
            [Kind::Messaging, Kind::Tarpc].map(|kind| results.over_plain(measure, kind));
        let what = format!("{} over plain code, of tarpc's", measure.name());
        Goal::at_most(what, ours / tarpc, OF_TARPC)
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
