//! All that was measured.

use std::collections::BTreeMap;

use super::stage::Stage;
use super::subject::{Kind, Subject};
use crate::bench::cost::Cost;
use crate::bench::spread::Spread;

/// All that was measured.
#[derive(Debug)]
pub(super) struct Results {
    /// How many methods the large trait has.
    pub(super) methods: u32,
    /// How many processors others kept busy meanwhile.
    pub(super) load_of_others: f64,
    pub(super) costs: BTreeMap<(Subject, Stage), Vec<Cost>>,
    lines: BTreeMap<Subject, u64>,
    bytes: BTreeMap<Subject, u64>,
}

/// Something that grows with the methods of a trait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Measure {
    /// Processor seconds.
    Cpu(Stage),
    /// Lines of the expansion.
    Lines,
    /// Bytes of the program that is shipped.
    Bytes,
}

impl Results {
    pub(super) fn new(methods: u32) -> Self {
        Self {
            methods,
            load_of_others: 0.0,
            costs: BTreeMap::new(),
            lines: BTreeMap::new(),
            bytes: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, subject: Subject, stage: Stage, cost: Cost) {
        self.costs.entry((subject, stage)).or_default().push(cost);
    }

    pub(super) fn expanded(&mut self, subject: Subject, lines: u64) {
        self.lines.insert(subject, lines);
    }

    pub(super) fn binary(&mut self, subject: Subject, bytes: u64) {
        self.bytes.insert(subject, bytes);
    }

    /// What a program with `methods` methods takes.
    #[allow(clippy::cast_precision_loss, reason = "sizes of programs")]
    pub(super) fn of(&self, measure: Measure, kind: Kind, methods: u32) -> Spread {
        let subject = Subject { kind, methods };
        let single = |value: Option<&u64>| Spread::of(value.map(|it| *it as f64));
        match measure {
            Measure::Cpu(stage) => self.spread(subject, stage, |cost| cost.cpu),
            Measure::Lines => single(self.lines.get(&subject)),
            Measure::Bytes => single(self.bytes.get(&subject)),
        }
    }

    /// The same by the clock on the wall.
    pub(super) fn wall(&self, subject: Subject, stage: Stage) -> Spread {
        self.spread(subject, stage, |cost| cost.wall)
    }

    fn spread(&self, subject: Subject, stage: Stage, of: impl Fn(&Cost) -> f64) -> Spread {
        Spread::of(self.costs.get(&(subject, stage)).into_iter().flatten().map(of))
    }

    /// What each further method takes.
    pub(super) fn per_method(&self, measure: Measure, kind: Kind) -> f64 {
        let [one, many] = [1, self.methods].map(|it| self.of(measure, kind, it).median);
        (many - one) / f64::from(self.methods - 1)
    }

    /// What each further method takes beyond what it takes as plain code.
    pub(super) fn over_plain(&self, measure: Measure, kind: Kind) -> f64 {
        self.per_method(measure, kind) - self.per_method(measure, Kind::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_method_costs_is_told_from_what_the_rest_costs() {
        let mut results = Results::new(11);
        for (kind, one, many) in [(Kind::Plain, 5, 105), (Kind::Tarpc, 100, 600)] {
            results.binary(Subject { kind, methods: 1 }, one);
            results.binary(Subject { kind, methods: 11 }, many);
        }
        let over_plain = results.over_plain(Measure::Bytes, Kind::Tarpc);
        assert!((over_plain - 40.0).abs() < 1e-9, "{over_plain}");
    }

    #[test]
    fn the_median_of_the_rounds_counts() {
        let subject = Subject { kind: Kind::Plain, methods: 1 };
        let mut results = Results::new(2);
        for cpu in [3.0, 1.0, 2.0] {
            results.add(subject, Stage::Nothing, Cost { wall: 2.0 * cpu, cpu });
        }
        let spread = results.of(Measure::Cpu(Stage::Nothing), Kind::Plain, 1);
        assert_eq!(spread, Spread { median: 2.0, least: 1.0, most: 3.0 });
        assert!((results.wall(subject, Stage::Nothing).median - 4.0).abs() < 1e-9);
    }
}
