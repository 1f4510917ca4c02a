//! A request, as it stands on the command line.

use std::time::Duration;

use messaging::driver::Look;
use messaging::{Context, RpcClient, Target, Version};
use serde_json::{Map, Value};

use super::given::{Args, Given};
use super::known::{Known, Method};
use crate::app::App;
use crate::bus;
use crate::complete;
use crate::connect::Connection;
use crate::context::Met;
use crate::exit::{Exit, Failure};
use crate::text;

/// How long a server may take to describe itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// What stands on the command line of a request.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RequestArgs {
    /// The topic.
    #[arg(add = complete::topics())]
    pub(crate) topic: String,

    /// The method, and its arguments: `--name value` or `--name=value` for each, or all as one JSON
    /// object, as `@FILE` that holds one, or as `-`, which is standard input. `--help` shows what
    /// the method takes.
    ///
    /// A value is JSON where the method's schema, or else its text, says so, and a string otherwise.
    /// What comes later wins. Options of this program stand before the topic.
    #[arg(
        value_name = "METHOD [ARGS]", required = true, num_args = 1.., trailing_var_arg = true,
        allow_hyphen_values = true, add = complete::methods()
    )]
    words: Vec<String>,

    /// The namespace of the API; the default is that of the API that has the method, where the
    /// server tells it, and else none.
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// The version that the request is made for; the default is the lowest that has the method and
    /// the arguments, where the server tells it, and else 1.0.
    #[arg(long, value_name = "VERSION")]
    version: Option<Version>,

    /// The context that travels beside the arguments, a JSON object.
    #[arg(long, value_name = "JSON", value_parser = object)]
    context: Option<Map<String, Value>>,

    /// Sends the arguments as they are: the server is not asked what it takes.
    #[arg(long)]
    no_check: bool,
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("expected a JSON object: {error}"))
}

/// A request that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) client: RpcClient,
    pub(crate) topic: String,
    pub(crate) method: String,
    pub(crate) args: Args,
    /// Whether the server told what it takes.
    is_described: bool,
    /// The queue that it goes to.
    pub(crate) queue: Look,
    /// How many servers are there, as far as can be told.
    pub(crate) consumers: Option<u64>,
}

impl RequestArgs {
    fn method(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Adds an argument behind those that there are.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.words.push(format!("--{name}={value}"));
    }

    /// Asks the server what it takes, and makes the request. None where its help was asked for, and
    /// given.
    pub(crate) async fn prepare(
        &self,
        app: &App,
        connection: &Connection,
        server: Option<&str>,
    ) -> Result<Option<Request>, Failure> {
        let words = self.words.get(1..).unwrap_or_default().to_vec();
        // Standard input may take as long as it likes, and an interrupt must be heard meanwhile.
        let given = tokio::task::spawn_blocking(move || Given::read(&words)).await;
        let given =
            given.map_err(|_| Failure::new(Exit::Other, "the arguments were not read"))??;
        let queue = connection.look(&self.topic, server, PATIENCE).await?;
        if queue == Look::Missing {
            return Err(bus::missing(connection, &self.topic, server).await);
        }
        let consumers = match queue {
            Look::Queue { consumers, .. } => Some(consumers),
            _ => None,
        };
        if server.is_none() {
            Met::of(&connection.settings.broker).add(&self.topic);
        }
        let known = match (self.no_check, consumers) {
            (true, _) | (_, Some(0)) => Known::default(),
            _ => Known::ask(connection, &self.topic, server, consumers, PATIENCE).await?,
        };
        if known.is_silent {
            app.output.note("the server does not say in time what it takes: nothing is checked");
        }
        let method = self.method();
        let described = match known.is_empty() {
            true => None,
            false => {
                Some(known.find(&self.topic, method, self.namespace.as_deref(), self.version)?)
            }
        };
        if given.asks_help()
            && described.as_ref().is_none_or(|it| it.contract.param("help").is_none())
        {
            let described = described.ok_or_else(|| {
                Failure::new(Exit::Unknown, format!("the server tells nothing of `{method}`"))
            })?;
            match app.output.is_json() {
                true => app.output.json(&described.contract)?,
                false => app.output.line(text::lines(&described.help(&self.topic)))?,
            }
            return Ok(None);
        }
        let args = match &described {
            Some(described) => described.arguments(&given)?,
            None => given.as_it_is(),
        };
        Ok(Some(Request {
            client: self.client(connection, server, described.as_ref(), &args)?,
            topic: self.topic.clone(),
            method: method.to_owned(),
            args,
            is_described: described.is_some(),
            queue,
            consumers,
        }))
    }

    /// A client that asks for what was found, unless the command line says otherwise.
    fn client(
        &self,
        connection: &Connection,
        server: Option<&str>,
        described: Option<&Method>,
        args: &Args,
    ) -> Result<RpcClient, Failure> {
        let mut target = Target::topic(&self.topic);
        target.server = server.map(str::to_owned);
        target.namespace = match described {
            Some(described) => described.namespace.clone(),
            None => self.namespace.clone(),
        };
        target.version = self.version.or(described.map(|it| it.version_for(args)));
        // Built once more, since names are checked there.
        let client = RpcClient::new(&connection.transport, target).prepare();
        let client = match &self.context {
            Some(values) => client.context(Context::from_typed(values)?),
            None => client,
        };
        let of_method = described.and_then(|it| it.contract.timeout);
        Ok(client.timeout(connection.settings.timeout().or(of_method)).build()?)
    }
}

impl Request {
    /// A failure with what the user can do about it here.
    pub(crate) fn failed(&self, failure: Failure) -> Failure {
        match failure.exit {
            Exit::Unknown if !self.is_described => failure.hint(
                "the server tells nothing of itself, so nothing was checked: name the API that it \
                 has by --namespace and --version",
            ),
            Exit::Arguments if !self.is_described => {
                failure.hint("the server tells nothing of itself, so nothing was checked")
            }
            _ => failure,
        }
    }
}
