//! What calls over RabbitMQ aim at.

use super::{Case, Results};
use crate::bench::goal::Goal;
use crate::bench::record::Record;
use crate::bench::side::Side;
use crate::bench::spread::Spread;

/// Which load, what it is to be of the peer's calls by second.
const OF_OSLO: [(u32, u32, f64); 4] =
    [(64, 16, 20.0), (64, 128, 40.0), (1_024, 16, 16.0), (65_536, 16, 6.0)];

/// What ours is to be beside the floors and the peer: medians of the ratios of each round. Loads and
/// sides that were not measured are not judged.
pub(super) fn judge(results: &Results) -> Vec<Goal> {
    let floors = [Side::Lapin, Side::LapinConfirms, Side::LapinNoted];
    let mut goals: Vec<Goal> =
        floors.into_iter().flat_map(|floor| of_floor(results, floor)).collect();
    let small = [64, 1_024].into_iter().flat_map(|size| [16, 128].map(|callers| (size, callers)));
    goals.extend(small.filter_map(|(size, callers)| {
        let ratio = results.ratio(size, callers, Side::Wire, |it| it.rate)?;
        Some(Goal::at_least(named("calls/s", size, callers, Side::Wire), ratio, 0.5))
    }));
    goals.extend(of_oslo(results));
    goals
}

fn of_floor(results: &Results, floor: Side) -> Vec<Goal> {
    let mut goals = Vec::new();
    for size in [64, 1_024] {
        for callers in [16, 128] {
            let named = |what: &str| named(what, size, callers, floor);
            if let Some(ratio) = results.ratio(size, callers, floor, |it| it.rate) {
                goals.push(Goal::at_least(named("calls/s"), ratio, 0.95));
            }
            if let Some(ratio) = results.ratio(size, callers, floor, Record::cpu_of_ends) {
                goals.push(Goal::at_most(named("CPU of client and server"), ratio, 1.1));
            }
        }
        if let Some(ratio) = results.ratio(size, 1, floor, |it| it.p50) {
            goals.push(Goal::at_most(named("p50", size, 1, floor), ratio, 1.05));
        }
    }
    goals
}

fn of_oslo(results: &Results) -> Vec<Goal> {
    let rates = OF_OSLO.into_iter().filter_map(|(size, callers, bound)| {
        let ratio = results.ratio(size, callers, Side::Oslo, |it| it.rate)?;
        Some(Goal::at_least(named("calls/s", size, callers, Side::Oslo), ratio, bound))
    });
    let cpu = results.ratio(64, 16, Side::Oslo, Record::cpu_of_ends).map(|ratio| {
        Goal::at_most(named("CPU of client and server", 64, 16, Side::Oslo), ratio, 1.0 / 25.0)
    });
    let p50 = results
        .ratio(64, 1, Side::Oslo, |it| it.p50)
        .map(|ratio| Goal::at_most(named("p50", 64, 1, Side::Oslo), ratio, 0.2));
    rates.chain(cpu).chain(p50).collect()
}

fn named(what: &str, size: u32, callers: u32, of: Side) -> String {
    format!("{what} / {}, {size} B, c={callers}", of.name())
}

impl Results {
    /// What ours is of another side under one load.
    fn ratio(
        &self,
        size: u32,
        callers: u32,
        other: Side,
        measure: impl Fn(&Record) -> f64,
    ) -> Option<Spread> {
        let of = |side| self.of(Case { size, callers, side });
        Some(of(Side::Ours)?.ratio(of(other)?, measure))
    }
}
