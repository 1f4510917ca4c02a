//! What is known of all servers, and what it comes to in a second.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use messaging::introspection::{Durations, MethodStatistics, Statistics};
use serde::Serialize;

use super::{Answers, Sort};
use crate::bus;
use crate::exit::{Exit, Failure};

/// How long rows of a server are kept that does not answer.
const KEPT: Duration = Duration::from_secs(30);

/// How many rows are kept: their number is the servers' word.
const MOST: usize = 10_000;

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Board {
    methods: BTreeMap<Key, Known>,
    topics: BTreeMap<String, Topic>,
    /// When servers were asked last.
    asked: Option<Instant>,
    /// Since when the broker has not been there, and why.
    away: Option<(Instant, Failure)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    topic: String,
    server: String,
    api: String,
    namespace: Option<String>,
    version: messaging::Version,
    method: String,
}

/// What a server has told of a method last.
#[derive(Debug)]
struct Known {
    asked: Instant,
    uptime: f64,
    told: MethodStatistics,
    change: Option<Change>,
}

/// What has changed from one answer to the next.
#[derive(Clone, Copy, Debug)]
struct Change {
    calls_per_second: f64,
    errors_per_second: f64,
    p99: Option<Duration>,
}

/// What one round has told of a topic.
#[derive(Clone, Debug, Default)]
struct Topic {
    servers: BTreeSet<String>,
    /// How many answered that they do not know what was asked.
    silent: usize,
}

/// A method of a server, at this moment.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) topic: String,
    pub(super) server: String,
    pub(super) api: String,
    pub(super) namespace: Option<String>,
    pub(super) version: String,
    pub(super) method: String,
    /// None until the server has answered twice.
    pub(super) calls_per_second: Option<f64>,
    pub(super) in_flight: u64,
    /// None where nothing has ended meanwhile.
    pub(super) p99_seconds: Option<f64>,
    pub(super) errors_per_second: Option<f64>,
    pub(super) calls: u64,
    pub(super) errors: u64,
    /// For how long the server has not answered, if it has not.
    pub(super) stale_seconds: Option<f64>,
}

impl Board {
    /// What a round of questions has brought.
    pub(super) fn take(&mut self, answers: Answers) {
        let asked = answers.asked;
        self.asked = Some(asked);
        let mut failure = None;
        for (topic, answered) in answers.topics {
            let answered = match answered {
                Ok(answered) => answered,
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            };
            let mut seen = Topic::default();
            for answer in answered {
                match answer {
                    Some(statistics) => {
                        seen.servers.insert(statistics.server.clone());
                        self.told(&topic, asked, statistics);
                    }
                    None => seen.silent += 1,
                }
            }
            self.topics.insert(topic, seen);
        }
        self.away = match (failure, self.away.take()) {
            (None, _) => None,
            (Some(failure), Some((since, _))) => Some((since, failure)),
            (Some(failure), None) => Some((asked, failure)),
        };
        self.methods.retain(|_, known| asked.saturating_duration_since(known.asked) < KEPT);
    }

    fn told(&mut self, topic: &str, asked: Instant, statistics: Statistics) {
        let Statistics { server, uptime, apis, .. } = statistics;
        for api in apis {
            for told in api.methods {
                let key = Key {
                    topic: topic.to_owned(),
                    server: server.clone(),
                    api: api.api.clone(),
                    namespace: api.namespace.clone(),
                    version: api.version,
                    method: told.method.clone(),
                };
                let before = self.methods.get(&key);
                if before.is_none() && self.methods.len() >= MOST {
                    continue;
                }
                let change = before.and_then(|before| before.change_to(uptime, &told));
                self.methods.insert(key, Known { asked, uptime, told, change });
            }
        }
    }

    /// All rows, the first of this order on top.
    pub(super) fn rows(&self, sort: Sort) -> Vec<Row> {
        let mut rows: Vec<_> =
            self.methods.iter().map(|(key, known)| self.row(key, known)).collect();
        let by = |row: &Row| match sort {
            Sort::Calls => row.calls_per_second.unwrap_or_default(),
            #[allow(clippy::cast_precision_loss)] // so many do not run at once
            Sort::InFlight => row.in_flight as f64,
            Sort::P99 => row.p99_seconds.unwrap_or_default(),
            Sort::Errors => row.errors_per_second.unwrap_or_default(),
            Sort::Name => 0.0,
        };
        // They are in the order of their names, which stays among equals.
        rows.sort_by(|one, other| by(other).total_cmp(&by(one)));
        rows
    }

    fn row(&self, key: &Key, known: &Known) -> Row {
        let is_stale = self.asked.is_some_and(|last| known.asked < last);
        let Known { asked, told, change, .. } = known;
        Row {
            topic: key.topic.clone(),
            server: key.server.clone(),
            api: key.api.clone(),
            namespace: key.namespace.clone(),
            version: key.version.to_string(),
            method: key.method.clone(),
            calls_per_second: change.map(|it| it.calls_per_second),
            in_flight: told.in_flight,
            p99_seconds: change.and_then(|it| it.p99).map(|it| it.as_secs_f64()),
            errors_per_second: change.map(|it| it.errors_per_second),
            calls: told.calls,
            errors: told.errors(),
            stale_seconds: is_stale.then(|| asked.elapsed().as_secs_f64()),
        }
    }

    /// How many servers have told of themselves in the last round, and how many have not.
    pub(super) fn servers(&self) -> (usize, usize) {
        self.topics
            .values()
            .fold((0, 0), |(told, silent), it| (told + it.servers.len(), silent + it.silent))
    }

