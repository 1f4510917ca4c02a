//! What tells contracts apart, in one short text.

use super::Contract;

/// The hashes of a contract as they travel: that of the surface, and after a space that of the
/// whole, where the contract has schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    pub(crate) fn of(contract: &Contract) -> Self {
        let surface = contract.surface_hash();
        Self(match contract.has_schemas() {
            true => format!("{surface} {}", contract.hash()),
            false => surface,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a peer's contract is the same, as far as both sides know theirs: one without schemas
    /// has no more than a surface.
    pub(crate) fn agrees(&self, theirs: &str) -> bool {
        let parts = |text| str::split_once(text, ' ').map_or((text, None), |(a, b)| (a, Some(b)));
        match (parts(&self.0), parts(theirs)) {
            ((_, Some(ours)), (_, Some(theirs))) => ours == theirs,
            ((ours, _), (theirs, _)) => ours == theirs,
        }
    }
}

impl Contract {
    pub(crate) fn has_schemas(&self) -> bool {
        let has = self.methods.iter().any(|method| {
            let of_params = method.params.iter().any(|param| param.schema.is_some());
            of_params || method.result.is_some() || method.errors.is_some()
        });
        has || !self.types.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_is_compared_with_like() {
        let agrees = |ours: &str, theirs| Fingerprint(ours.to_owned()).agrees(theirs);
        assert!(agrees("a", "a") && agrees("a 1", "a 1"));
        assert!(agrees("a", "a 1") && agrees("a 1", "a"), "one side knows its surface alone");
        assert!(!agrees("a 1", "a 2") && !agrees("a", "b") && !agrees("a 1", "b"));
        assert!(!agrees("a", "") && !agrees("a 1", "a "));
    }
}
