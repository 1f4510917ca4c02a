//! A bus that is reached by a transport.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use messaging::introspection::Introspection;
use messaging::{CallError, Error, Gathered, RpcClient, Target, Transport};
use serde_json::Value;

use super::{CallOutcome, CallRequest, Instance, Live, Silent, Snapshot};
use crate::{Document, DocumentError};

/// The most servers of one topic that are shown.
const SERVERS: usize = 300;

/// How long servers are waited for, and how long after the last that answered.
const WINDOW: Duration = Duration::from_secs(1);
const GAP: Duration = Duration::from_millis(300);

/// A bus that is reached by a transport.
#[derive(Clone, Debug)]
pub struct Bus {
    transport: Transport,
    exchange: Option<String>,
    window: Duration,
}

impl Bus {
    /// A bus reached by this transport. Servers are waited for a second, see
    /// [`waiting`](Self::waiting).
    #[must_use]
    pub fn new(transport: &Transport) -> Self {
        Self { transport: transport.clone(), exchange: None, window: WINDOW }
    }

    /// The same with the topics of another exchange than the transport's.
    #[must_use]
    pub fn exchange(mut self, exchange: impl Into<String>) -> Self {
        self.exchange = Some(exchange.into());
        self
    }

    /// The same with servers waited for so long; they are waited for no longer than 0.3 s after
    /// the last that answered.
    #[must_use]
    pub fn waiting(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// What the servers of these topics serve, each contract once, with the topic by which it was
    /// found.
    ///
    /// # Errors
    ///
    /// Those of the bus, and a text that names the topics where no server tells what it serves.
    pub async fn describe(&self, topics: &[String]) -> Result<Document, DescribeError> {
        let mut contracts = Vec::new();
        for topic in topics {
            let client = Introspection::of(&self.transport, self.target(topic))?;
            let gather = client.describe().gather(self.window).gap(GAP).first(SERVERS);
            let mut answers = gather.await?;
            while let Some(answer) = answers.next().await {
                let Ok(description) = answer.result else { continue };
                for mut contract in description.apis.into_iter().map(|api| api.contract) {
                    // Where it is served, which need not be where its clients look by default.
                    contract.topic.clone_from(topic);
                    if !contracts.contains(&contract) && contracts.len() <= SERVERS {
                        contracts.push(contract);
                    }
                }
            }
        }
        if contracts.is_empty() {
            let named: Vec<_> = topics.iter().map(|topic| format!("`{topic}`")).collect();
            return Err(DescribeError::Nobody(named.join(", ")));
        }
        contracts.sort_by_key(|it| (it.name.clone(), it.version));
        Document::new(contracts).map_err(DescribeError::Document)
    }

    fn target(&self, topic: &str) -> Target {
        let target = Target::topic(topic);
        match &self.exchange {
            Some(exchange) => target.exchange(exchange),
            None => target,
        }
    }

    async fn look_at(&self, topic: &str, snapshot: &mut Snapshot) -> Result<(), Error> {
        let client = Introspection::of(&self.transport, self.target(topic))?;
        let gather = client.stats().gather(self.window).gap(GAP).first(SERVERS);
        let mut answers = gather.await?;
        let mut silent = 0;
        while let Some(Gathered { result, .. }) = answers.next().await {
            match result {
                Ok(statistics) => snapshot.servers.push(Instance::of(topic, statistics)),
                Err(_) => silent += 1,
            }
        }
        if silent > 0 {
            snapshot.silent.push(Silent { topic: topic.to_owned(), count: silent });
        }
        Ok(())
    }
}

#[async_trait]
impl Live for Bus {
    async fn look(&self, topics: &[String]) -> Snapshot {
        let each = topics.iter().map(|topic| async move {
            let mut snapshot = Snapshot::default();
            if let Err(error) = self.look_at(topic, &mut snapshot).await {
                snapshot.problems.push(error.to_string());
            }
            snapshot
        });
        let mut whole = Snapshot::default();
        for part in join_all(each).await {
            whole.servers.extend(part.servers);
            whole.silent.extend(part.silent);
            whole.problems.extend(part.problems);
        }
        whole.servers.sort_by(|a, b| (&a.topic, &a.server).cmp(&(&b.topic, &b.server)));
        whole
    }

    async fn call(&self, request: CallRequest) -> CallOutcome {
        let mut target = self.target(&request.topic).version(request.version);
        target.namespace = request.namespace;
        target.server = request.server;
        let client = RpcClient::new(&self.transport, target);
        if request.cast {
            let cast = client.cast(request.method, request.args).context(&request.context);
            let sent = if request.fanout { cast.fanout().await } else { cast.await };
            return match sent {
                Ok(()) => CallOutcome::Sent,
                Err(error) => CallOutcome::error(&error),
            };
        }
        let call = client.call::<Value>(request.method, request.args);
        match call.context(&request.context).timeout(request.timeout).await {
            Ok(value) => CallOutcome::answered(&value),
            Err(CallError::Remote(failure)) => CallOutcome::failed(&failure),
            Err(CallError::Rpc(error)) => CallOutcome::error(&error),
        }
    }
}

/// Why it is not known what servers serve.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DescribeError {
    /// Of these topics no server tells what it serves.
    Nobody(String),
    /// What they serve cannot be shown.
    Document(DocumentError),
    /// The bus could not be asked.
    Bus(Error),
}

impl From<Error> for DescribeError {
    fn from(error: Error) -> Self {
        Self::Bus(error)
    }
}

impl std::fmt::Display for DescribeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody(topics) => write!(
                f,
                "no server of {topics} told what it serves; servers in Rust do, and servers in Python \
                 do not: start one, or give the contract as a file"
            ),
            Self::Document(error) => error.fmt(f),
            Self::Bus(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DescribeError {}
