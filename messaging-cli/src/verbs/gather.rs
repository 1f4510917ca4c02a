//! `gather`: asks every server, and shows each answer as it arrives.

use std::time::{Duration, Instant};

use messaging::{CallError, Failure as RemoteFailure, Gathered};
use serde_json::{Value, json};

use crate::app::App;
use crate::bus;
use crate::duration;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::{BAD, FAINT, NAME};
use crate::request::{Answer, Request, RequestArgs, compact, remote, remote_json};
use crate::text;

/// How long answers may take, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(5);

/// Calls a method of every server of a topic, and shows each answer as it arrives.
///
/// It ends when all have answered that read the topic's queue, or `--timeout` has passed, 5 s unless
/// told otherwise. With `--json` each answer is a line. Servers in Python do not say their names.
#[derive(Debug, clap::Args)]
#[command(override_usage = "messaging-cli gather [OPTIONS] <TOPIC> <METHOD> [ARGS]...")]
pub(crate) struct Gather {
    #[command(flatten)]
    request: RequestArgs,
    /// Ends after so many answers.
    #[arg(long, value_name = "COUNT")]
    first: Option<usize>,
}

/// What came of it so far.
#[derive(Debug, Default)]
struct Tally {
    answers: u64,
    failed: Option<Exit>,
}

impl Gather {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let request = interrupt::ends(self.request.prepare(app, &connection, None)).await?;
        let Some(request) = request else { return Ok(()) };
        if request.consumers == Some(0) {
            return Err(bus::nobody(&text::line(&request.topic), request.queue));
        }
        let window = connection.settings.timeout_or(WINDOW);
        let mut tally = Tally::default();
        let begun = Instant::now();
        let done = interrupt::ends(self.listen(app, &request, window, begun, &mut tally)).await;
        let taken = duration::show(begun.elapsed());
        let silent = request.consumers.map_or(0, |it| it.saturating_sub(tally.answers));
        let asked = request.consumers.map_or(String::new(), |it| format!(" of {it} servers"));
        app.output.note(format_args!("{} answers{asked} in {taken}", tally.answers));
        done?;
        match (tally.failed, tally.answers) {
            (Some(exit), _) => Err(Failure::told(exit)),
            (None, answers) if answers == 0 || (silent > 0 && self.first.is_none()) => {
                let waited = duration::show(window);
                Err(Failure::new(
                    Exit::Timeout,
                    format!("{silent} servers did not answer within {waited}"),
                ))
            }
            _ => Ok(()),
        }
    }

    async fn listen(
        &self,
        app: &App,
        request: &Request,
        window: Duration,
        begun: Instant,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let call = request.client.call::<Answer>(&request.method, &request.args);
        let consumers = request.consumers.and_then(|it| usize::try_from(it).ok());
        let mut gather = call.gather(window);
        gather = match (self.first, consumers) {
            (Some(first), _) => gather.first(first),
            (None, Some(all)) => gather.all_of(all),
            (None, None) => gather,
        };
        let mut answers = gather.await.map_err(|error| request.failed(error.into()))?;
        while let Some(answer) = answers.next().await {
            tally.answers += 1;
            let exit = answer.result.as_ref().err().map(exit);
            tally.failed = tally.failed.or(exit);
            tell(app, &answer, begun.elapsed())?;
        }
        match answers.dropped() {
            0 => Ok(()),
            dropped => {
                app.output
                    .note(format_args!("{dropped} answers were dropped, as they came too fast"));
                Ok(())
            }
        }
    }
}

fn exit(error: &CallError<RemoteFailure>) -> Exit {
    error.kind().map_or(Exit::Remote, Exit::from)
}

fn tell(
    app: &App,
    answer: &Gathered<Answer, RemoteFailure>,
    after: Duration,
) -> Result<(), Failure> {
    let Gathered { server, result, .. } = answer;
    if app.output.is_json() {
        let mut line = json!({ "server": server, "seconds": after.as_secs_f64() });
        match result {
            Ok(result) => {
                // Beside the rest as it came, digit by digit.
                let head = line.to_string();
                let head = head.trim_end_matches('}');
                return app.output.raw_line(&format!("{head},\"result\":{}}}", result.get()));
            }
            Err(error) => line["error"] = error_json(error),
        }
        return app.output.json_line(&line);
    }
    let name = server.as_deref().map_or_else(|| "(unnamed)".to_owned(), text::line);
    let after = duration::show(after);
    let head = format!("{NAME}{name}{NAME:#} {FAINT}{after}{FAINT:#}");
    match result {
        Ok(result) => app.output.line(format_args!("{head}  {}", compact(result))),
        Err(CallError::Remote(failure)) => {
            app.output.line(format_args!("{head}  {}", remote(failure, app.globals.verbose > 0)))
        }
        Err(CallError::Rpc(error)) => {
            app.output.line(format_args!("{head}  {BAD}{:?}{BAD:#}: {error}", error.kind()))
        }
    }
}

fn error_json(error: &CallError<RemoteFailure>) -> Value {
    match error {
        CallError::Remote(failure) => json!({ "remote": remote_json(failure) }),
        CallError::Rpc(error) => {
            json!({ "kind": format!("{:?}", error.kind()), "message": error.to_string() })
        }
    }
}
