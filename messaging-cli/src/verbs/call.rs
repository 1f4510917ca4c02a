//! `call`: asks a server and waits for its answer.

use std::time::Instant;

use messaging::{CallError, Failure as RemoteFailure};

use crate::app::App;
use crate::duration;
use crate::exit::{Exit, Failure};
use crate::request::{Answer, RequestArgs, pretty, remote, remote_json};

/// Calls a method, and shows what it returns.
///
/// Where the server describes itself the arguments are checked by its schema before anything is
/// sent. With `--json` the result is written as it came, on one line. A method's own error goes to
/// standard error, by its name, with its fields; with -v also where it came from.
#[derive(Debug, clap::Args)]
#[command(override_usage = "messaging-cli call [OPTIONS] <TOPIC> <METHOD> [ARGS]...")]
pub(crate) struct Call {
    #[command(flatten)]
    request: RequestArgs,
    /// One server among those of the topic; the default is any.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
}

impl Call {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let request = self.request.prepare(app, &connection, self.server.as_deref()).await?;
        let Some(request) = request else { return Ok(()) };
        if request.consumers == Some(0) {
            app.output.note("nobody reads the queue at this moment: the call waits in it");
        }
        let begun = Instant::now();
        let answer = request.client.call::<Answer>(&request.method, &request.args).await;
        let taken = duration::show(begun.elapsed());
        match answer {
            Ok(answer) if app.output.is_json() => app.output.json_line(&answer),
            Ok(answer) => {
                app.output.line(pretty(&answer))?;
                app.output.note(format_args!("answered in {taken}"));
                Ok(())
            }
            Err(CallError::Remote(failure)) => Err(returned(app, &failure)),
            Err(CallError::Rpc(error)) => match error.failure() {
                Some(failure) if Exit::from(error.kind()) == Exit::Remote => {
                    Err(returned(app, failure))
                }
                _ => Err(request.failed(error.into())),
            },
        }
    }
}

/// The error that a method returned.
fn returned(app: &App, failure: &RemoteFailure) -> Failure {
    let told = remote(failure, app.globals.verbose > 0);
    Failure::new(Exit::Remote, failure.to_string()).shown_as(told).with_data(remote_json(failure))
}
