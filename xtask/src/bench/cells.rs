//! What was measured of a case, as cells of a table.

use super::rounds::Runs;
use super::spread::Spread;

/// What stands above the cells.
pub(crate) const HEADS: [&str; 9] = [
    "calls/s (min-max)",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "CPU s/10k client",
    "server",
    "broker",
    "sum",
    "peak MiB c/s",
];

/// What was measured of one case, without its name.
pub(crate) fn of(runs: &Runs) -> [String; 9] {
    let milliseconds = |spread: Spread| format!("{:.2}", spread.median / 1_000.0);
    let cpu = |role: &str| seconds(runs.of(|it| it.cpu(role)).median);
    let peak = |role: &str| format!("{:.1}", runs.of(|it| it.peak(role)).median);
    [
        rate(runs),
        milliseconds(runs.of(|it| it.p50)),
        milliseconds(runs.of(|it| it.p99)),
        milliseconds(runs.of(|it| it.p999)),
        cpu("client"),
        cpu("server"),
        cpu("broker"),
        seconds(runs.of(|it| it.cpu_of_all()).median),
        format!("{}/{}", peak("client"), peak("server")),
    ]
}

/// Calls by second, with a mark where it rests on runs that are marked.
pub(crate) fn rate(runs: &Runs) -> String {
    let Spread { median, least, most } = runs.of(|it| it.rate);
    let mark = if runs.rests_on_marked() { " *" } else { "" };
    format!("{median:.0} ({least:.0}-{most:.0}){mark}")
}

/// Three digits, as far as a tick of the clock lets them say something.
fn seconds(seconds: f64) -> String {
    if seconds < 1.0 { format!("{seconds:.3}") } else { format!("{seconds:.2}") }
}
