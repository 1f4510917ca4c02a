//! `bench`: how many calls, and how long each takes.

mod chart;
mod load;
mod plot;
mod progress;
mod recorder;
mod report;
mod spectrum;
mod summary;
mod work;

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use messaging::{RpcServer, Target};

use self::load::{Bounds, Loop};
use self::progress::Progress;
use self::recorder::Recorder;
use self::report::Report;
use self::work::{Work, WorkArgs};
use super::serve;
use crate::app::App;
use crate::exit::{Exit, Failure};
use crate::{duration, interrupt, text};

pub(crate) use self::summary::rounded;

/// How long it lasts, where neither `--duration` nor `--count` says so.
const DURATION: Duration = Duration::from_secs(10);

/// How many clients there may be: each has a call under way.
const MOST_CLIENTS: usize = 100_000;

/// Measures calls, or casts: how many in a second, and how long each takes.
///
/// A closed loop, which is the default: each client sends the next when it has its answer. What is
/// slow is asked less often then, so the figures flatter it. Beside what was measured stand figures
/// that are corrected for it as HDR histograms do: of a call that took longer than the expected
/// interval, those are added that would have been sent meanwhile.
///
/// An open loop, with `--rate`: requests are sent at their time, whatever the others do. The
/// corrected figures count from when a request was to be sent, those beside them from when it was.
///
/// Figures are of what succeeded. Ctrl-C ends it early, and so does a broker that goes away, unless
/// `--keep-going` is given: what was measured is shown. Where requests have failed, the exit code is
/// that of the error that was most frequent.
#[derive(Debug, clap::Args)]
#[command(override_usage = "messaging-cli bench [OPTIONS] <TOPIC> <METHOD> [ARGS]...")]
pub(crate) struct Bench {
    #[command(flatten)]
    work: WorkArgs,

    /// A closed loop of so many clients, each with one call under way.
    #[arg(long, value_name = "N", default_value = "1", conflicts_with = "rate", value_parser = clients)]
    clients: NonZeroUsize,

    /// An open loop of so many requests in a second.
    #[arg(long, value_name = "PER_SECOND", value_parser = rate)]
    rate: Option<f64>,

    /// How many requests of an open loop may be under way; beyond it they are sent late, which
    /// their figures show, or by the end not at all, which a count does.
    #[arg(long, value_name = "N", default_value = "10000", requires = "rate")]
    max_in_flight: NonZeroUsize,

    /// How many connections the clients share.
    #[arg(long, value_name = "N", default_value = "1")]
    connections: NonZeroUsize,

    /// How long it lasts, 10 s by default; with `--count` whichever is over first.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    duration: Option<Duration>,

    /// How many requests are sent.
    #[arg(long, value_name = "N")]
    count: Option<NonZeroU64>,

    /// How many requests are made before it begins, to set up what the first of all sets up; an
    /// error of theirs ends it.
    #[arg(long, value_name = "N", default_value = "1")]
    warmup: u64,

    /// Sends casts: each ends when the broker has confirmed it.
    #[arg(long)]
    cast: bool,

    /// Of a closed loop, how often a client would send if all were well; the default is the median
    /// that is measured.
    #[arg(long, value_name = "TIME", value_parser = duration::parse, conflicts_with = "rate")]
    expected_interval: Option<Duration>,

    /// Serves the topic as well, by an echo within this program: with `--url memory://` what the
    /// library itself takes, else what the broker adds.
    #[arg(long)]
    echo: bool,

    /// Goes on where the broker goes away.
    #[arg(long)]
    keep_going: bool,

    /// Writes how long calls took by percentiles: `percentile,measured_seconds,corrected_seconds,
    /// count`.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Draws the same.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

fn clients(text: &str) -> Result<NonZeroUsize, String> {
    let clients = text.parse::<NonZeroUsize>().ok().filter(|it| it.get() <= MOST_CLIENTS);
    clients.ok_or_else(|| format!("expected a number from 1 to {MOST_CLIENTS}"))
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.strip_suffix("/s").unwrap_or(text).parse::<f64>();
    match rate {
        Ok(rate) if (0.01..=1e6).contains(&rate) => Ok(rate),
        _ => Err("expected a number of requests in a second, from 0.01 to 1000000".to_owned()),
    }
}

impl Bench {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let prepared = interrupt::ends(self.prepared(app)).await?;
        let Some((work, _echo)) = prepared else { return Ok(()) };
        let work = Arc::new(work);
        let recorder = Arc::new(Recorder::new());
        let duration = match (self.duration, self.count) {
            (None, Some(_)) => None,
            (duration, _) => Some(duration.unwrap_or(DURATION)),
        };
        let bounds = Bounds { duration, count: self.count.map(NonZeroU64::get) };
        let mode = match self.rate {
            Some(rate) => Loop::Open { rate, most: self.max_in_flight.get() },
            None => Loop::Closed { clients: self.clients.get() },
        };
        let progress = Progress::start(app.output, bounds, &recorder);
        let end = load::run(mode, bounds, &work, &recorder, self.keep_going).await;
        progress.end();
        let report = Report::of(&work, mode, bounds, end, &recorder, self.expected_interval);
        self.tell(app, &report)
    }

    async fn prepared(&self, app: &App) -> Result<Option<(Work, Option<RpcServer>)>, Failure> {
        let mut connections = vec![app.connect().await?];
        while connections.len() < self.connections.get() {
            connections.push(app.connect().await?);
        }
        let echo = match (self.echo, connections.first()) {
            (true, Some(connection)) => {
                let target = Target::topic(self.work.topic()).server("bench");
                let server = RpcServer::builder(&connection.transport, target);
                Some(server.endpoint(serve::echo()).start().await?)
            }
            _ => None,
        };
        let work = self.work.prepare(app, connections, self.cast).await?;
        let Some(work) = work else { return Ok(None) };
        for _ in 0..self.warmup {
            work.once(0).await.map_err(|problem| problem.failure)?;
        }
        Ok(Some((work, echo)))
    }

    fn tell(&self, app: &App, report: &Report) -> Result<(), Failure> {
        match app.output.is_json() {
            true => app.output.json(report)?,
            false => summary::tell(report, app.output)?,
        }
        if let Some(path) = &self.csv {
            write(path, &spectrum::csv(report))?;
        }
        if let Some(path) = &self.svg {
            write(path, &plot::svg(report))?;
        }
        match report.exit() {
            Exit::Done => Ok(()),
            exit => Err(Failure::told(exit)),
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| {
        let path = text::line(&path.display().to_string());
        Failure::new(Exit::Other, format!("cannot write {path}: {error}"))
    })
}
