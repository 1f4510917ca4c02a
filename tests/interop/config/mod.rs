//! The same files and the same environment, read by oslo.config and by us.

mod cases;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::python::Python;
use cases::{CASES, Case};

/// The files of a case, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn of(case: &Case) -> Self {
        let path = std::env::temp_dir().join(format!("messaging-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&path).unwrap();
        for (number, text) in case.files.iter().enumerate() {
            fs::write(path.join(format!("{number}.conf")), text).unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the peer does not have, and ignores.
const OURS_ALONE: [&str; 5] = [
    "consumer_probe_interval",
    "max_calls_in_flight",
    "max_message_size",
    "send_user_id",
    "wait_beyond_max_calls",
];

/// What was read: values and kinds of places; or the mistake.
enum Read {
    Options(BTreeMap<String, (String, &'static str)>),
    Refused(String),
}

#[tokio::test]
async fn files_and_the_environment_are_read_as_oslo_config_reads_them() {
    let python = Python::spawn("config.py", &[]);
    let mut complaints = Vec::new();
    for case in CASES {
        let folder = Folder::of(case);
        // By `--config-dir` and by `--config-file`, in turn: the answer is the same.
        let directory = vec!["--config-dir".to_owned(), folder.0.display().to_string()];
        let files = (0..case.files.len()).flat_map(|number| {
            let path = folder.0.join(format!("{number}.conf"));
            ["--config-file".to_owned(), path.display().to_string()]
        });
        for arguments in [directory, files.collect()] {
            let theirs = theirs(&python, case, &arguments).await;
            compare(case, &ours(case, &arguments), &theirs, &mut complaints);
        }
    }
    python.finish().await;
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn compare(case: &Case, ours: &Read, theirs: &Result<Value, Value>, complaints: &mut Vec<String>) {
    let name = case.name;
    match (ours, theirs) {
        (Read::Refused(_), Ok(_)) if case.stricter.is_some() => {}
        (Read::Refused(_), Err(_)) if case.stricter.is_none() => {}
        (Read::Options(ours), Ok(theirs)) if case.stricter.is_none() => {
            for (option, read) in ours {
                // The peer's defaults of these are the names of the machine and the program.
                if ["hostname", "processname"].contains(&option.as_str())
                    || OURS_ALONE.contains(&option.as_str())
                {
                    continue;
                }
                let theirs = theirs.get(option).map(expected);
                if !theirs.as_ref().is_some_and(|theirs| alike(read, theirs)) {
                    let complaint = format!("{name}: {option} is {read:?}, the peer's {theirs:?}");
                    complaints.push(complaint);
                }
            }
            // What the peer was told we were told, even what has no effect here.
            for (option, theirs) in theirs.as_object().expect("options by name") {
                if expected(theirs).1 != "default" && !ours.contains_key(option) {
                    complaints.push(format!("{name}: {option} is missing"));
                }
            }
        }
        (Read::Options(_), Ok(_)) => complaints.push(format!("{name}: it is not refused")),
        (Read::Refused(ours), _) => complaints.push(format!("{name}: not as expected: {ours}")),
        (_, Err(theirs)) => complaints.push(format!("{name}: the peer refuses it: {theirs}")),
    }
}

/// A value and its place, as [`ours`] has them.
fn expected(theirs: &Value) -> (String, &'static str) {
    let value = match &theirs["value"] {
        Value::Null => String::new(),
        // The corpus holds no other control characters.
        Value::String(text) => text.replace('\n', "\\n"),
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap().to_string(),
        other => other.to_string(),
    };
    let place = match theirs["place"].as_str() {
        Some("user") => "file",
        Some("environment") => "environment",
        _ => "default",
    };
    (value, place)
}

async fn theirs(python: &Python, case: &Case, arguments: &[String]) -> Result<Value, Value> {
    let environment: BTreeMap<_, _> = case.environment.iter().copied().collect();
    python.ask(json!({"arguments": arguments, "environment": environment})).await
}

/// What the example prints, in a process of its own for the sake of its environment.
fn ours(case: &Case, arguments: &[String]) -> Read {
    let examples = std::env::var("MESSAGING_TEST_EXAMPLES").unwrap_or_else(|_| {
        panic!("MESSAGING_TEST_EXAMPLES is not set; run `cargo xtask test`: it builds the examples")
    });
    let mut command = Command::new(Path::new(&examples).join("explain_config"));
    command.args(arguments).env_clear().envs(case.environment.iter().copied());
    let output = command.output().expect("the example runs");
    let text = String::from_utf8(output.stdout).unwrap();
    if !output.status.success() {
        assert!(text.contains("# mistake: "), "{}: {text}", case.name);
        return Read::Refused(text);
    }
    let mut read = BTreeMap::new();
    let mut place = "";
    for line in text.lines().filter(|line| !line.starts_with("# warning: ")) {
        // A place stands above its option, which is a comment if it has no effect.
        match line.strip_prefix("# ").unwrap_or(line).split_once(" = ") {
            Some((option, value)) => {
                read.insert(option.to_owned(), (value.to_owned(), place));
            }
            None if line.starts_with("# environment variable ") => place = "environment",
            None if line.contains(".conf line ") => place = "file",
            None => place = "default",
        }
    }
    assert!(read.len() > 20, "{}: {text}", case.name);
    Read::Options(read)
}

/// The same value from the same place; `1` and `1.0` are one number.
fn alike(ours: &(String, &str), theirs: &(String, &str)) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let same = number(&ours.0).is_some_and(|ours| Some(ours) == number(&theirs.0));
    ours.1 == theirs.1 && (same || ours.0 == theirs.0)
}
