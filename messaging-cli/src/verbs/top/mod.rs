//! `top`: what servers do at this moment, drawn anew each second.

mod board;
mod screen;
mod view;

use std::io::{self, IsTerminal as _, Read as _};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use messaging::Target;
use messaging::introspection::Introspection;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use self::board::Board;
use self::screen::Screen;
use self::view::View;
use crate::app::App;
use crate::bus::Said;
use crate::connect::Connection;
use crate::exit::{Exit, Failure};
use crate::{bus, complete, duration, interrupt};

/// How long servers may take to answer, at most.
const WINDOW: Duration = Duration::from_secs(1);

/// Shows what servers do at this moment, method by method: calls in a second, how many run, within
/// which time 99 in 100 ended, and errors in a second.
///
/// The figures are differences between two answers of the servers to `stats`, which Python servers
/// do not know. Times are of the handlers alone, and no finer than the servers count them: `5 ms` is
/// 5 ms or less. Rows of a server that does not answer are marked as stale, and go after half a
/// minute; while the broker is away all are.
///
/// On a terminal it is drawn anew each second: q ends it, and so does ctrl-C, which leaves the last
/// table there; c, f, p, e and n sort it by calls, in flight, p99, errors and names. Elsewhere it writes a table a second, with `--json` a
/// line.
#[derive(Debug, clap::Args)]
pub(crate) struct Top {
    /// The topics; the default is those of the context, or those met before on this broker.
    #[arg(value_name = "TOPIC", add = complete::topics())]
    topics: Vec<String>,

    /// Writes one table, of the time between two answers, and ends.
    #[arg(long)]
    once: bool,

    /// How long each row is of.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = interval)]
    interval: Duration,

    /// What is on top.
    #[arg(long, value_name = "COLUMN", default_value = "calls")]
    sort: Sort,
}

/// What rows are sorted by: the highest first, names from A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Sort {
    Calls,
    InFlight,
    P99,
    Errors,
    Name,
}

fn interval(text: &str) -> Result<Duration, String> {
    match duration::parse(text)? {
        interval if interval < Duration::from_millis(200) => {
            Err("expected 200 ms or more: each time all servers are asked".to_owned())
        }
        interval => Ok(interval),
    }
}

impl Top {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = interrupt::ends(app.connect()).await?;
        let known = bus::known(&connection.settings);
        let topics = match self.topics.as_slice() {
            [] => known.clone(),
            topics => topics.to_vec(),
        };
        if topics.is_empty() {
            return Err(Failure::usage(
                "which topics? neither the command line nor the context names one, and none was met",
            )
            .hint("messaging-cli top TOPIC"));
        }
        for topic in &topics {
            // A name that no broker has is an error, and not an empty screen.
            Introspection::of(&connection.transport, Target::topic(topic))?;
        }
        let is_live = !self.once && !app.output.is_json() && io::stdout().is_terminal();
        let is_live = is_live && std::env::var_os("TERM").is_none_or(|it| it != "dumb");
        let mut view = View::new(topics.clone(), known, self.sort, self.interval);
        let board = Board::default();
        match is_live {
            true => self.live(app, &connection, &mut view, board).await,
            false => self.lines(app, &connection, &view, board).await,
        }
    }

    /// Draws it on a terminal, on which the last table is left where it is interrupted.
    async fn live(
        &self,
        app: &App,
        connection: &Connection,
        view: &mut View,
        mut board: Board,
    ) -> Result<(), Failure> {
        let ended = self.drawn(connection, view, &mut board).await;
        if ended.as_ref().is_err_and(|failure| failure.exit == Exit::Interrupted) {
            view.write(&board, app.output)?;
        }
        ended
    }

    async fn drawn(
        &self,
        connection: &Connection,
        view: &mut View,
        board: &mut Board,
    ) -> Result<(), Failure> {
        let mut screen = Screen::enter(io::stdout())?;
        let mut keys = keys();
        let mut asking = Asking::begin(connection, view.topics());
        let mut ticks = tokio::time::interval(self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            screen.draw(&view.lines(board, screen.size()))?;
            tokio::select! {
                () = interrupt::asked() => return Err(Failure::told(Exit::Interrupted)),
                Some(key) = keys.recv() => match key {
                    b'q' | b'Q' => return Ok(()),
                    // Ctrl-C and ctrl-D: this terminal makes no signals of them.
                    3 | 4 => return Err(Failure::told(Exit::Interrupted)),
                    key => view.key(key),
                },
                answers = asking.done() => board.take(answers),
                _ = ticks.tick() => asking.again(connection, view.topics()),
            }
        }
    }

    /// Writes a table, or a line, for each interval.
    async fn lines(
        &self,
        app: &App,
        connection: &Connection,
        view: &View,
        mut board: Board,
    ) -> Result<(), Failure> {
        let mut ticks = tokio::time::interval(self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_first = true;
        loop {
            let round = async {
                ticks.tick().await;
                ask(connection, view.topics()).await
            };
            let answers = tokio::select! {
                answers = round => answers,
                () = interrupt::asked() => return Err(Failure::told(Exit::Interrupted)),
            };
            board.take(answers);
            if !is_first || board.is_away() {
                view.write(&board, app.output)?;
                if self.once {
                    return board.verdict(view.known());
                }
            }
            is_first = false;
        }
    }
}

