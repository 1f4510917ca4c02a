//! What is said beside a body, where the peer does not look: headers with a prefix of their own.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The contract of the API that an answer comes from: its hashes.
pub(crate) const CONTRACT: &str = "messaging-contract";

/// The server that an answer comes from.
pub(crate) const SERVER: &str = "messaging-server";

/// That an answer was tried before, and may have arrived.
pub(crate) const AGAIN: &str = "messaging-again";

/// That a failure came about before the method began: what of the request could not be read.
pub(crate) const UNREADABLE: &str = "messaging-unreadable";

/// That the caller understands a sign that its method runs.
pub(crate) const SIGNS: &str = "messaging-signs";

/// The id that all attempts at one call share, where it is made again by itself.
pub(crate) const KEY: &str = "messaging-key";

/// For how many milliseconds a method had run when it gave a sign of that.
pub(crate) const RUNS: &str = "messaging-runs";

/// The reply queue to which the end of a method that runs may be asked for.
pub(crate) const CANCEL_AT: &str = "messaging-cancel-at";

/// That the message asks for the end of methods: its body is a list of calls.
pub(crate) const CANCEL: &str = "messaging-cancel";

/// What a caller of this library says beside its request.
pub(crate) static OF_CALLERS: LazyLock<Arc<Notes>> =
    LazyLock::new(|| Arc::new(Notes::default().with(SIGNS, "1")));

/// Short texts that travel beside a body, as headers of the message. A peer that knows nothing of
/// them ignores them, so nothing that a peer needs may stand in one.
///
/// Nothing that is sent makes them large: what goes beyond the limits, and every header of another
/// prefix, is left out.
#[derive(Clone)]
pub struct Notes(Held);

/// A name, and its text.
type Note = (Cow<'static, str>, String);

#[derive(Clone)]
enum Held {
    Own(Vec<Note>),
    /// Those of a message that stays where it is.
    Shared(Arc<Notes>),
}

impl Notes {
    /// No notes.
    pub const NONE: &'static Self = &Self(Held::Own(Vec::new()));

    /// What the name of each note begins with.
    pub const PREFIX: &'static str = "messaging-";

    /// How many notes a message has at most.
    pub const MOST: usize = 16;

    /// How many bytes the name of a note has at most.
    pub const LONGEST_NAME: usize = 64;

    /// How many bytes the text of a note has at most.
    pub const LONGEST_TEXT: usize = 512;

    /// With one note more, which takes the place of one of the same name. A note beyond the limits
    /// is left out, and so is one whose name does not begin with [`PREFIX`](Self::PREFIX).
    #[must_use]
    pub fn with(self, name: impl Into<Cow<'static, str>>, text: &str) -> Self {
        let name = name.into();
        let is_ours = name.starts_with(Self::PREFIX) && name.len() <= Self::LONGEST_NAME;
        if !is_ours || text.len() > Self::LONGEST_TEXT {
            return self;
        }
        let mut notes = match self.0 {
            Held::Own(notes) => notes,
            Held::Shared(notes) => notes.list().to_vec(),
        };
        let count = notes.len();
        match notes.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => text.clone_into(old),
            None if count < Self::MOST => notes.push((name, text.to_owned())),
            None => {}
        }
        Self(Held::Own(notes))
    }

    /// The same, which are not copied.
    pub(crate) fn shared(notes: &Arc<Self>) -> Self {
        match &notes.0 {
            Held::Own(list) if list.is_empty() => Self::default(),
            Held::Own(_) => Self(Held::Shared(Arc::clone(notes))),
            Held::Shared(notes) => Self(Held::Shared(Arc::clone(notes))),
        }
    }

    fn list(&self) -> &[Note] {
        match &self.0 {
            Held::Own(notes) => notes,
            Held::Shared(notes) => notes.list(),
        }
    }

    /// The text of a note.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, text)| text)
    }

    /// Each name with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list().iter().map(|(name, text)| (&**name, &**text))
    }
}

impl Default for Notes {
    fn default() -> Self {
        Self(Held::Own(Vec::new()))
    }
}

impl PartialEq for Notes {
    fn eq(&self, other: &Self) -> bool {
        self.list() == other.list()
    }
}

impl Eq for Notes {}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Notes").field(&self.list()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_found_by_its_name_and_replaces_one_of_the_same() {
        let notes = Notes::default().with("messaging-a", "1").with("messaging-b", "2");
        let notes = notes.with("messaging-a", "3");
        assert_eq!((notes.get("messaging-a"), notes.get("messaging-b")), (Some("3"), Some("2")));
        assert_eq!((notes.get("messaging-c"), notes.iter().count()), (None, 2));
    }

    #[test]
    fn shared_notes_are_those_that_were_shared_until_one_is_added() {
        let notes = Arc::new(Notes::default().with("messaging-a", "1"));
        let shared = Notes::shared(&Arc::new(Notes::shared(&notes)));
        assert_eq!(shared, *notes);
        assert_eq!(shared.with("messaging-a", "2").get("messaging-a"), Some("2"));
        assert_eq!(notes.get("messaging-a"), Some("1"));
    }

    #[test]
    fn what_goes_beyond_the_limits_is_left_out() {
        let name = |length: usize| format!("{:x<length$}", Notes::PREFIX);
        let (name, too_long) = (name(Notes::LONGEST_NAME), name(Notes::LONGEST_NAME + 1));
        let text = "x".repeat(Notes::LONGEST_TEXT);
        let notes = Notes::default()
            .with("compression", "gzip")
            .with(too_long, "")
            .with("messaging-long", &format!("{text}x"))
            .with(name.clone(), &text);
        assert_eq!(notes.iter().collect::<Vec<_>>(), [(&*name, &*text)]);
        let many = (0..1000)
            .fold(Notes::default(), |notes, number| notes.with(format!("messaging-{number}"), ""));
        assert_eq!(many.iter().count(), Notes::MOST);
        assert_eq!(many.with("messaging-0", "kept").get("messaging-0"), Some("kept"));
    }
}
