//! Kinds, predicates and the page about them stay together.

use super::{CallError, Error, ErrorKind, Failure, Stage, predicates};

const PAGE: &str = include_str!("../../docs/errors.md");

/// The section of a kind: from its heading to the next one.
fn section(kind: ErrorKind) -> String {
    let heading = format!("\n## `{kind:?}`\n");
    let (_, rest) = PAGE.split_once(&heading).unwrap_or_else(|| panic!("no section {kind:?}"));
    let section = rest.split("\n## ").next().unwrap_or(rest);
    section.split("\n# ").next().unwrap_or(section).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn predicates_of(kind: ErrorKind) -> impl Iterator<Item = &'static str> {
    let of_kind = predicates::ALL.iter().filter(move |(_, kinds)| kinds.contains(&kind));
    of_kind.map(|(name, _)| *name).filter(|name| *name != "is_transient")
}

#[test]
fn every_kind_has_a_predicate_and_a_section_that_names_it() {
    for &kind in ErrorKind::ALL {
        let section = section(kind);
        assert!(predicates_of(kind).next().is_some(), "no predicate tells {kind:?}");
        for name in predicates_of(kind) {
            assert!(section.contains(&format!("`{name}()`")), "{kind:?}: {name} in {section}");
        }
    }
}

#[test]
fn every_section_says_what_the_code_does() {
    let (yes, no) = ("yes", "no");
    for &kind in ErrorKind::ALL {
        let section = section(kind);
        let error = Error::new(kind, "");
        let may_have_run = if error.may_have_run() { yes } else { no };
        let transient = if error.is_transient() { yes } else { no };
        for part in [
            format!("| {may_have_run} | {transient} |"),
            format!("Next: {}.", kind.next_step()),
            "```text".to_owned(),
        ] {
            assert!(section.contains(&part), "{kind:?}: {part} in {section}");
        }
        if let Some(stage) = error.stage() {
            assert!(section.contains(&format!("`Stage::{stage:?}`")), "{kind:?}: {stage:?}");
        }
    }
    let headings = PAGE.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'));
    let kinds = ErrorKind::ALL.iter().map(|kind| format!("{kind:?}"));
    assert!(headings.eq(kinds), "the page has the kinds in their order");
}

#[test]
fn a_question_has_one_answer_whoever_is_asked() {
    let own = CallError::Remote("own");
    assert!(own.is_own() && own.may_have_run() && !own.is_transient());
    assert_eq!((own.kind(), own.stage()), (None, None));
    let error = Error::new(ErrorKind::Timeout, "").with_stage(Stage::ReplyQueue);
    let call = CallError::<&str>::from(error.clone());
    assert!(error.is_timeout() && call.is_timeout() && !call.is_own());
    assert_eq!((call.kind(), call.stage()), (Some(ErrorKind::Timeout), Some(Stage::ReplyQueue)));
    assert!(!error.may_have_run() && !call.may_have_run());
    let failure = Failure::new("builtins", "KeyError", "'a'");
    let call =
        CallError::<&str>::from(Error::new(ErrorKind::Remote, "").with_failure(failure.clone()));
    assert!(call.is_unknown_remote());
    assert_eq!(call.failure(), Some(&failure));
}
