//! One question to all servers: who speaks this version?

use std::time::Duration;

use serde_json::Value;

use super::core::ClientCore;
use super::outgoing::Outgoing;
use super::{Call, Gathered};
use crate::error::shortened;
use crate::{ApiDescriptor, CallError, Error, ErrorKind, Failure, Version};

/// A method that no server has: what is hidden is nobody's, and no language can name it so. A
/// server that speaks the version says that it has no such method, and else that it does not speak
/// it (wire document, section 16.3). A server in Python logs no exception over a method that it does
/// not have if the name ends so.
const NO_METHOD: &str = "_messaging-negotiate_ignore_errors";

/// How many servers an error names.
const NAMED: usize = 5;

/// Asks the servers of an API.
pub(super) struct Poll<'a> {
    pub(super) core: &'a ClientCore,
    pub(super) api: ApiDescriptor,
    pub(super) window: Duration,
}

/// What they said of one version. A server that does not say its name is one without.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Those that answered, in order.
    pub(super) servers: Vec<Option<String>>,
    /// Those of them that do not speak it.
    pub(super) refused: Vec<Option<String>>,
}

impl Poll<'_> {
    /// Asks who speaks `version`. If it is known who is there, it ends with as many answers, or with
    /// the first that refuses.
    ///
    /// # Errors
    ///
    /// If it cannot be asked, or an answer is neither yes nor no.
    pub(super) async fn ask(
        &self,
        version: Version,
        known: Option<&[Option<String>]>,
    ) -> Result<Said, Error> {
        let args = b"{}".to_vec();
        let outgoing = Outgoing::new(self.core, NO_METHOD.to_owned().into(), args, Some(version));
        let call = Call::<Result<Value, Failure>>::new(Ok(outgoing));
        let mut said = Said::default();
        if let Some(server) = &self.core.settings().server {
            let server = Some(server.clone());
            let nobody = [ErrorKind::Unroutable, ErrorKind::Timeout];
            match call.timeout(self.window).await {
                Err(CallError::Rpc(error)) if nobody.contains(&error.kind()) => {}
                result => said.note(self, Gathered { server, result })?,
            }
            return Ok(said);
        }
        let mut gather = call.gather(self.window);
        if let Some(known) = known {
            gather = gather.first(known.len());
        }
        let mut answers = gather.await.map_err(|error| error.within(self.place()))?;
        while let Some(answer) = answers.next().await {
            said.note(self, answer)?;
            if known.is_some() && !said.refused.is_empty() {
                break;
            }
        }
        said.servers.sort_unstable();
        Ok(said)
    }

    pub(super) fn nobody(&self) -> Error {
        let settings = self.core.settings();
        let whom = match &settings.server {
            Some(server) => format!("server `{}` did not answer", shortened(server)),
            None => "no server answered".to_owned(),
        };
        Error::new(
            ErrorKind::Unroutable,
            format!(
                "{}: {whom} within {:?}; start one, check the topic, or give slow ones more time \
                 with `.window(..)`",
                self.place(),
                self.window
            ),
        )
    }

    /// That some refuse even the first version of the major.
    pub(super) fn no_common_version(
        &self,
        highest: Version,
        refused: &[Option<String>],
        asked: usize,
    ) -> Error {
        let major = highest.major;
        Error::new(
            ErrorKind::UnsupportedVersion,
            format!(
                "{}: no version from {major}.0 to {highest} is spoken by all of the {asked} servers \
                 that answered; {} refused {major}.0, and may be of another major or serve other \
                 APIs on this topic: upgrade them, or ask one with `.prepare().server(..)`",
                self.place(),
                listed(refused)
            ),
        )
    }

    /// `negotiating API `Scheduler` on topic `scheduler``.
    pub(super) fn place(&self) -> String {
        let settings = self.core.settings();
        let mut place =
            format!("negotiating API `{}` on topic `{}`", self.api.name, settings.topic);
        if let Some(namespace) = &settings.namespace {
            place.push_str(&format!(", namespace `{namespace}`"));
        }
        place
    }
}

impl Said {
    fn note(&mut self, poll: &Poll<'_>, answer: Gathered<Value, Failure>) -> Result<(), Error> {
        let Gathered { server, result } = answer;
        let unclear = || {
            format!("{}: {} gave no answer that tells what it speaks", poll.place(), {
                listed(std::slice::from_ref(&server))
            })
        };
        match result {
            Err(CallError::Rpc(error)) if error.kind() == ErrorKind::NoSuchMethod => {}
            Err(CallError::Rpc(error)) if error.kind() == ErrorKind::UnsupportedVersion => {
                self.refused.push(server.clone());
            }
            // What a server said, or what happened on the way there and back.
            Err(CallError::Rpc(error)) => {
                let is_answer = error.failure().is_some() || error.kind() == ErrorKind::Decode;
                return Err(error.within(if is_answer { unclear() } else { poll.place() }));
            }
            Err(CallError::Remote(failure)) => {
                let text = format!("{}: it answered {failure}", unclear());
                return Err(Error::new(ErrorKind::Remote, text).with_failure(failure));
            }
            Ok(_) => {
                let text = format!(
                    "{}: it answered a method that no server has, `{NO_METHOD}`; pin a version by \
                     hand with `.prepare().version(..)`",
                    unclear()
                );
                return Err(Error::new(ErrorKind::Decode, text));
            }
        }
        self.servers.push(server);
        Ok(())
    }
}

/// Some servers, for an error.
fn listed(servers: &[Option<String>]) -> String {
    let name = |server: &Option<String>| match server {
        Some(server) => format!("server `{}`", shortened(server)),
        None => "a server that does not say its name".to_owned(),
    };
    let mut names: Vec<String> = servers.iter().take(NAMED).map(name).collect();
    if servers.len() > NAMED {
        names.push(format!("{} more", servers.len() - NAMED));
    }
    names.join(", ")
}
