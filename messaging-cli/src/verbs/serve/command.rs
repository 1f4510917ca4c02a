//! A command of the shell that answers a request.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use messaging::Failure;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin};

use super::endpoint::Asked;
use crate::{duration, size};

/// The module of the failures that callers get.
const MODULE: &str = "messaging_cli.serve";

/// How much is kept of what a command writes to standard error.
const COMPLAINT: usize = 16 << 10;

/// A command of the shell, and its bounds.
#[derive(Debug)]
pub(crate) struct Command {
    pub(super) line: String,
    /// How long it may run.
    pub(super) within: Duration,
    /// How many bytes it may write.
    pub(super) most: usize,
    /// Whether it writes a text, and not JSON.
    pub(super) is_text: bool,
    pub(super) topic: String,
    pub(super) server: String,
}

impl Command {
    /// Runs it. Dropped before its end it is killed, with all that it has started.
    pub(super) async fn run(&self, asked: &Asked) -> Result<Box<RawValue>, Failure> {
        let mut child = self.start(asked).map_err(|error| {
            failure("CommandNotStarted", format!("the command cannot be started: {error}"))
        })?;
        let group = Group::of(&child);
        let input = child.stdin.take();
        let output = child.stdout.take();
        let complaint = child.stderr.take();
        let running = async {
            let (read, complaint, ()) = tokio::try_join!(
                self.output(output),
                async { Ok(beginning(complaint, COMPLAINT).await) },
                async {
                    give(input, asked.args.get()).await;
                    Ok(())
                },
            )?;
            let status = child.wait().await.map_err(|error| {
                failure("CommandFailed", format!("the command's end is not known: {error}"))
            })?;
            Ok::<_, Failure>((status, read, complaint))
        };
        let ended = tokio::time::timeout(self.within, running).await;
        let (status, output, complaint) = ended.map_err(|_| {
            let within = duration::show(self.within);
            failure("CommandTimedOut", format!("the command ran for {within}, and was killed"))
        })??;
        group.has_ended();
        match status.success() {
            true => self.result(output),
            false => Err(failed(status, &complaint)),
        }
    }

    fn start(&self, asked: &Asked) -> io::Result<Child> {
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let mut command = tokio::process::Command::new(shell);
        command.arg(flag).arg(&self.line);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The broker and its password are none of the command's, whose output a caller reads.
        command.env_remove("MESSAGING_URL").env_remove("OS_DEFAULT__TRANSPORT_URL");
        let version = asked.version.map(|version| version.to_string());
        for (name, value) in [
            ("MESSAGING_METHOD", Some(&asked.method)),
            ("MESSAGING_NAMESPACE", asked.namespace.as_ref()),
            ("MESSAGING_VERSION", version.as_ref()),
            ("MESSAGING_TOPIC", Some(&self.topic)),
            ("MESSAGING_SERVER", Some(&self.server)),
        ] {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.kill_on_drop(true);
        // Ctrl-C is for this program, which lets its commands finish; and what a command starts
        // can be killed with it.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }

    async fn output(&self, output: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, Failure> {
        let Some(output) = output else { return Ok(Vec::new()) };
        let mut bytes = Vec::new();
        let most = u64::try_from(self.most).unwrap_or(u64::MAX);
        let read = output.take(most.saturating_add(1)).read_to_end(&mut bytes).await;
        read.map_err(|error| {
            failure("OutputUnreadable", format!("what the command wrote was lost: {error}"))
        })?;
        match bytes.len() > self.most {
            true => Err(failure(
                "OutputTooLarge",
                format!("the command wrote more than {}", size::show(self.most)),
            )),
            false => Ok(bytes),
        }
    }

    fn result(&self, output: Vec<u8>) -> Result<Box<RawValue>, Failure> {
        let unreadable = |why: String| Err(failure("OutputUnreadable", why));
        let Ok(text) = String::from_utf8(output) else {
            return unreadable("what the command wrote is not UTF-8".to_owned());
        };
        let json = match (self.is_text, text.trim()) {
            (true, _) => json!(text.strip_suffix('\n').unwrap_or(&text)).to_string(),
            (false, "") => "null".to_owned(),
            (false, json) => json.to_owned(),
        };
        match RawValue::from_string(json) {
            Ok(json) => Ok(json),
            Err(error) => unreadable(format!(
                "what the command wrote is not one JSON value: {error}; with `serve --text` it is \
                 taken as a text"
            )),
        }
    }
}

fn failure(class: &str, message: String) -> Failure {
    Failure::new(MODULE, class, message)
}

/// What a caller is told of a command that failed.
fn failed(status: ExitStatus, complaint: &[u8]) -> Failure {
    let complaint = String::from_utf8_lossy(complaint);
    let ended = match status.code() {
        Some(code) => format!("the command ended with status {code}"),
        None => format!("the command was ended by {status}"),
    };
    let message = match complaint.trim() {
        "" => ended,
        complaint => format!("{ended}: {complaint}"),
    };
    failure("CommandFailed", message)
}

/// Gives a command its input, as much as it reads.
async fn give(input: Option<ChildStdin>, args: &str) {
    let Some(mut input) = input else { return };
    // One that does not read it, or not to its end, may end before.
    let _ = input.write_all(args.as_bytes()).await;
    let _ = input.write_all(b"\n").await;
    let _ = input.shutdown().await;
}

/// The beginning of what comes; the rest is read as well, so that nobody waits for a reader.
async fn beginning(from: Option<impl AsyncRead + Unpin>, most: usize) -> Vec<u8> {
    let (mut kept, mut part) = (Vec::new(), [0; 4096]);
    let Some(mut from) = from else { return kept };
    while let Ok(count @ 1..) = from.read(&mut part).await {
        let part = part.get(..count).unwrap_or_default();
        kept.extend(part.iter().take(most.saturating_sub(kept.len())));
    }
    kept
}

/// The processes of a command, which are killed when it is dropped, unless they have ended.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: leader.and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }

    /// Its leader was waited for: its number may be another's from now on.
    #[cfg_attr(not(unix), allow(unused_mut))]
    fn has_ended(mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}
