//! The binary, run to its end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::process::{WITHIN, times};
use crate::python::rabbit_url;

/// The binary.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_messaging-cli");

/// A home of its own, in which a test's program keeps contexts and what it met.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) folder: PathBuf,
    url: Option<String>,
}

impl Home {
    /// A home whose broker is that of this run.
    pub(crate) fn new() -> Self {
        let mut home = Self::without_broker();
        home.url = Some(rabbit_url());
        home
    }

    /// A home that knows of no broker.
    pub(crate) fn without_broker() -> Self {
        let name = format!("cli-{}", uuid::Uuid::new_v4().simple());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, url: None }
    }

    /// A command that can be given more, with its words.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.at_home(PROGRAM);
        command.args(words);
        command
    }

    /// Another program in the same surroundings.
    pub(crate) fn at_home(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.env("XDG_CONFIG_HOME", self.folder.join("config"));
        command.env("XDG_STATE_HOME", self.folder.join("state"));
        for variable in ["MESSAGING_URL", "OS_DEFAULT__TRANSPORT_URL", "NO_COLOR", "CLICOLOR_FORCE"]
        {
            command.env_remove(variable);
        }
        command.envs(self.url.iter().map(|url| ("MESSAGING_URL", url)));
        command
    }

    /// Runs it to its end.
    pub(crate) async fn run(&self, words: &[&str]) -> Ran {
        self.finish(self.command(words), None).await
    }

    /// The same with more time for the answers of all servers than the program gives them by itself.
    /// It takes none of it: it ends when all have answered.
    pub(crate) async fn run_patiently(&self, words: &[&str]) -> Ran {
        self.run(&[&["--timeout", "30s"], words].concat()).await
    }

    /// Runs it until it has ended as it should: for what the program gives servers a second or two,
    /// whatever it is told, which may be too short on a machine that stalls.
    pub(crate) async fn run_until(&self, words: &[&str], wanted: impl Fn(&Ran) -> bool) -> Ran {
        let begun = Instant::now();
        loop {
            let ran = self.run(words).await;
            if wanted(&ran) {
                return ran;
            }
            assert!(begun.elapsed() < WITHIN, "not in time; the last one: {ran}");
        }
    }

    /// Runs it with more and more time until it has ended as it should: for what lasts as long as
    /// its time does, and has to have come some way by then.
    pub(crate) async fn run_for(
        &self,
        first: &str,
        words: &[&str],
        wanted: impl Fn(&Ran) -> bool,
    ) -> Ran {
        let mut last = None;
        for time in times(first) {
            let ran = self.run(&[&["--timeout", time], words].concat()).await;
            if wanted(&ran) {
                return ran;
            }
            last = Some(ran);
        }
        panic!("not in any of the times; the last one: {}", last.expect("there are times"));
    }

    /// Runs it to its end, with text on its standard input.
    pub(crate) async fn run_with_input(&self, words: &[&str], input: &str) -> Ran {
        self.finish(self.command(words), Some(input.to_owned())).await
    }

    /// Runs a command to its end, while servers of this process go on.
    pub(crate) async fn finish(&self, mut command: Command, input: Option<String>) -> Ran {
        let shown = format!("{command:?}");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        let ended = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().expect("the binary is built");
            if let (Some(input), Some(mut pipe)) = (input, child.stdin.take()) {
                pipe.write_all(input.as_bytes()).expect("it reads its input");
            }
            child.wait_with_output().expect("it is ours")
        });
        Ran::of(shown, ended.await.unwrap())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    command: String,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(command: String, output: Output) -> Self {
        Self {
            command,
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("it writes UTF-8"),
            err: String::from_utf8(output.stderr).expect("it writes UTF-8"),
        }
    }

    /// That it ended with this exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Whether it ended with this exit code, and its output, or what it says beside it, has each of
    /// these in it.
    pub(crate) fn has(&self, code: i32, parts: &[&str]) -> bool {
        let says = |part: &&str| self.out.contains(*part) || self.err.contains(*part);
        self.code == code && parts.iter().all(says)
    }

    /// That its output, or what it says beside it, has each of these in it.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.out.contains(part) || self.err.contains(part), "no `{part}` in {self}");
        }
        self
    }

    /// Its output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    /// Its output as a JSON document on each line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let lines = self.out.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    /// The error that it wrote as JSON.
    #[track_caller]
    pub(crate) fn json_error(&self) -> Value {
        let document = serde_json::from_str::<Value>(&self.err);
        document.unwrap_or_else(|error| panic!("{error} in {self}"))["error"].take()
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, code, out, err } = self;
        write!(f, "{command}\nended with {code}; output:\n{out}\nerrors:\n{err}")
    }
}

/// A program that runs; killed when dropped.
#[derive(Debug)]
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
