//! Rounds in which the cases take turns.

use serde::Serialize;

use super::record::Record;
use super::spread::Spread;
use crate::failure::Result;

/// How many processors may work for others before a run is marked.
const NOISE: f64 = 0.2;

/// How many clean runs there must be, so that the marked ones are left out.
const ENOUGH: usize = 2;

/// How often and how long.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Effort {
    /// How often everything is measured; the medians count.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// How long each run is measured, in milliseconds.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) measure: u64,
    /// How long each run goes before it is measured, in milliseconds.
    #[arg(long, default_value_t = 500)]
    pub(crate) warm: u64,
}

/// One run of a case.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Run {
    #[serde(flatten)]
    pub(crate) record: Record,
    /// Whether others kept the machine so busy that it says little.
    pub(crate) marked: bool,
}

/// The runs of a case, one for each round.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Runs(Vec<Run>);

/// Runs the cases in turn, A B C A B C, so that whatever else the machine does befalls all of them.
/// A run that is marked is repeated once, and the quieter of the two counts.
pub(crate) fn interleaved<C>(
    rounds: u32,
    cases: &[C],
    mut run: impl FnMut(&C) -> Result<Record>,
) -> Result<Vec<Runs>> {
    let mut all = vec![Runs::default(); cases.len()];
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        for (case, runs) in cases.iter().zip(&mut all) {
            let mut record = run(case)?;
            if record.noise() > NOISE {
                let again = run(case)?;
                if again.noise() < record.noise() {
                    record = again;
                }
            }
            runs.add(record);
        }
    }
    Ok(all)
}

impl Runs {
    fn add(&mut self, record: Record) {
        let marked = record.noise() > NOISE;
        self.0.push(Run { record, marked });
    }

    /// What was measured, over the runs that count.
    pub(crate) fn of(&self, measure: impl Fn(&Record) -> f64) -> Spread {
        Spread::of(counted(self.0.iter().map(|run| (measure(&run.record), run.marked))))
    }

    /// What was measured divided by what was of `floor` in the same round, over the rounds that
    /// count: those in which neither run is marked, where there are enough.
    pub(crate) fn ratio(&self, floor: &Self, measure: impl Fn(&Record) -> f64) -> Spread {
        let rounds = self.0.iter().zip(&floor.0);
        Spread::of(counted(rounds.map(|(ours, floor)| {
            let ratio = measure(&ours.record) / measure(&floor.record);
            (ratio, ours.marked || floor.marked)
        })))
    }

    /// Whether runs that are marked count, since too few are not.
    pub(crate) fn rests_on_marked(&self) -> bool {
        let clean = self.0.iter().filter(|run| !run.marked).count();
        clean < ENOUGH && clean < self.0.len()
    }
}

/// Those that are not marked, if they are enough; else all.
fn counted(measured: impl Iterator<Item = (f64, bool)>) -> Vec<f64> {
    let all: Vec<_> = measured.collect();
    let clean: Vec<f64> = all.iter().filter(|it| !it.1).map(|it| it.0).collect();
    if clean.len() >= ENOUGH { clean } else { all.into_iter().map(|it| it.0).collect() }
}

/// What the machine did beside the runs, in a sentence.
pub(crate) fn noise<'a>(all: impl IntoIterator<Item = &'a Runs>) -> String {
    let all: Vec<&Runs> = all.into_iter().collect();
    let runs = || all.iter().flat_map(|runs| &runs.0);
    let foreign = Spread::of(runs().map(|run| run.record.foreign));
    let stolen = Spread::of(runs().map(|run| run.record.stolen));
    let (count, marked) = (runs().count(), runs().filter(|run| run.marked).count());
    let errors: u64 = runs().map(|run| run.record.errors).sum();
    format!(
        "Others kept {:.2} processors busy ({:.2}-{:.2}) and the hypervisor took {:.2} \
         ({:.2}-{:.2}); {marked} of {count} runs are marked (`*`: more than {NOISE} of both), and \
         left out where {ENOUGH} others are not. {errors} calls failed.",
        foreign.median, foreign.least, foreign.most, stolen.median, stolen.least, stolen.most,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(rate: f64, foreign: f64) -> Record {
        Record { rate, foreign, ..Record::default() }
    }

    fn runs(of: &[(f64, f64)]) -> Runs {
        let mut runs = Runs::default();
        of.iter().for_each(|(rate, foreign)| runs.add(record(*rate, *foreign)));
        runs
    }

    #[test]
    fn cases_take_turns_and_a_noisy_run_is_repeated_once() {
        let mut told = Vec::new();
        let mut noises = [0.0, 0.5, 0.1, 0.0, 0.9, 0.7].into_iter();
        let all = interleaved(2, &["a", "b"], |case| {
            told.push(*case);
            Ok(record(1.0, noises.next().expect("no more runs than that")))
        });
        let all = all.expect("all runs");
        assert_eq!(told, ["a", "b", "b", "a", "b", "b"]);
        assert_eq!((all[0].rests_on_marked(), all[1].rests_on_marked()), (false, true));
        assert!((all[1].0[1].record.foreign - 0.7).abs() < 1e-9, "the quieter one counts");
    }

    #[test]
    fn marked_runs_count_only_where_too_few_are_clean() {
        let two_clean = runs(&[(1.0, 0.0), (3.0, 0.1), (100.0, 1.0)]);
        assert!(!two_clean.rests_on_marked());
        assert!((two_clean.of(|it| it.rate).median - 2.0).abs() < 1e-9);
        let one_clean = runs(&[(1.0, 0.0), (3.0, 0.5), (100.0, 1.0)]);
        assert!((one_clean.of(|it| it.rate).median - 3.0).abs() < 1e-9);
    }

    #[test]
    fn ratios_are_of_one_round_each_and_their_median_counts() {
        // Medians divided would give 1.
        let ours = runs(&[(1.0, 0.0), (2.0, 0.0), (9.0, 0.0)]);
        let floor = runs(&[(2.0, 0.0), (4.0, 0.0), (1.0, 0.0)]);
        assert!((ours.ratio(&floor, |it| it.rate).median - 0.5).abs() < 1e-9);
        // A round counts only if both were quiet.
        let noisy = runs(&[(1.0, 1.0), (4.0, 0.0), (1.0, 0.0)]);
        assert!((ours.ratio(&noisy, |it| it.rate).median - 4.75).abs() < 1e-9);
    }
}
