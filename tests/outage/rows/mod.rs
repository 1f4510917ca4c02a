//! The rows of the matrix.

mod alarm;
mod cluster;
mod connect;
mod copies;
mod ends;
mod input;
mod link;
mod many;
mod pace;
mod restart;
mod scale;
mod servers;
mod soak;
mod table;
mod things;

use std::pin::Pin;

use self::table::ROWS;
use crate::finding::Finding;
use crate::program::Side;
use crate::world::World;

/// What a row comes to.
pub(crate) type Found = Pin<Box<dyn Future<Output = Result<Finding, String>>>>;

/// A row of the matrix.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// As in the matrix. What is not in it has [`SOAK`] or [`SCALE`].
    pub(crate) number: u32,
    pub(crate) fault: &'static str,
    pub(crate) accepted: &'static str,
    /// Whether the peer can be driven through it.
    pub(crate) peer: bool,
    pub(crate) run: fn(&'static World, Side) -> Found,
}

/// The soak.
const SOAK: u32 = 100;

/// The figures of `docs/scaling.md`.
const SCALE: u32 = 101;

impl Row {
    pub(crate) fn name(&self) -> String {
        match self.number {
            SOAK => "soak".to_owned(),
            SCALE => "scale".to_owned(),
            number => number.to_string(),
        }
    }
}

/// The rows that are named: numbers and ranges, all if none is.
pub(crate) fn chosen(names: &str) -> Result<Vec<Row>, String> {
    let names: Vec<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Ok(ROWS.iter().filter(|row| row.number < SOAK).copied().collect());
    }
    let mut rows = Vec::new();
    for name in names {
        let (first, last) = name.split_once('-').unwrap_or((name, name));
        let number = |text: &str| match text {
            "soak" => Some(SOAK),
            "scale" => Some(SCALE),
            _ => text.parse::<u32>().ok(),
        };
        let range = number(first).zip(number(last)).map(|(first, last)| first..=last);
        let found = range.map(|range| ROWS.iter().filter(move |row| range.contains(&row.number)));
        let found: Vec<Row> = found.into_iter().flatten().copied().collect();
        if found.is_empty() {
            return Err(format!("there is no row {name}; rows are 1 to 41, `soak` and `scale`"));
        }
        rows.extend(found);
    }
    Ok(rows)
}
