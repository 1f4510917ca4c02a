//! The browser that looks at pages.

use std::path::PathBuf;

use crate::process;

/// The programs that will do, the one that Debian's package brings first.
const PROGRAMS: [&str; 6] = [
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// A Chromium, by its whole path.
pub(crate) fn find() -> Option<PathBuf> {
    PROGRAMS.into_iter().find_map(process::program)
}
