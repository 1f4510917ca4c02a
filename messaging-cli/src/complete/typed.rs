//! What was typed so far.

use std::env;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::cli::Cli;
use crate::globals::Globals;

/// The verbs that have a method behind a topic.
const REQUESTS: [&str; 4] = ["bench", "call", "cast", "gather"];

/// What was typed so far.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) globals: Globals,
    pub(crate) topic: Option<String>,
    pub(crate) server: Option<String>,
    /// The method and the words behind it, the one that is being typed left out.
    pub(crate) words: Vec<String>,
}

/// The options alone.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    globals: Globals,
}

impl Typed {
    /// What the shell handed over behind `--`.
    pub(crate) fn now() -> Option<Self> {
        let words = env::args_os()
            .skip_while(|word| word != "--")
            .skip(1)
            .map(|word| word.to_string_lossy().into_owned());
        // Where the shell says so the one that is being typed is not the last.
        let index = env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|it| it.parse::<usize>().ok());
        let count = index.map_or(usize::MAX, |index| index.saturating_add(1));
        Self::of(words.take(count).collect())
    }

    fn of(mut words: Vec<String>) -> Option<Self> {
        // The one that is being typed is no part of what is known.
        words.pop()?;
        let matches = Cli::command().ignore_errors(true).try_get_matches_from(&words).ok()?;
        let (verb, of_verb) = matches.subcommand()?;
        // Global options are told to the verb as well.
        let options = Options::from_arg_matches(of_verb).ok()?;
        let text = |name: &str| of_verb.try_get_one::<String>(name).ok().flatten().cloned();
        let words = match REQUESTS.contains(&verb) {
            true => of_verb.try_get_many::<String>("words").ok().flatten(),
            false => None,
        };
        Some(Self {
            globals: options.globals,
            topic: text("topic"),
            server: text("server"),
            words: words.into_iter().flatten().cloned().collect(),
        })
    }

    /// Whether a method stands there, so that what follows belongs to it.
    pub(crate) fn is_behind_method(&self) -> bool {
        !self.words.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Typed {
        Typed::of(line.split(' ').map(str::to_owned).collect()).expect("a verb")
    }

    #[test]
    fn options_topic_and_method_are_told_apart_while_the_line_is_unfinished() {
        let line =
            "messaging-cli --url rabbit://a/ call --server host-1 scheduler select_hosts --requ";
        let typed = typed(line);
        assert_eq!(typed.globals.url.as_deref(), Some("rabbit://a/"));
        assert_eq!(typed.topic.as_deref(), Some("scheduler"));
        assert_eq!(typed.server.as_deref(), Some("host-1"));
        assert_eq!(typed.words, ["select_hosts"]);
        assert!(typed.is_behind_method());
    }

    #[test]
    fn a_line_may_end_anywhere() {
        assert_eq!(typed("messaging-cli call ").topic, None);
        assert_eq!(typed("messaging-cli call scheduler ").topic.as_deref(), Some("scheduler"));
        assert!(!typed("messaging-cli call scheduler sel").is_behind_method());
        assert!(Typed::of(vec!["messaging-cli".to_owned(), String::new()]).is_none());
    }
}
