//! What was allocated for each call, by whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::frames::{Frame, Frames};
use super::owner::{self, Owner, Side};

/// What `dhat` writes, as far as it matters here (its file format, version 2).
#[derive(Deserialize)]
struct Kept {
    pps: Vec<Point>,
    ftbl: Vec<String>,
}

/// A way on which something was allocated.
#[derive(Deserialize)]
struct Point {
    /// Bytes in total.
    tb: u64,
    /// Blocks in total; one that grows counts again.
    tbk: u64,
    /// The functions, by their place in the table.
    fs: Vec<usize>,
}

/// What was allocated for each call.
#[derive(Debug, Serialize)]
pub(crate) struct Tally {
    calls: u32,
    places: Vec<Place>,
}

/// What was allocated in one place, for each call.
#[derive(Debug, Serialize)]
struct Place {
    owner: Owner,
    side: Side,
    /// The file and the line.
    place: String,
    function: String,
    /// What it called there.
    called: String,
    /// Who called the function, innermost first.
    callers: String,
    blocks: f64,
    bytes: f64,
}

impl Tally {
    /// Of what was kept of `calls` calls.
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub(crate) fn of(kept: &[u8], calls: u32) -> Result<Self, Box<dyn std::error::Error>> {
        let Kept { pps, ftbl } = serde_json::from_slice(kept)?;
        let mut frames = Frames::default();
        let mut places: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for point in pps {
            let mut way: Vec<Frame> = Vec::new();
            let mut before = None;
            for at in point.fs {
                // Those that were inlined have the address of the function that they are in.
                let address = ftbl.get(at).and_then(|frame| address(frame));
                if let Some(address) = address.filter(|_| address != before) {
                    way.extend_from_slice(frames.at(address));
                }
                before = address.or(before);
            }
            let found = owner::find(&way.iter().collect::<Vec<_>>());
            let place = found.frame.map(|it| it.place.clone()).unwrap_or_default();
            let function = found.frame.map(|it| it.name.clone()).unwrap_or_default();
            let called = found.called.map(|it| it.name.clone()).unwrap_or_default();
            let callers: Vec<&str> = found.callers.iter().map(|it| it.label()).collect();
            let key = (found.owner, found.side, place, function, called, callers.join(" < "));
            let (blocks, bytes) = places.entry(key).or_default();
            (*blocks, *bytes) = (*blocks + point.tbk, *bytes + point.tb);
        }
        let each = |count: u64| count as f64 / f64::from(calls);
        let places = places.into_iter().map(|(key, (blocks, bytes))| {
            let (owner, side, place, function, called, callers) = key;
            let (blocks, bytes) = (each(blocks), each(bytes));
            Place { owner, side, place, function, called, callers, blocks, bytes }
        });
        Ok(Self { calls, places: places.collect() })
    }
}

/// The address at which a line of the table begins: `0x1234: function (file:1:2)`.
fn address(frame: &str) -> Option<usize> {
    let (address, _) = frame.strip_prefix("0x")?.split_once(':')?;
    usize::from_str_radix(address, 16).ok()
}
