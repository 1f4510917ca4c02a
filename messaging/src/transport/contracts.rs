//! Which contracts those have who answer, beside those of the clients that ask.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ApiDescriptor;
use crate::contract::{Contract, Fingerprint};

/// How many other contracts of one API are remembered; more are not told of.
const REMEMBERED: usize = 64;

/// The contracts of the clients of a transport, one for each API.
#[derive(Debug, Default)]
pub(crate) struct Contracts(Mutex<HashMap<&'static str, OfName>>);

/// The APIs of one name, which may differ in all else.
type OfName = Vec<(ApiDescriptor, Arc<Known>)>;

/// The contract of an API as its clients know it.
#[derive(Debug)]
pub(crate) struct Known {
    ours: Fingerprint,
    /// Those of servers that are not the same.
    others: Mutex<HashSet<String>>,
}

/// What is seen of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is the client's own, or as much the same as can be told.
    Same,
    /// It is another, seen now and not before.
    New,
    /// It is another, seen before, or one of more than are remembered.
    Before,
}

impl Contracts {
    /// What is known of the contract of `api`; it is made once.
    pub(crate) fn known(&self, api: &ApiDescriptor) -> Arc<Known> {
        let mut all = lock(&self.0);
        let of_name = all.entry(api.name).or_default();
        if let Some((_, known)) = of_name.iter().find(|(other, _)| is_same(other, api)) {
            return Arc::clone(known);
        }
        let known = Arc::new(Known::new(Fingerprint::of(&Contract::of(api))));
        of_name.push((*api, Arc::clone(&known)));
        known
    }
}

/// Also in its schemas, which differ between the APIs that a generic trait stands for.
fn is_same(one: &ApiDescriptor, other: &ApiDescriptor) -> bool {
    one == other && one.schemas.are(other.schemas)
}

impl Known {
    fn new(ours: Fingerprint) -> Self {
        Self { ours, others: Mutex::default() }
    }

    /// Looks at the contract of whoever answered. That it is the same costs no more than comparing
    /// two short texts.
    pub(crate) fn see(&self, theirs: &str) -> Seen {
        if self.ours.as_str() == theirs || self.ours.agrees(theirs) {
            return Seen::Same;
        }
        let mut others = lock(&self.others);
        let is_new = others.len() < REMEMBERED && !others.contains(theirs);
        if !is_new {
            return Seen::Before;
        }
        others.insert(theirs.to_owned());
        Seen::New
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whole at every point where a panic could happen.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    const API: ApiDescriptor =
        ApiDescriptor::__new("Api", "topic", None, Version::new(1, 0), "", &[]);

    #[test]
    fn another_contract_is_new_once() {
        let contracts = Contracts::default();
        let known = contracts.known(&API);
        let own = Fingerprint::of(&Contract::of(&API));
        assert_eq!(known.see(own.as_str()), Seen::Same);
        assert_eq!(known.see("other"), Seen::New);
        assert_eq!(known.see("other"), Seen::Before);
        // By whichever client of the API.
        assert_eq!(contracts.known(&API).see("other"), Seen::Before);
        let newer = ApiDescriptor { version: Version::new(1, 1), ..API };
        assert_eq!(contracts.known(&newer).see("other"), Seen::New);
    }

    #[test]
    fn the_apis_of_a_generic_trait_are_told_apart() {
        // Unlike in what they do, or they could be one function.
        let text = API.__with_schemas(|writer| _ = format!("{writer:?} of texts"));
        let number = API.__with_schemas(|writer| _ = format!("{writer:?} of numbers"));
        let contracts = Contracts::default();
        assert_eq!(contracts.known(&text).see("other"), Seen::New);
        assert_eq!(contracts.known(&number).see("other"), Seen::New);
        assert_eq!(contracts.known(&text).see("other"), Seen::Before);
    }

    /// A peer may send any number.
    #[test]
    fn what_is_remembered_is_bounded() {
        let known = Contracts::default().known(&API);
        for number in 0..1000 {
            let is_new = known.see(&number.to_string()) == Seen::New;
            assert_eq!(is_new, number < REMEMBERED, "{number}");
        }
        assert_eq!(lock(&known.others).len(), REMEMBERED);
    }
}
