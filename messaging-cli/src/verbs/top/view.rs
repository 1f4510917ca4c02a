//! What is known, as lines.

use std::time::Duration;

use serde_json::json;

use super::Sort;
use super::board::{Board, Row};
use crate::exit::Failure;
use crate::output::{BAD, FAINT, GOOD, HEAD, NAME, Output, WARN, number};
use crate::verbs::bench::rounded;
use crate::{duration, text};

/// How wide the columns of numbers are, with the blanks before each.
const NUMBERS: usize = 9 + 11 + 11 + 9;

/// What is shown, and in which order.
#[derive(Debug)]
pub(super) struct View {
    topics: Vec<String>,
    /// Those that are known on this broker.
    known: Vec<String>,
    sort: Sort,
    interval: Duration,
}

impl View {
    pub(super) fn new(
        topics: Vec<String>,
        known: Vec<String>,
        sort: Sort,
        interval: Duration,
    ) -> Self {
        Self { topics, known, sort, interval }
    }

    pub(super) fn known(&self) -> &[String] {
        &self.known
    }

    pub(super) fn topics(&self) -> &[String] {
        &self.topics
    }

    /// A key was pressed.
    pub(super) fn key(&mut self, key: u8) {
        self.sort = match key.to_ascii_lowercase() {
            b'c' => Sort::Calls,
            b'f' => Sort::InFlight,
            b'p' => Sort::P99,
            b'e' => Sort::Errors,
            b'n' => Sort::Name,
            _ => return,
        };
    }

    /// The lines of a screen of so many columns and rows.
    pub(super) fn lines(&self, board: &Board, (columns, rows): (usize, usize)) -> Vec<String> {
        let all = board.rows(self.sort);
        let mut lines =
            vec![self.headline(board, columns), self.state(board, columns), String::new()];
        lines.push(format!("{HEAD}{}{HEAD:#}", head(columns)));
        let room = rows.saturating_sub(lines.len() + 2);
        lines.extend(all.iter().take(room).map(|row| self.row(row, columns)));
        let more = all.len().saturating_sub(room);
        lines.resize(rows.saturating_sub(1).max(lines.len()), String::new());
        let more = if more > 0 { format!("{more} more; ") } else { String::new() };
        let keys = format!("{more}q quits; sort by c calls, f in flight, p p99, e errors, n name");
        lines.push(format!("{FAINT}{}{FAINT:#}", cut(&keys, columns)));
        lines
    }

    fn headline(&self, board: &Board, columns: usize) -> String {
        let (told, silent) = board.servers();
        let mut servers = format!("{told} server{}", if told == 1 { "" } else { "s" });
        match silent {
            0 => (),
            1 => servers.push_str(", and 1 that tells nothing"),
            silent => servers.push_str(&format!(", and {silent} that tell nothing")),
        }
        let every = duration::show(self.interval);
        let topics = self.topics.join(", ");
        let room = columns.saturating_sub(servers.len() + every.len() + 10);
        let topics = cut(&text::line(&topics), room);
        format!("{NAME}{topics}{NAME:#}: {servers}, every {every}")
    }

    /// How the broker is, and at which topics nobody is.
    fn state(&self, board: &Board, columns: usize) -> String {
        if let Some((since, why)) = board.away() {
            let since = duration::show(since);
            let text = format!("the broker is away for {since}: {}", text::line(why));
            return format!("{BAD}{}{BAD:#}", cut(&text, columns));
        }
        let empty: Vec<_> = board.empty_topics().collect();
        if empty.is_empty() {
            let text = all_together(&board.rows(Sort::Name));
            return format!("{GOOD}{}{GOOD:#}", cut(&text, columns));
        }
        let mut text = format!("nobody answers on {}", empty.join(", "));
        let others = self.known.iter().map(String::as_str).filter(|it| !empty.contains(it));
        let others: Vec<_> = others.collect();
        if !others.is_empty() {
            text.push_str(&format!("; topics met on this broker: {}", others.join(", ")));
        }
        format!("{WARN}{}{WARN:#}", cut(&text::line(&text), columns))
    }

