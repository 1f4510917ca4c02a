//! What was measured, for people.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use super::chart;
use super::report::{Correction, Report};
use crate::exit::Failure;
use crate::output::{BAD, FAINT, GOOD, HEAD, NAME, Output, WARN, number};
use crate::{duration, size, text};

/// Writes it.
pub(super) fn tell(report: &Report, output: Output) -> Result<(), Failure> {
    output.line(headline(report))?;
    output.line(load(report))?;
    output.line(totals(report))?;
    if let Some(reason) = &report.reason {
        output.line(format_args!("  {BAD}the broker went away{BAD:#}: {}", text::line(reason)))?;
    }
    if report.ended == "interrupted" {
        output.line(format_args!("  {WARN}interrupted{WARN:#}: this is what there was by then"))?;
    }
    if report.succeeded > 0 {
        output.line("")?;
        latency(report, output)?;
        output.line("")?;
        for line in chart::lines(&report.corrected_durations, width()) {
            output.line(format_args!("  {line}"))?;
        }
    }
    for (index, errors) in report.errors.iter().enumerate() {
        if index == 0 {
            output.line("")?;
            output.line(format_args!("  {HEAD}errors{HEAD:#}"))?;
        }
        output.line(format_args!(
            "  {:>9}  {BAD}{}{BAD:#}  {FAINT}{}{FAINT:#}",
            number(errors.count),
            text::line(&errors.kind),
            text::line(&shortened(&errors.example)),
        ))?;
    }
    Ok(())
}

fn headline(report: &Report) -> String {
    let (method, topic) = (text::line(&report.method), text::line(&report.topic));
    format!("{} {NAME}{method}{NAME:#} on topic {NAME}{topic}{NAME:#}", report.kind)
}

/// How the load was made.
fn load(report: &Report) -> String {
    let mut line = match (report.clients, report.rate) {
        (Some(1), _) => "  closed loop, 1 client".to_owned(),
        (Some(clients), _) => format!("  closed loop, {clients} clients"),
        (None, rate) => format!("  open loop, {} a second", rate.unwrap_or_default()),
    };
    if report.connections > 1 {
        let _ = write!(line, ", {} connections", report.connections);
    }
    let _ = write!(line, ", {} of arguments", size::show(report.argument_bytes));
    line
}

fn totals(report: &Report) -> String {
    let mut line = format!(
        "  {HEAD}{}{HEAD:#} a second: {GOOD}{} succeeded{GOOD:#} in {}",
        rounded(report.per_second),
        number(report.succeeded),
        shown(report.seconds)
    );
    if report.failed > 0 {
        let _ = write!(line, ", {BAD}{} failed{BAD:#}", number(report.failed));
    }
    if report.given_up > 0 {
        let _ = write!(line, ", {WARN}{} given up{WARN:#}", number(report.given_up));
    }
    if let Some(not_sent) = report.not_sent.filter(|it| *it > 0) {
        let _ = write!(line, ", {WARN}{} not sent{WARN:#}", number(not_sent));
    }
    line
}

fn latency(report: &Report, output: Output) -> Result<(), Failure> {
    let Report { measured, corrected, .. } = report;
    output.line(format_args!("  {HEAD}{:<10}{:>12}{:>12}{HEAD:#}", "", "measured", "corrected"))?;
    let rows = [
        ("min", measured.min, corrected.min),
        ("mean", measured.mean, corrected.mean),
        ("deviation", measured.deviation, corrected.deviation),
        ("p50", measured.p50, corrected.p50),
        ("p90", measured.p90, corrected.p90),
        ("p99", measured.p99, corrected.p99),
        ("p99.9", measured.p99_9, corrected.p99_9),
        ("max", measured.max, corrected.max),
    ];
    for (name, measured, corrected) in rows {
        let (measured, corrected) = (shown(measured), shown(corrected));
        output.line(format_args!("  {name:<10}{measured:>12}{corrected:>12}"))?;
    }
    let how = match report.correction {
        Correction::IntendedTime => "corrected: from when a request was to be sent".to_owned(),
        Correction::ExpectedInterval { seconds } => {
            format!("corrected: as if each client had sent every {}, come what may", shown(seconds))
        }
    };
    output.line(format_args!("  {FAINT}{how}{FAINT:#}"))
}

/// How wide the terminal is; 80 where there is none.
fn width() -> usize {
    let size = io::stdout().is_terminal().then(crossterm::terminal::size);
    size.and_then(Result::ok).map_or(80, |(columns, _)| usize::from(columns)).clamp(40, 100)
}

fn shown(seconds: f64) -> String {
    duration::show(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

fn shortened(example: &str) -> String {
    match example.char_indices().nth(160) {
        Some((end, _)) => format!("{}..", &example[..end]),
        None => example.to_owned(),
    }
}

/// A rate: `1 234`, or `0.5` where it is low.
pub(crate) fn rounded(rate: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is no less than 0
    match rate {
        ..10.0 => format!("{rate:.1}"),
        _ => number(rate.round() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_rate_has_a_digit_more() {
        assert_eq!([0.25, 9.96, 1234.5].map(rounded), ["0.2", "10.0", "1 235"]);
    }
}
