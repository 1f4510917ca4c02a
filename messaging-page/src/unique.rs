//! Names that are taken once.

use std::collections::{BTreeMap, BTreeSet};

/// The names that are taken: keys of a map of AsyncAPI, ids of a page.
#[derive(Debug, Default)]
pub(crate) struct Unique {
    taken: BTreeSet<String>,
    /// The number with which the next of the same name is told apart.
    numbers: BTreeMap<String, u32>,
}

impl Unique {
    /// A name like `name`: of letters that both AsyncAPI (`^[\w\d\.\-_]+$`) and the fragment of a
    /// URL take as they are, and taken by no other.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        let plain: String =
            name.chars().map(|letter| if allowed(letter) { letter } else { '_' }).collect();
        let plain = if plain.is_empty() { "_".to_owned() } else { plain };
        if self.taken.insert(plain.clone()) {
            return plain;
        }
        let number = self.numbers.entry(plain.clone()).or_insert(1);
        loop {
            *number += 1;
            let numbered = format!("{plain}-{number}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_written_alike_are_told_apart() {
        let mut names = Unique::default();
        let made = ["a/b", "a b", "a_b", "", "a_b-2"].map(|name| names.name(name));
        assert_eq!(made, ["a_b", "a_b-2", "a_b-3", "_", "a_b-2-2"]);
    }
}