    fn row(&self, row: &Row, columns: usize) -> String {
        let (server, method) = widths(columns);
        let (server_name, method_name) = (self.server(row), method_of(row));
        let [calls, flying, p99, errors] = numbers(row);
        let server_name = cut(&server_name, server);
        let method_name = cut(&method_name, method);
        let line = format!(
            "{server_name:<server$} {NAME}{method_name:<method$}{NAME:#}{calls:>9}{flying:>11}{p99:>11}"
        );
        let has_errors = row.errors_per_second.is_some_and(|errors| errors > 0.0);
        match row.stale_seconds {
            Some(_) => {
                let stale = format!("{}{errors:>9}", anstream::adapter::strip_str(&line));
                format!("{FAINT}{stale}{FAINT:#}")
            }
            None if has_errors => format!("{line}{BAD}{errors:>9}{BAD:#}"),
            None => format!("{line}{errors:>9}"),
        }
    }

    /// The server's name, with its topic where there are several, and a mark where it is stale.
    fn server(&self, row: &Row) -> String {
        let name = match self.topics.len() {
            1 => row.server.clone(),
            _ => format!("{}/{}", row.topic, row.server),
        };
        let name = text::line(&name);
        match row.stale_seconds {
            Some(seconds) => format!("{:.0}s ago {name}", seconds.min(999.0)),
            None => name,
        }
    }

    /// Writes a table, or a line for programs.
    pub(super) fn write(&self, board: &Board, output: Output) -> Result<(), Failure> {
        let rows = board.rows(self.sort);
        let (told, silent) = board.servers();
        if output.is_json() {
            return output.json_line(&json!({
                "servers": told,
                "servers_without_statistics": silent,
                "topics_without_servers": board.empty_topics().collect::<Vec<_>>(),
                "away": board.away().map(|(since, why)| json!({
                    "seconds": since.as_secs_f64(),
                    "reason": why,
                })),
                "methods": rows,
            }));
        }
        output.line(self.headline(board, 200))?;
        output.line(self.state(board, 200))?;
        let head = ["SERVER", "METHOD", "CALLS/S", "IN FLIGHT", "P99", "ERRORS/S"];
        let rows = rows.iter().map(|row| {
            let [calls, flying, p99, errors] = numbers(row);
            [self.server(row), method_of(row), calls, flying, p99, errors]
        });
        output.table(head, rows)?;
        output.line("")
    }
}

/// What all rows come to.
fn all_together(rows: &[Row]) -> String {
    let sum =
        |of: fn(&Row) -> Option<f64>| rows.iter().filter_map(of).fold(0.0, |sum, it| sum + it);
    let calls = rounded(sum(|row| row.calls_per_second));
    let errors = rounded(sum(|row| row.errors_per_second));
    let flying = rows.iter().fold(0u64, |sum, row| sum.saturating_add(row.in_flight));
    format!("{calls} calls/s, {} in flight, {errors} errors/s", number(flying))
}

fn head(columns: usize) -> String {
    let (server, method) = widths(columns);
    let (calls, flying, p99, errors) = ("CALLS/S", "IN FLIGHT", "P99", "ERRORS/S");
    format!("{:<server$} {:<method$}{calls:>9}{flying:>11}{p99:>11}{errors:>9}", "SERVER", "METHOD")
}

/// How wide the names of servers and of methods may be.
fn widths(columns: usize) -> (usize, usize) {
    let names = columns.saturating_sub(NUMBERS + 1).max(12);
    (names * 2 / 5, names - names * 2 / 5)
}

/// Calls in a second, in flight, p99, and errors in a second.
fn numbers(row: &Row) -> [String; 4] {
    let rate = |rate: Option<f64>| rate.map_or("-".to_owned(), rounded);
    let p99 = row.p99_seconds.and_then(|it| Duration::try_from_secs_f64(it).ok());
    [
        rate(row.calls_per_second),
        number(row.in_flight),
        p99.map_or("-".to_owned(), duration::show),
        rate(row.errors_per_second),
    ]
}

/// The method's name, with its namespace where it has one.
fn method_of(row: &Row) -> String {
    let name = match &row.namespace {
        Some(namespace) => format!("{namespace}.{}", row.method),
        None => row.method.clone(),
    };
    text::line(&name)
}

/// The beginning of a text that has no more than so many letters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
