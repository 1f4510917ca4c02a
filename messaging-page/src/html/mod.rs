//! The page: one file of HTML with its style and its script in it.

mod api;
mod fields;
mod form;
mod frame;
mod ids;
mod markdown;
mod markup;
mod method;
mod snippets;
mod types;

pub(crate) use markdown::first_sentence;

use self::ids::Ids;
use self::markup::Html;
use crate::Document;

/// What a page can do beside being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// It stands alone: it loads nothing, and works from a file.
    #[default]
    Alone,
    /// It is served by [`server`](crate::server), and shows the instances that are there.
    Live {
        /// Whether it has forms by which methods are called.
        calls: bool,
    },
}

/// The page of a document, as one file.
///
/// Everything in a contract is taken for what a stranger wrote: it is escaped, documentation is
/// rendered without its HTML, and the page's own policy (`Content-Security-Policy`) lets nothing
/// run but its own script.
#[must_use]
pub fn page(document: &Document, mode: Mode) -> String {
    let ids = Ids::of(document);
    let mut html = Html::default();
    frame::write(&mut html, document, &ids, mode);
    html.into_string()
}

#[cfg(test)]
mod tests;
