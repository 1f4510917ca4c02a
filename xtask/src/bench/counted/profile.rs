//! What callgrind writes ("Callgrind Format Specification" in valgrind's manual).

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Instructions by the crate in whose source they are, also where that was inlined elsewhere.
pub(super) fn read(text: &str, root: &Path) -> BTreeMap<String, u64> {
    let root = root.to_string_lossy();
    let (mut names, mut counts) = (HashMap::new(), BTreeMap::new());
    let (mut here, mut of_call) = (String::new(), false);
    for line in text.lines() {
        if let Some((key, value)) = line.split_once('=') {
            // `fl` is the file of a function, `fi` and `fe` that of what is inlined in it; `cfi` and
            // `cfl` are those of a function that is called, and may be the first to name a file.
            if matches!(key, "fl" | "fi" | "fe" | "cfi" | "cfl") {
                let file = named(&mut names, value);
                if !key.starts_with('c') {
                    here = krate(&file, &root);
                }
            }
            of_call |= key == "calls";
        } else if line.starts_with(|it: char| it.is_ascii_digit() || "+-*".contains(it)) {
            // What follows `calls` is the cost of what was called, which is counted there.
            if !std::mem::take(&mut of_call) {
                let cost = line.split_whitespace().nth(1).and_then(|it| it.parse::<u64>().ok());
                *counts.entry(here.clone()).or_default() += cost.unwrap_or_default();
            }
        }
    }
    counts
}

/// A name is written once, `(12) name`, and then by its number.
fn named(names: &mut HashMap<String, String>, value: &str) -> String {
    match value.split_once(' ') {
        Some((number, name)) => {
            names.insert(number.to_owned(), name.to_owned());
            name.to_owned()
        }
        None => names.get(value).cloned().unwrap_or_default(),
    }
}

/// The crate that a file is of; what is not Rust is the C library.
fn krate(file: &str, root: &str) -> String {
    let ours =
        file.strip_prefix(root).and_then(|path| path.trim_start_matches('/').split_once('/'));
    if let Some((folder, _)) = ours {
        return folder.to_owned();
    }
    if file.starts_with("/rustc/") {
        return "std".to_owned();
    }
    let crates = file.split_once("/registry/src/").and_then(|(_, path)| path.split('/').nth(1));
    match crates.and_then(|folder| folder.rsplit_once('-')) {
        Some((name, _version)) => name.to_owned(),
        None => "libc".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inlined_counts_where_it_is_written_and_what_is_called_once() {
        let text = "totals: 111\nfl=(1) /here/messaging/src/a.rs\nfn=(1) f\n7 100\n\
                    fi=(2) /rustc/abc/library/alloc/src/vec/mod.rs\n+1 1\nfe=(1)\n\
                    cfi=(3) /there/.cargo/registry/src/index/serde_json-1.0.1/src/de.rs\n\
                    cfn=(2) g\ncalls=1 9\n* 10\n\nfl=(3)\nfn=(2)\n9 10\n";
        let wanted = [("messaging", 100), ("serde_json", 10), ("std", 1)];
        let wanted = wanted.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(read(text, Path::new("/here")), BTreeMap::from(wanted));
    }
}