    /// The topics at which nobody has answered in the last round.
    pub(super) fn empty_topics(&self) -> impl Iterator<Item = &str> {
        let is_empty = |topic: &Topic| topic.servers.is_empty() && topic.silent == 0;
        self.topics.iter().filter(move |(_, it)| is_empty(it)).map(|(name, _)| name.as_str())
    }

    /// Whether the broker is away.
    pub(super) fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// For how long the broker has been away, and what is said of it.
    pub(super) fn away(&self) -> Option<(Duration, &str)> {
        self.away.as_ref().map(|(since, failure)| (since.elapsed(), failure.message.as_str()))
    }

    /// What one look alone ends with, where these topics are known.
    pub(super) fn verdict(&self, known: &[String]) -> Result<(), Failure> {
        if let Some((_, failure)) = &self.away {
            return Err(failure.clone());
        }
        let is_there = |topic: &Topic| !topic.servers.is_empty() || topic.silent > 0;
        if self.topics.values().any(is_there) {
            return Ok(());
        }
        let topics: Vec<_> = self.topics.keys().map(|it| crate::text::line(it)).collect();
        let failure = Failure::new(Exit::Nobody, format!("nobody serves {}", topics.join(", ")));
        Err(match topics.as_slice() {
            [topic] => bus::with_known(failure, topic, known),
            _ => failure,
        })
    }
}

impl Known {
    /// What has changed since; none where the server was started anew, and counts from nothing.
    fn change_to(&self, uptime: f64, told: &MethodStatistics) -> Option<Change> {
        let seconds = uptime - self.uptime;
        // What a peer says may be no number.
        if !(seconds.is_finite() && seconds > 0.0) || told.calls < self.told.calls {
            return None;
        }
        #[allow(clippy::cast_precision_loss)] // so many do not happen in between
        let per_second = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        Some(Change {
            calls_per_second: per_second(told.calls, self.told.calls),
            errors_per_second: per_second(told.errors(), self.told.errors()),
            p99: ended_between(&self.told.durations, &told.durations).within(0.99),
        })
    }
}

/// The durations of what has ended between two answers. Which of them was the longest is not known.
fn ended_between(before: &Durations, now: &Durations) -> Durations {
    let mut between = now.clone();
    if before.bounds == now.bounds {
        for (count, before) in between.counts.iter_mut().zip(&before.counts) {
            *count = count.saturating_sub(*before);
        }
    }
    between
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statistics(uptime: f64, calls: u64, failed: u64, counts: [u64; 3]) -> Statistics {
        serde_json::from_value(json!({
            "server": "one", "topic": "t", "uptime": uptime,
            "apis": [{"api": "A", "version": "1.0", "methods": [{
                "method": "m", "calls": calls, "failed": failed, "in_flight": 2,
                "durations": {"bounds": [0.1, 1.0], "counts": counts, "longest": 5.0},
            }]}],
        }))
        .unwrap()
    }

    fn answers(asked: Instant, answered: Vec<super::super::Answer>) -> Answers {
        Answers { asked, topics: vec![("t".to_owned(), Ok(answered))] }
    }

    #[test]
    fn rows_are_what_has_changed_between_two_answers() {
        let (mut board, begun) = (Board::default(), Instant::now());
        board.take(answers(begun, vec![Some(statistics(10.0, 100, 1, [50, 49, 1]))]));
        let row = board.rows(Sort::Calls).remove(0);
        assert_eq!((row.calls_per_second, row.p99_seconds, row.calls), (None, None, 100));

        let later = begun + Duration::from_secs(2);
        board.take(answers(later, vec![Some(statistics(12.0, 300, 5, [250, 49, 1])), None]));
        let row = board.rows(Sort::Calls).remove(0);
        assert_eq!((row.calls_per_second, row.errors_per_second), (Some(100.0), Some(2.0)));
        assert_eq!((row.p99_seconds, row.in_flight), (Some(0.1), 2));
        assert_eq!((row.stale_seconds, board.servers()), (None, (1, 1)));

        // Started anew: its numbers begin from nothing.
        let anew = later + Duration::from_secs(1);
        board.take(answers(anew, vec![Some(statistics(0.5, 3, 0, [3, 0, 0]))]));
        assert_eq!(board.rows(Sort::Calls)[0].calls_per_second, None);
    }

    #[test]
    fn what_does_not_answer_is_stale_and_then_goes() {
        let (mut board, begun) = (Board::default(), Instant::now());
        board.take(answers(begun, vec![Some(statistics(1.0, 1, 0, [1, 0, 0]))]));
        let away = || messaging::Error::new(messaging::ErrorKind::NotSent, "away");
        let later = begun + Duration::from_secs(1);
        board.take(Answers { asked: later, topics: vec![("t".to_owned(), Err(away().into()))] });
        assert!(board.away().is_some() && board.rows(Sort::Name)[0].stale_seconds.is_some());
        assert_eq!(board.verdict(&[]).unwrap_err().exit, Exit::Timeout);

        board.take(answers(later + KEPT, Vec::new()));
        assert!(board.away().is_none() && board.rows(Sort::Name).is_empty());
        assert_eq!(board.empty_topics().collect::<Vec<_>>(), ["t"]);
        assert_eq!(board.verdict(&[]).unwrap_err().exit, Exit::Nobody);
    }

    /// What a peer sends is nobody's promise.
    #[test]
    fn nonsense_is_no_rate() {
        let (mut board, begun) = (Board::default(), Instant::now());
        for (uptime, calls) in [(1.0, u64::MAX), (f64::INFINITY, 5), (f64::NAN, 5), (2.0, 1)] {
            let mut told = statistics(1.0, calls, u64::MAX, [u64::MAX; 3]);
            told.uptime = uptime;
            board.take(answers(begun, vec![Some(told)]));
        }
        assert_eq!(board.rows(Sort::P99).len(), 1);
    }
}
