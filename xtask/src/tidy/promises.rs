//! The tests that the documentation names as holding what it promises.
//!
//! A test is named as `target::module::name`, between backticks; where it runs on both buses,
//! without the bus. A case of the compiler's messages is named as its file, `ui/fail/..`. One that was renamed or removed must not leave its promise behind.

use std::fs;
use std::path::{Path, PathBuf};

/// The targets, and where their sources are. `messaging` has unit tests, in modules `tests`.
const TARGETS: [(&str, &str); 9] = [
    ("it", "tests/it"),
    ("security", "tests/security"),
    ("rabbit", "tests/rabbit"),
    ("interop", "tests/interop"),
    ("faults", "tests/faults"),
    ("fleet", "tests/fleet"),
    ("matrix", "tests/matrix"),
    ("page", "messaging-page/tests/page"),
    ("messaging", "messaging/src"),
];

/// A test that a page names.
#[derive(Debug, PartialEq)]
struct Named<'a> {
    folder: &'static str,
    modules: Vec<&'a str>,
    function: &'a str,
}

/// What the pages of the documentation name and there is not.
pub(super) fn problems(root: &Path, files: &[PathBuf]) -> Vec<String> {
    let mut problems = Vec::new();
    for path in files.iter().filter(|path| promises(path)) {
        let text = fs::read_to_string(root.join(path)).unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            for name in quoted(line) {
                let is_missing = match name.strip_prefix("ui/") {
                    Some(case) => !root.join("tests/ui").join(case).is_file(),
                    None => Named::read(name).is_some_and(|named| !named.exists(root)),
                };
                if is_missing {
                    let place = format!("{}:{}", path.display(), index + 1);
                    problems.push(format!("{place}: names the test {name}, which there is not"));
                }
            }
        }
    }
    problems
}

/// Whether a file is a page that promises something.
fn promises(path: &Path) -> bool {
    path.starts_with("messaging/docs") || path == Path::new("SECURITY.md")
}

/// What stands between backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

impl<'a> Named<'a> {
    /// Reads a name; none if it is of something else.
    fn read(name: &'a str) -> Option<Self> {
        let mut parts = name.split("::");
        let target = parts.next()?;
        let (_, folder) = TARGETS.into_iter().find(|(name, _)| *name == target)?;
        let mut modules: Vec<_> = parts.collect();
        let function = modules.pop()?;
        // The library's other items are named in the same way.
        let test = target != "messaging" || modules.contains(&"tests");
        test.then_some(Self { folder, modules, function })
    }

    /// Whether a file of its module, or the one that the module stands in, has such a function.
    fn exists(&self, root: &Path) -> bool {
        let wanted = format!("fn {}(", self.function);
        let folder = root.join(self.folder);
        (0..=self.modules.len()).rev().any(|depth| {
            let module =
                self.modules[..depth].iter().fold(folder.clone(), |it, name| it.join(name));
            let files =
                [module.with_extension("rs"), module.join("mod.rs"), module.join("main.rs")];
            files.iter().any(|file| fs::read_to_string(file).is_ok_and(|it| it.contains(&wanted)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn exists(name: &str) -> bool {
        Named::read(name).expect("the name of a test").exists(root())
    }

    #[test]
    fn tests_are_found_where_their_names_say() {
        assert!(exists("it::delivery::a_message_that_comes_twice_runs_once"));
        assert!(exists("interop::python_calls_python"));
        assert!(exists("messaging::driver::memory::tests::consumers_take_turns"));
        assert!(exists(
            "messaging::rpc::server::duplicates::tests::a_message_without_an_id_is_never_a_duplicate"
        ));
    }

    #[test]
    fn a_test_that_moved_or_has_another_name_is_not_found() {
        assert!(!exists("it::casts::a_message_that_comes_twice_runs_once"));
        assert!(!exists("it::delivery::a_message_that_comes_twice"));
        assert!(!exists("rabbit::nowhere::at_all"));
    }

    #[test]
    fn names_of_other_things_are_none_of_tests() {
        let line =
            "`Config::new` makes what `messaging::driver::connect` takes, `it` and `a::b` too";
        assert!(quoted(line).all(|name| Named::read(name).is_none()), "{line}");
        assert_eq!(quoted("no `one`, `two` and").collect::<Vec<_>>(), ["one", "two"]);
    }
}
