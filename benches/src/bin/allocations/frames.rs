//! The functions on the way to an allocation, innermost first.

use std::collections::HashMap;
use std::path::Path;

/// One function, also one that was inlined.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    /// Its name without its types.
    pub(crate) name: String,
    /// The crate that it is written in; none where nobody knows.
    pub(crate) krate: Option<String>,
    /// Its file in the crate, and the line: `src/wire/mod.rs:12`.
    pub(crate) place: String,
}

impl Frame {
    /// Its name, or its place where it has none: futures and closures are numbered alone.
    pub(crate) fn label(&self) -> &str {
        if self.name.starts_with('{') { self.place.trim_start_matches("src/") } else { &self.name }
    }
}

/// What lies at an address, looked up once.
#[derive(Debug, Default)]
pub(crate) struct Frames(HashMap<usize, Vec<Frame>>);

impl Frames {
    /// The functions at `address`, to which a call returns.
    pub(crate) fn at(&mut self, address: usize) -> &[Frame] {
        self.0.entry(address).or_insert_with(|| {
            let mut frames = Vec::new();
            backtrace::resolve(address as *mut _, |symbol| {
                let name = symbol.name().map(|name| format!("{name:#}")).unwrap_or_default();
                let (krate, file) = symbol.filename().map(split).unwrap_or_default();
                let line = symbol.lineno().unwrap_or_default();
                frames.push(Frame { name: bare(&name), krate, place: format!("{file}:{line}") });
            });
            frames
        })
    }
}

/// The crate that a file belongs to, and its path there: crates of a registry lie in folders that are
/// named NAME-VERSION, those of the compiler beneath `library`, and our own at the workspace's root.
fn split(file: &Path) -> (Option<String>, String) {
    let file = file.to_string_lossy();
    let at_src = |path: &str| {
        path.rfind("/src/").map(|at| (path[..at].to_owned(), path[at + 1..].to_owned()))
    };
    let Some((before, inside)) = at_src(&file) else { return (None, file.into_owned()) };
    let folder = before.rsplit('/').next().unwrap_or_default();
    let krate = match folder.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|it: char| it.is_ascii_digit()) => name,
        _ => folder,
    };
    (Some(krate.to_owned()), inside)
}

/// A name without what stands in angle brackets at its end, and without the path before it.
fn bare(name: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for letter in name.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    let parts: Vec<&str> = kept.split("::").filter(|it| !it.is_empty()).collect();
    let named = parts.iter().rposition(|it| !it.starts_with('{')).unwrap_or_default();
    parts[named.min(parts.len())..].join("::")
}
