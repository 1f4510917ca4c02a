//! The request that is made again and again.

use std::time::Duration;

use messaging::{CallError, Failure as RemoteFailure, RpcClient, Transport};
use serde_json::value::RawValue;

use crate::app::App;
use crate::connect::Connection;
use crate::exit::{Exit, Failure};
use crate::request::RequestArgs;
use crate::{size, text};

/// How long a request may take, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stands of it on the command line.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WorkArgs {
    #[command(flatten)]
    request: RequestArgs,

    /// Adds an argument that is a text of so many bytes.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    size: Option<usize>,

    /// The name of that argument.
    #[arg(long, value_name = "NAME", default_value = "payload", requires = "size")]
    size_as: String,

    /// One server among those of the topic; the default is any.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
}

/// The request, and the clients that make it.
#[derive(Debug)]
pub(crate) struct Work {
    /// One for each connection.
    clients: Vec<RpcClient>,
    pub(super) transports: Vec<Transport>,
    pub(super) topic: String,
    pub(super) method: String,
    /// A JSON object.
    pub(super) args: Box<RawValue>,
    pub(super) is_cast: bool,
}

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The kind of the error, or the class of the method's own: few words, for a table.
    pub(super) kind: String,
    pub(super) failure: Failure,
}

impl WorkArgs {
    pub(super) fn topic(&self) -> &str {
        &self.request.topic
    }

    /// The request over each of the connections. None where the method's help was asked for, and
    /// given.
    pub(super) async fn prepare(
        &self,
        app: &App,
        connections: Vec<Connection>,
        is_cast: bool,
    ) -> Result<Option<Work>, Failure> {
        let mut request = self.request.clone();
        if let Some(size) = self.size {
            request.add(&self.size_as, &"x".repeat(size));
        }
        let (mut clients, mut prepared) = (Vec::new(), None);
        for connection in &connections {
            let request = request.prepare(app, connection, self.server.as_deref()).await?;
            let Some(request) = request else { return Ok(None) };
            let patience = connection.settings.timeout_or(PATIENCE);
            clients.push(request.client.prepare().timeout(patience).build()?);
            prepared = Some(request);
        }
        let Some(request) = prepared else { return Ok(None) };
        let args = serde_json::value::to_raw_value(&request.args)
            .map_err(|error| Failure::new(Exit::Arguments, error.to_string()))?;
        Ok(Some(Work {
            clients,
            transports: connections.into_iter().map(|it| it.transport).collect(),
            topic: request.topic,
            method: request.method,
            args,
            is_cast,
        }))
    }
}

impl Work {
    /// Makes the request once, on the connection that falls to this client.
    pub(super) async fn once(&self, client: usize) -> Result<(), Problem> {
        let Some(client) = self.clients.get(client % self.clients.len().max(1)) else {
            return Ok(());
        };
        match self.is_cast {
            true => client.cast(&self.method, &self.args).await.map_err(Problem::from),
            false => {
                let answer = client.call::<Box<RawValue>>(&self.method, &self.args).await;
                answer.map(drop).map_err(Problem::from)
            }
        }
    }
}

impl From<messaging::Error> for Problem {
    fn from(error: messaging::Error) -> Self {
        Self { kind: format!("{:?}", error.kind()), failure: error.into() }
    }
}

impl From<CallError<RemoteFailure>> for Problem {
    fn from(error: CallError<RemoteFailure>) -> Self {
        match error {
            CallError::Rpc(error) => error.into(),
            CallError::Remote(failure) => Self {
                kind: format!("Remote {}", text::line(&failure.class)),
                failure: Failure::new(Exit::Remote, failure.to_string()),
            },
        }
    }
}
