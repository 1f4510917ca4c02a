//! The tables.

use super::Results;
use crate::bench::side::Side;
use crate::bench::table::Table;
use crate::bench::{cells, rounds, side};

/// A table for each size, the settings of each side, and what else the machine did.
pub(super) fn print(results: &Results) {
    let mut sizes: Vec<u32> = results.0.iter().map(|(case, _)| case.size).collect();
    sizes.dedup();
    for size in sizes {
        println!("\nCalls of {size} B\n");
        let mut table = Table::new([&["side", "c"], &cells::HEADS[..]].concat());
        for (case, runs) in results.0.iter().filter(|(case, _)| case.size == size) {
            let name = [case.side.name().to_owned(), case.callers.to_string()];
            table.row(name.into_iter().chain(cells::of(runs)));
        }
        print!("{table}");
    }
    if results.0.iter().any(|(case, _)| case.side == Side::Oslo && case.size > 1_024) {
        println!(
            "\noslo.messaging is measured with 16 callers alone above 1 KiB, where it takes long."
        );
    }
    println!("\n{}", rounds::noise(results.0.iter().map(|(_, runs)| runs)));
    side::print_settings(results.0.iter().map(|(case, _)| case.side));
}
