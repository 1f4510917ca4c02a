//! How the program ends: an exit code for each class of error, and what is said of it.

use std::process::ExitCode;

use messaging::{Error, ErrorKind};
use serde_json::Value;

use crate::text;

macro_rules! exits {
    ($($(#[doc = $doc:literal])+ $exit:ident = $code:literal,)+) => {
        /// An exit code. Scripts go by them, so none changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Exit {
            $($(#[doc = $doc])+ $exit = $code,)+
        }

        impl Exit {
            /// Each code with what it means, for `--help` and the manual.
            pub(crate) const ALL: &'static [(Exit, &'static str)] =
                &[$((Exit::$exit, concat!($($doc),+)),)+];
        }
    };
}

exits! {
    /// done
    Done = 0,
    /// something else failed
    Other = 1,
    /// the command line, a configuration file or a name in it is wrong
    Usage = 2,
    /// the broker cannot be reached, or does not let this user in
    Connection = 3,
    /// no answer or no confirmation came in time
    Timeout = 4,
    /// nobody serves the topic, or the server named
    Nobody = 5,
    /// the server has no such method, namespace or version
    Unknown = 6,
    /// the arguments do not fit
    Arguments = 7,
    /// the method ran and returned an error
    Remote = 8,
    /// the server was busy, or stopped
    Unavailable = 9,
    /// the broker refused a queue, an exchange or the message
    Broker = 10,
    /// what a peer sent cannot be read
    Unreadable = 11,
    /// what was checked does not hold: a contract that breaks, a finding of the doctor
    Finding = 12,
    /// interrupted by ctrl-C, or asked to end
    Interrupted = 130,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// The table of codes, as `--help` has it.
    pub(crate) fn help() -> String {
        let mut help = "Exit codes:".to_owned();
        for (exit, meaning) in Self::ALL {
            help.push_str(&format!("\n  {:>3} {}", exit.code(), meaning.trim()));
        }
        help
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Config | ErrorKind::Target => Self::Usage,
            ErrorKind::Connection
            | ErrorKind::AccessRefused
            | ErrorKind::VirtualHost
            | ErrorKind::Closed => Self::Connection,
            ErrorKind::Timeout | ErrorKind::NotSent | ErrorKind::NotConfirmed => Self::Timeout,
            ErrorKind::Unroutable => Self::Nobody,
            ErrorKind::NoSuchMethod | ErrorKind::UnsupportedVersion | ErrorKind::Version => {
                Self::Unknown
            }
            ErrorKind::BadRequest | ErrorKind::Encode => Self::Arguments,
            ErrorKind::Remote => Self::Remote,
            ErrorKind::Cancelled | ErrorKind::ShuttingDown | ErrorKind::Busy => Self::Unavailable,
            ErrorKind::Topology | ErrorKind::Refused => Self::Broker,
            ErrorKind::Decode => Self::Unreadable,
            _ => Self::Other,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a verb failed, for people and as JSON.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// The kind of the library's error, if it is one.
    pub(crate) kind: Option<ErrorKind>,
    /// One sentence without a full stop.
    pub(crate) message: String,
    /// The same as it is shown to people, with styles, where that is otherwise.
    pub(crate) shown: Option<String>,
    /// What to do, or what there is instead; a line each.
    pub(crate) hints: Vec<String>,
    /// What a program may want to know beside it.
    pub(crate) data: Option<Value>,
    /// That was told already, or there is nobody to tell, as when the reader of a pipe is gone.
    pub(crate) is_silent: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        let message = message.into();
        let (kind, shown, data, hints, is_silent) = (None, None, None, Vec::new(), false);
        Self { exit, kind, message, shown, hints, data, is_silent }
    }

    /// What the user wrote is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The end with this code, of which all is said.
    pub(crate) fn told(exit: Exit) -> Self {
        Self { is_silent: true, ..Self::new(exit, "") }
    }

    /// The same with one more line of what to do.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same, shown to people as this, in which nothing speaks to a terminal but our styles.
    #[must_use]
    pub(crate) fn shown_as(mut self, shown: String) -> Self {
        self.shown = Some(shown);
        self
    }

    /// The same with data for programs.
    #[must_use]
    pub(crate) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }
}

/// What to do is said in the words of the command line, not in those of the library.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let kind = error.kind();
        let mut message = error.to_string();
        if let Some(bare) = message.strip_suffix(kind.next_step()) {
            message = bare.trim_end_matches([';', ' ']).to_owned();
        }
        let mut below = std::error::Error::source(&error);
        while let Some(source) = below {
            let source_text = text::line(&source.to_string());
            if !message.contains(&source_text) {
                message.push_str(": ");
                message.push_str(&source_text);
            }
            below = source.source();
        }
        for (of_library, here) in WORDS {
            message = message.replace(of_library, here);
        }
        let is_length = message.contains("max_message_size");
        let failure = Self { kind: Some(kind), ..Self::new(kind.into(), message) };
        match next_step(kind).filter(|_| kind != ErrorKind::Decode || is_length) {
            Some(next_step) => failure.hint(next_step),
            None => failure,
        }
    }
}

/// What the library's errors advise, and what is written here for it.
const WORDS: [(&str, &str); 5] = [
    ("`.timeout(..)`", "--timeout"),
    ("`.prepare().version(..)`", "--version"),
    (
        "not the `alloc::boxed::Box<serde_json::raw::RawValue>` that was expected",
        "no JSON, which has neither NaN nor Infinity",
    ),
    (": invalid type: newtype struct, expected any valid JSON value", ""),
    ("`Config::explain` tells where each value came from", "see messaging-cli ctx show"),
];

/// What the user of a command line can do about it, where that is not what the error says itself.
fn next_step(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::Connection => Some(
            "check that the broker runs, and its URL: --url, MESSAGING_URL, or the context that \
             `messaging-cli ctx show` tells",
        ),
        ErrorKind::AccessRefused => {
            Some("check the user and the password in the URL, and what the broker lets the user do")
        }
        ErrorKind::VirtualHost => {
            Some("check the last part of the URL, and that the user may use the virtual host")
        }
        ErrorKind::Timeout => {
            Some("see who is there: messaging-cli ping TOPIC; allow more time by --timeout")
        }
        ErrorKind::NotSent | ErrorKind::NotConfirmed => Some("allow more time by --timeout"),
        ErrorKind::UnsupportedVersion | ErrorKind::NoSuchMethod => {
            Some("see what is served: messaging-cli info TOPIC")
        }
        ErrorKind::Decode => Some("a longer reply is read with -o max_message_size=BYTES"),
        _ => None,
    }
}

/// A reader that is gone, as that of `| head`, has all that it wanted.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::told(Exit::Done),
            _ => Self::new(Exit::Other, format!("the output cannot be written: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_every_exit_code() {
        let readme = include_str!("../README.md");
        for (exit, meaning) in Exit::ALL {
            let row = format!("| {} | {} |", exit.code(), meaning.trim());
            assert!(readme.contains(&row), "{row}");
        }
    }

    #[test]
    fn every_kind_of_error_has_an_exit_code_and_no_text_tells_of_methods_of_the_library() {
        for kind in ErrorKind::ALL {
            let text = format!("what happened; {}", kind.next_step());
            let failure = Failure::from(Error::new(*kind, text));
            assert_ne!(failure.exit, Exit::Done, "{kind:?}");
            assert_eq!(failure.message, "what happened", "{kind:?}");
            assert!(failure.hints.iter().all(|hint| !hint.contains(".timeout(")), "{failure:?}");
        }
    }
}
