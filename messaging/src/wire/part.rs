//! A part of a message.

use std::borrow::Cow;
use std::ops::Range;

/// A part of a message: where it stands in it, so that it is not copied; or itself, where it stands
/// there in another form.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    At(Range<usize>),
    Own(Box<str>),
}

impl Part {
    /// What was read in `message`.
    pub(super) fn of(message: &str, part: Cow<'_, str>) -> Self {
        match part {
            Cow::Borrowed(part) => Self::At(place(message, part)),
            Cow::Owned(part) => Self::Own(part.into()),
        }
    }

    /// Its text, in the message that it is a part of.
    pub(super) fn text<'m>(&'m self, message: &'m str) -> &'m str {
        match self {
            Self::At(place) => message.get(place.clone()).unwrap_or_default(),
            Self::Own(text) => text,
        }
    }
}

/// Where `part` stands in the message that it is borrowed from.
pub(super) fn place(message: &str, part: &str) -> Range<usize> {
    // Of another text it would be a place that is empty, or beyond the end.
    let begin = part.as_ptr().addr().wrapping_sub(message.as_ptr().addr());
    begin..begin.saturating_add(part.len())
}
