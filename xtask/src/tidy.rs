//! The invariants of ARCHITECTURE.md that reading the text can hold.
//!
//! It reads lines, not Rust: enough to notice a slip, and it cannot be wrong about a line that it
//! names. Comments never count; `#[cfg(test)]` modules count where tests do.

mod promises;

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// Keys that only the folder `wire` may spell, as string literals.
const WIRE_KEYS: [&str; 9] = [
    "\"oslo.message\"",
    "\"oslo.version\"",
    "\"_msg_id\"",
    "\"_reply_q\"",
    "\"_unique_id\"",
    "\"_timeout\"",
    "\"_context_\"",
    "\"messaging-server\"",
    "\"messaging-contract\"",
];

/// What no file may hold, in pieces so that this file does not hold it.
const FORBIDDEN: [(&str, &str, &str); 3] = [
    ("#[igno", "re", "assert today's behaviour with a note instead"),
    ("todo", "!(", "build it or leave it out"),
    ("unimplemen", "ted!(", "build it or leave it out"),
];

/// Home directories, in pieces likewise.
const HOMES: [(&str, &str); 3] = [("/ho", "me/"), ("/ro", "ot/"), ("/Use", "rs/")];

/// Checks every file of the workspace.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut problems = Vec::new();
    let files = files(workspace.root())?;
    for path in &files {
        // What is not text cannot hold a slip of this kind.
        let Ok(text) = fs::read_to_string(workspace.root().join(path)) else { continue };
        problems.extend(file_problems(path, &text));
    }
    problems.extend(promises::problems(workspace.root(), &files));
    problems.extend(version_problems(workspace)?);
    if problems.is_empty() {
        return Ok(());
    }
    for problem in &problems {
        println!("{problem}");
    }
    Err(format!("{} places are untidy", problems.len()).into())
}

/// The files under a folder, relative to it; nothing that is made, and nothing hidden.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![root.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).map_err(|error| Failure::file("read", &folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Failure::file("read", &folder, error))?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| Failure::file("read", &path, error))?;
            if kind.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if kind.is_file() {
                files.extend(path.strip_prefix(root).map(Path::to_owned));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// What is wrong with one file.
fn file_problems(path: &Path, text: &str) -> Vec<String> {
    let rust = path.extension().is_some_and(|extension| extension == "rs");
    let core = path.strip_prefix("messaging/src").ok().filter(|_| rust);
    let mut problems = Vec::new();
    let mut in_tests = core.is_some_and(is_test_file);
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let mut complain =
            |what: String| problems.push(format!("{}:{}: {what}", path.display(), index + 1));
        for (head, tail) in HOMES {
            if line.contains(&format!("{head}{tail}")) {
                complain("names a home directory".to_owned());
            }
        }
        if !rust || line.trim_start().starts_with("//") {
            continue;
        }
        for (head, tail, instead) in FORBIDDEN {
            if line.contains(&format!("{head}{tail}")) {
                complain(format!("has {head}{tail}: {instead}"));
            }
        }
        // rustfmt closes a module where it opened it.
        let opens =
            lines.peek().is_some_and(|(_, next)| next.starts_with("mod ") && next.ends_with('{'));
        if is_for_tests(line) && opens {
            in_tests = true;
        } else if line == "}" {
            in_tests = core.is_some_and(is_test_file);
        }
        if let Some(place) = core.filter(|_| !in_tests) {
            core_problems(place, line).into_iter().for_each(complain);
        }
    }
    problems
}

/// What is wrong with a line of the library.
fn core_problems(place: &Path, line: &str) -> Vec<String> {
    let in_amqp = place.starts_with("driver/amqp");
    let in_runtime = place.starts_with("runtime");
    let mut problems = Vec::new();
    if !in_amqp && names(line, "lapin") {
        problems.push("names lapin outside driver/amqp".to_owned());
    }
    if !in_amqp && !in_runtime && names(line, "async_rs") {
        problems.push("names async_rs outside runtime and driver/amqp".to_owned());
    }
    if !in_runtime && uses_tokio(line) {
        problems.push("uses more of tokio than sync and select outside runtime".to_owned());
    }
    if !place.starts_with("wire") {
        let keys = WIRE_KEYS.iter().filter(|key| line.contains(**key));
        problems.extend(keys.map(|key| format!("spells {key} outside wire")));
    }
    problems
}