/// What servers of all topics have answered, and when they were asked.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) asked: Instant,
    pub(super) topics: Vec<(String, Result<Vec<Answer>, Failure>)>,
}

/// What one server has answered; none if it tells nothing, as Python servers.
pub(super) type Answer = Option<messaging::introspection::Statistics>;

/// Asks the servers of all topics at once.
async fn ask(connection: &Connection, topics: &[String]) -> Answers {
    let asked = Instant::now();
    let mut asking = JoinSet::new();
    for topic in topics {
        let (connection, topic) = (connection.clone(), topic.clone());
        asking.spawn(async move {
            // Boxed, as the compiler cannot tell otherwise that it may go to another thread.
            let answers = stats(&connection, &topic).boxed().await;
            (topic, answers)
        });
    }
    let mut topics = asking.join_all().await;
    topics.sort_by(|(one, _), (other, _)| one.cmp(other));
    Answers { asked, topics }
}

async fn stats(connection: &Connection, topic: &str) -> Result<Vec<Answer>, Failure> {
    let asked = bus::ask(connection, topic, None, WINDOW, |it| it.stats()).await?;
    let (mut answers, mut failed) = (Vec::new(), None);
    for heard in asked.heard {
        match heard.said {
            Said::Told(statistics) => answers.push(Some(statistics)),
            Said::Nothing => answers.push(None),
            Said::Failed(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if answers.is_empty() => Err(error.into()),
        _ => Ok(answers),
    }
}

/// A round of questions, one at a time.
struct Asking(JoinSet<Answers>);

impl Asking {
    fn begin(connection: &Connection, topics: &[String]) -> Self {
        let mut asking = Self(JoinSet::new());
        asking.again(connection, topics);
        asking
    }

    /// Asks, unless the last round still goes on.
    fn again(&mut self, connection: &Connection, topics: &[String]) {
        if self.0.is_empty() {
            let (connection, topics) = (connection.clone(), topics.to_vec());
            self.0.spawn(async move { ask(&connection, &topics).await });
        }
    }

    /// What was answered; waits for ever where nobody was asked.
    async fn done(&mut self) -> Answers {
        match self.0.join_next().await {
            Some(Ok(answers)) => answers,
            _ => std::future::pending().await,
        }
    }
}

/// The keys that are pressed, read by a thread that ends with the process.
fn keys() -> mpsc::Receiver<u8> {
    let (sender, keys) = mpsc::channel(16);
    if io::stdin().is_terminal() {
        std::thread::spawn(move || {
            for key in io::stdin().lock().bytes().map_while(Result::ok) {
                if sender.blocking_send(key).is_err() {
                    break;
                }
            }
        });
    }
    keys
}
