//! The tables, and the file with all of it.

use serde_json::{Value, json};

use super::goals::COMPARED;
use super::results::{Measure, Results};
use super::stage::Stage;
use super::subject::{Kind, Subject};
use crate::bench::goal::Goal;
use crate::bench::spread::Spread;

/// Prints what a reader wants to know.
pub(super) fn print(results: &Results) {
    let methods = results.methods;
    println!(
        "\nProcessor seconds, median (least to most); others kept {:.2} processors busy\n",
        results.load_of_others
    );
    let heads = Subject::all(methods).into_iter().map(|it| format!("{:>20}", it.package()));
    println!("{:<24}{}", "", heads.collect::<String>());
    for stage in Stage::ALL {
        row(results, stage.name(), Measure::Cpu(stage), |it| {
            format!("{:.2} ({:.2}-{:.2})", it.median, it.least, it.most)
        });
    }
    row(results, "expanded lines", Measure::Lines, |it| format!("{:.0}", it.median));
    row(results, "stripped binary, kB", Measure::Bytes, |it| format!("{:.0}", it.median / 1e3));

    println!("\nA method of {methods}, over one of plain code\n");
    println!("{:<24}{:>12}{:>12}", "", Kind::Messaging.name(), Kind::Tarpc.name());
    for measure in COMPARED {
        let cells = [Kind::Messaging, Kind::Tarpc].map(|kind| {
            let cost = results.over_plain(measure, kind);
            let cell = match measure {
                Measure::Cpu(_) => format!("{:.1} ms", cost * 1e3),
                Measure::Lines => format!("{cost:.1}"),
                Measure::Bytes => format!("{:.2} kB", cost / 1e3),
            };
            format!("{cell:>12}")
        });
        println!("{:<24}{}", measure.name(), cells.concat());
    }
}

fn row(results: &Results, name: &str, measure: Measure, cell: impl Fn(Spread) -> String) {
    let cells = Subject::all(results.methods)
        .into_iter()
        .map(|subject| format!("{:>20}", cell(results.of(measure, subject.kind, subject.methods))));
    println!("{name:<24}{}", cells.collect::<String>());
}

/// All of it, each single measurement too.
pub(super) fn all(results: &Results, goals: &[Goal]) -> Value {
    let costs = results.costs.iter().map(|((subject, stage), costs)| {
        let Subject { kind, methods } = *subject;
        json!({
            "program": subject.package(),
            "stage": stage,
            "cpu_seconds": results.of(Measure::Cpu(*stage), kind, methods),
            "wall_seconds": results.wall(*subject, *stage),
            "runs": costs.iter().map(|cost| json!({ "cpu": cost.cpu, "wall": cost.wall }))
                .collect::<Vec<Value>>(),
        })
    });
    let sizes = Subject::all(results.methods).into_iter().map(|subject| {
        let Subject { kind, methods } = subject;
        json!({
            "program": subject.package(),
            "expanded_lines": results.of(Measure::Lines, kind, methods).median,
            "stripped_bytes": results.of(Measure::Bytes, kind, methods).median,
        })
    });
    json!({
        "methods": results.methods,
        "processors_kept_busy_by_others": results.load_of_others,
        "costs": costs.collect::<Vec<Value>>(),
        "sizes": sizes.collect::<Vec<Value>>(),
        "goals": goals,
    })
}
