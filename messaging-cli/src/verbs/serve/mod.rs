//! `serve`: something to call, without a program to be written.

mod command;
mod endpoint;
mod served;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use messaging::{Event, Executor, RpcServer, Target, Transport, Version};
use serde_json::json;

use self::command::Command;
use self::endpoint::Anything;
use self::served::Served;
use crate::app::App;
use crate::exit::{Exit, Failure};
use crate::output::{NAME, Output};
use crate::{duration, interrupt, size, text};

pub(crate) use self::endpoint::{Answers, echo};

/// How long a command may run, unless told otherwise; as long as calls wait by default.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves a topic by a command of the shell, or by an echo: something to call.
///
/// Every method is served, whatever its name. It ends by ctrl-C: it takes no more, lets what runs
/// finish, and says what it has served; a second ctrl-C cuts off what still runs.
#[derive(Debug, clap::Args)]
#[command(
    group(clap::ArgGroup::new("work").required(true).args(["command", "echo"]))
)]
pub(crate) struct Serve {
    /// The topic.
    topic: String,

    /// Runs this for each request, by `sh -c`: the arguments are a JSON object on its standard
    /// input, and the JSON on its standard output is the result; none is null. If it ends with
    /// another status than 0, the caller gets an error `CommandFailed` with what it wrote to
    /// standard error. The variables MESSAGING_METHOD, MESSAGING_NAMESPACE, MESSAGING_VERSION,
    /// MESSAGING_TOPIC and MESSAGING_SERVER say what was asked for. `--timeout` is how long it may
    /// run, 60 s by default; a command that takes longer, or whose caller has given up, is killed
    /// with all that it has started.
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,

    /// Answers every method with its arguments.
    #[arg(long)]
    echo: bool,

    /// What the command writes is a text, and need not be JSON; a line end at its end is cut.
    #[arg(long, requires = "command")]
    text: bool,

    /// How many bytes a command may write.
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = size::parse)]
    max_output: usize,

    /// How many requests are served at once.
    #[arg(long, value_name = "N", default_value = "8")]
    concurrency: NonZeroUsize,

    /// Waits so long before each answer.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    delay: Option<Duration>,

    /// The server's name, which no other server of the topic has; the default is that of this
    /// machine.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// The namespace that is served; the default is none.
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// The version that is served, and with it those of the same major before it; may be given
    /// several times.
    #[arg(long, value_name = "VERSION", default_value = "1.0")]
    version: Vec<Version>,

    /// How long what runs may take to finish when it ends.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse)]
    drain: Duration,

    /// Writes a line for each request.
    #[arg(long)]
    show: bool,
}

impl Serve {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = interrupt::ends(app.connect()).await?;
        let output = app.output;
        let name = self.server.clone().unwrap_or_else(host);
        let patience = connection.settings.timeout_or(PATIENCE);
        let served = Arc::new(Served::new(output, self.show));
        let (server, answers) = self.start(&connection.transport, &name, patience, &served).await?;
        let versions: Vec<_> = self.version.iter().map(ToString::to_string).collect();
        match output.is_json() {
            true => output.json_line(&json!({ "serving": {
                "topic": self.topic,
                "server": name,
                "namespace": self.namespace,
                "versions": versions,
            }}))?,
            false => {
                output.line(format_args!(
                    "serving topic {NAME}{}{NAME:#} as {NAME}{}{NAME:#}, version {}: {}",
                    text::line(&self.topic),
                    text::line(&name),
                    versions.join(" and "),
                    answers.describe(),
                ))?;
                output.note("ctrl-C ends it");
            }
        }
        tokio::select! {
            () = interrupt::asked() => (),
            () = tell(&connection.transport, output) => (),
        }
        self.stop(&server, &served, output).await
    }

    async fn start(
        &self,
        transport: &Transport,
        name: &str,
        patience: Duration,
        served: &Arc<Served>,
    ) -> Result<(RpcServer, Arc<Answers>), Failure> {
        let command = self.command.as_ref().map(|line| Command {
            line: line.clone(),
            within: patience,
            most: self.max_output,
            is_text: self.text,
            topic: self.topic.clone(),
            server: name.to_owned(),
        });
        let answers = Arc::new(match command {
            Some(command) => Answers::Command(command),
            None => Answers::Echo,
        });
        let mut builder = RpcServer::builder(transport, Target::topic(&self.topic).server(name));
        for version in &self.version {
            let namespace = self.namespace.as_deref();
            let endpoint = Anything::new(*version, namespace, Arc::clone(&answers));
            let endpoint = endpoint.delayed(self.delay).counted(Arc::clone(served));
            builder = builder.endpoint(endpoint);
        }
        let executor = Executor::tasks(self.concurrency.get());
        Ok((builder.executor(executor).start().await?, answers))
    }

    /// Takes no more, waits for what runs, and says what was served.
    async fn stop(
        &self,
        server: &RpcServer,
        served: &Served,
        output: Output,
    ) -> Result<(), Failure> {
        server.stop();
        let running = served.running();
        if running > 0 {
            let verb = if running == 1 { "runs" } else { "run" };
            output.note(format_args!(
                "stopping: {running} still {verb}, for up to {}; ctrl-C cuts off what runs",
                duration::show(self.drain)
            ));
        }
        let report = tokio::select! {
            report = server.shutdown(self.drain) => report,
            () = interrupt::asked() => server.shutdown(Duration::from_millis(500)).await,
        };
        served.tell(&report)?;
        match report.is_clean() {
            true => Ok(()),
            // It was told.
            false => Err(Failure::told(Exit::Interrupted)),
        }
    }
}

/// The name of this machine.
fn host() -> String {
    #[cfg(unix)]
    let host = rustix::system::uname().nodename().to_str().map(str::to_owned).unwrap_or_default();
    #[cfg(not(unix))]
    let host = std::env::var("COMPUTERNAME").unwrap_or_default();
    match host.is_empty() {
        true => "messaging-cli".to_owned(),
        false => host,
    }
}

/// Tells people of what becomes of the connection, for as long as it runs.
async fn tell(transport: &Transport, output: Output) {
    let mut events = transport.events();
    while let Some(event) = events.next().await {
        match event {
            Event::Disconnected { host, reason, .. } => output.note(format_args!(
                "the connection to {} was lost, and is made anew: {}",
                text::line(&host),
                text::line(&reason)
            )),
            Event::Connected { host, generation: 2.., .. } => {
                output.note(format_args!("connected to {} again", text::line(&host)));
            }
            _ => (),
        }
    }
    // The transport was closed, which nobody but this program does.
    std::future::pending().await
}
