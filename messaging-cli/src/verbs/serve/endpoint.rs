//! An endpoint that serves every method.

use std::sync::Arc;
use std::time::Duration;

use messaging::{
    Answer, ApiDescriptor, Endpoint, Failure, Handled, Invocation, MethodDescriptor, Unpack,
    Version,
};
use serde_json::value::RawValue;

use super::command::Command;
use super::served::Served;
use crate::text;

/// What answers.
#[derive(Debug)]
pub(crate) enum Answers {
    /// The arguments themselves.
    Echo,
    Command(Command),
}

impl Answers {
    /// For people, after `serving ..:`.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Echo => "every method answers with its arguments".to_owned(),
            Self::Command(command) => {
                format!("every method runs `{}`", text::line(&command.line))
            }
        }
    }
}

/// What was asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) namespace: Option<String>,
    pub(super) version: Option<Version>,
    /// A JSON object, as it came.
    pub(super) args: Box<RawValue>,
}

/// Serves every method of one version.
#[derive(Debug)]
pub(crate) struct Anything {
    api: ApiDescriptor,
    answers: Arc<Answers>,
    delay: Option<Duration>,
    served: Option<Arc<Served>>,
}

/// Answers every method of version 1.0 with its arguments.
pub(crate) fn echo() -> Anything {
    Anything::new(Version::new(1, 0), None, Arc::new(Answers::Echo))
}

impl Anything {
    pub(super) fn new(version: Version, namespace: Option<&str>, answers: Arc<Answers>) -> Self {
        let name = match *answers {
            Answers::Echo => "Echo",
            Answers::Command(_) => "Command",
        };
        let mut api = ApiDescriptor::new(name, version, &[MethodDescriptor::ANY]);
        // One of these is made for each version on the command line, and lives as long as the
        // process does.
        api.namespace = namespace.map(|name| &*Box::leak(name.to_owned().into_boxed_str()));
        Self { api, answers, delay: None, served: None }
    }

    pub(super) fn delayed(self, delay: Option<Duration>) -> Self {
        Self { delay, ..self }
    }

    pub(super) fn counted(self, served: Arc<Served>) -> Self {
        Self { served: Some(served), ..self }
    }
}

impl Endpoint for Anything {
    fn api(&self) -> ApiDescriptor {
        self.api
    }

    fn handle(&self, invocation: Invocation) -> Handled {
        let (answers, delay) = (Arc::clone(&self.answers), self.delay);
        let served = self.served.clone();
        Box::pin(async move {
            let method = invocation.method().to_owned();
            let namespace = invocation.namespace().map(str::to_owned);
            let version = invocation.version();
            let args = Unpack::new(invocation).take_rest()?;
            let asked = Asked { method, namespace, version, args };
            let running = served.as_ref().map(|served| served.begin(&asked.method));
            if let Some(delay) = delay {
                tokio::time::sleep(delay).await;
            }
            let outcome = answer(&answers, &asked).await;
            if let Some(running) = running {
                running.ended(&asked, &outcome);
            }
            Answer::new(&outcome?)
        })
    }
}

async fn answer(answers: &Answers, asked: &Asked) -> Result<Box<RawValue>, Failure> {
    match answers {
        Answers::Echo => Ok(asked.args.clone()),
        Answers::Command(command) => command.run(asked).await,
    }
}
