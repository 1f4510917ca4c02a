//! The two clients: limited to version 2.5 for as long as a server may be of that version, and
//! then no more.

use std::sync::Arc;
use std::time::Duration;

use messaging::{CallError, ErrorKind, Proxy as _, Transport, version};
use serde_json::json;

use crate::api::Answer;
use crate::api::new::FleetClient;
use crate::ask::Ask;
use crate::python::{Python, command};

/// How long a call may take; `client.py` has the same.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Which client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    Python,
    Rust,
}

/// A client of the upgraded API.
#[derive(Clone)]
pub(crate) enum Client {
    Python { program: Arc<Python>, topic: String },
    Rust { pinned: FleetClient, lifted: FleetClient },
}

impl Client {
    pub(crate) fn python(topic: &str) -> Self {
        let program = Arc::new(Python::spawn("client.py", &[]));
        Self::Python { program, topic: topic.to_owned() }
    }

    pub(crate) fn rust(transport: &Transport, topic: &str) -> Self {
        let client = FleetClient::new(transport).prepare().topic(topic).timeout(TIMEOUT);
        let lifted = client.build().expect("a client");
        let pinned =
            lifted.prepare().version(version!("2.5").version()).build().expect("a pinned client");
        Self::Rust { pinned, lifted }
    }

    pub(crate) fn language(&self) -> Language {
        match self {
            Self::Python { .. } => Language::Python,
            Self::Rust { .. } => Language::Rust,
        }
    }

    /// Calls, without its limit if it is `lifted`. The error is told as text.
    pub(crate) async fn call(&self, ask: &Ask, lifted: bool) -> Result<Answer, String> {
        match self {
            Self::Python { program, topic } => {
                let (method, args) = ask.by_name();
                let mut call = command(topic, "call", method, args);
                call["version"] = json!(if ask.is_new() { "2.6" } else { "2.5" });
                if !lifted {
                    call["version_cap"] = json!("2.5");
                }
                let answer = program.ask(call).await.map_err(|error| error.to_string())?;
                serde_json::from_value(answer).map_err(|error| error.to_string())
            }
            Self::Rust { pinned, lifted: unpinned } => {
                let client = if lifted { unpinned } else { pinned };
                rust_call(client, ask).await.map_err(|error| error.to_string())
            }
        }
    }

    /// Asserts that the limited client itself refuses what 2.6 brought: a server without it would
    /// have refused it by another name, and one with it would have run it.
    pub(crate) async fn assert_refuses_what_is_new(&self) {
        for ask in [Ask::EchoTwice { value: "new".into() }, Ask::Multiply { a: 2, b: 3 }] {
            match self {
                Self::Python { .. } => {
                    let error = self.call(&ask, false).await.expect_err("it is refused");
                    assert!(error.contains(r#""type":"RPCVersionCapError""#), "{error}");
                }
                Self::Rust { pinned, .. } => {
                    let error = rust_call(pinned, &ask).await.expect_err("it is refused");
                    let kind = error.rpc().map(messaging::Error::kind);
                    assert_eq!(kind, Some(ErrorKind::Version), "{error}");
                }
            }
        }
    }

    /// Ends the program, if it is one.
    pub(crate) async fn finish(self) {
        if let Self::Python { program, .. } = self {
            Arc::into_inner(program).expect("nobody else calls any more").finish().await;
        }
    }
}

async fn rust_call(
    client: &FleetClient,
    ask: &Ask,
) -> Result<Answer, CallError<std::convert::Infallible>> {
    match ask.clone() {
        Ask::Echo { value } => client.echo(value, false).await,
        Ask::Add { a, b } => client.add(a, b).await,
        Ask::EchoTwice { value } => client.echo(value, true).await,
        Ask::Multiply { a, b } => client.multiply(a, b).await,
    }
}