fn is_test_file(place: &Path) -> bool {
    place.file_name().is_some_and(|name| name == "tests.rs" || name == "fuzz.rs")
        || place.components().any(|part| part.as_os_str() == "tests")
}

/// `#[cfg(test)]`, alone or with a feature.
fn is_for_tests(line: &str) -> bool {
    line == "#[cfg(test)]" || line.starts_with("#[cfg(all(test,")
}

/// Whether a line has a word, not as a part of a longer one.
fn names(line: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(start, _)| {
        !line[..start].ends_with(part) && !line[start + word.len()..].starts_with(part)
    })
}

fn uses_tokio(line: &str) -> bool {
    line.match_indices("tokio::").any(|(start, found)| {
        let whole =
            !line[..start].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == ':');
        let rest = &line[start + found.len()..];
        whole && !rest.starts_with("sync") && !rest.starts_with("select")
    })
}

/// The packages are released together, and the changelog knows of it.
fn version_problems(workspace: &Workspace) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let version = workspace.version("messaging")?;
    let macros = workspace.version("messaging-macros")?;
    if version != macros {
        problems.push(format!("messaging is {version}, messaging-macros {macros}"));
    }
    let wanted = format!("={macros}");
    if workspace.requirement("messaging", "messaging-macros")? != Some(&wanted) {
        problems.push(format!("messaging does not require messaging-macros {wanted}"));
    }
    let path = workspace.root().join("CHANGELOG.md");
    let text = fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, error))?;
    if !text.contains("## [Unreleased]") && !text.contains(&format!("## [{version}]")) {
        problems.push(format!("CHANGELOG.md: has neither [Unreleased] nor [{version}]"));
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> usize {
        file_problems(Path::new(path), text).len()
    }

    #[test]
    fn the_core_names_no_executor_and_no_client_of_a_broker() {
        for line in ["use lapin::Channel;", "use async_rs::Runtime;", "tokio::spawn(task);"] {
            assert_eq!(problems("messaging/src/transport/mod.rs", line), 1, "{line}");
        }
        for line in ["use tokio::sync::watch;", "tokio::select! {", "crate::runtime::tokio()"] {
            assert_eq!(problems("messaging/src/transport/mod.rs", line), 0, "{line}");
        }
        assert_eq!(problems("messaging/src/driver/amqp/mod.rs", "use lapin::Channel;"), 0);
        assert_eq!(problems("messaging/src/runtime/async_rs.rs", "use tokio::task;"), 0);
        assert_eq!(problems("tests/it/main.rs", "use lapin::Channel;"), 0);
    }

    #[test]
    fn keys_of_the_wire_are_spelt_in_one_place() {
        let line = "map.get(\"_msg_id\")";
        assert_eq!(problems("messaging/src/rpc/server/worker.rs", line), 1);
        assert_eq!(problems("messaging/src/wire/request.rs", line), 0);
        assert_eq!(problems("messaging/src/rpc/server/worker.rs", &format!("// {line}")), 0);
    }

    #[test]
    fn a_module_of_tests_is_free_and_ends_with_its_brace() {
        let text = "#[cfg(test)]\nmod tests {\n    use tokio::time;\n}\nuse tokio::time;\n";
        assert_eq!(problems("messaging/src/target.rs", text), 1);
        assert_eq!(problems("messaging/src/rpc/client/tests.rs", "use tokio::time;"), 0);
    }

    #[test]
    fn unfinished_work_and_home_directories_are_found_everywhere() {
        for (head, tail, _) in FORBIDDEN {
            assert_eq!(problems("tests/it/calls.rs", &format!("    {head}{tail}")), 1);
        }
        for (head, tail) in HOMES {
            assert_eq!(problems("README.md", &format!("see {head}{tail}someone")), 1);
        }
    }
}
