//! Two versions of a contract, side by side.

mod report;
mod change;
mod methods;
mod params;
mod replies;
mod values;

pub use change::{Change, Effect, Needs, Verdict};
pub use report::Report;

use super::Contract;
use super::judge::Budget;
use change::{breaks, works};

/// What changed from `old` to `new`, whether old and new clients and servers understand each
/// other, and which version that needs.
///
/// Documentation has no part in it. Schemas are compared where both have them.
#[must_use]
pub fn compare(old: &Contract, new: &Contract) -> Report {
    let (old, new) = (old.clone().without_docs(), new.clone().without_docs());
    let budget = Budget::new();
    let pair = Pair { old: &old, new: &new, budget: &budget };
    let mut changes = Vec::new();
    api(pair, &mut changes);
    methods::methods(pair, &mut changes);
    Report::new(&old, &new, changes)
}

#[derive(Clone, Copy)]
struct Pair<'a> {
    old: &'a Contract,
    new: &'a Contract,
    budget: &'a Budget,
}

impl Pair<'_> {
    /// Whether requests of the one are for servers of the other at all.
    fn is_one_major(self) -> bool {
        self.old.version.major == self.new.version.major
    }

    /// The lowest version above the old one.
    fn next_minor(self) -> String {
        let version = self.old.version;
        format!("{}.{}", version.major, version.minor.saturating_add(1))
    }
}

/// What stands in `#[rpc_api(..)]`.
fn api(pair: Pair<'_>, changes: &mut Vec<Change>) {
    let Pair { old, new, .. } = pair;
    let place = "the API";
    if old.name != new.name {
        let what = format!("the trait `{}` is `{}` now", old.name, new.name);
        changes.push(Change::new(place, what, works(), works(), Needs::Patch));
    }
    if old.topic != new.topic {
        let what = format!("the topic was `{}`, is `{}`", old.topic, new.topic);
        let [old_client, new_client] = ["new", "old"].map(|server| {
            breaks(format!("requests go to a topic on which no {server} server listens"))
        });
        let advice = format!("keep `topic = \"{}\"`, or let servers listen on both", old.topic);
        changes.push(Change::new(place, what, old_client, new_client, Needs::Major).advise(advice));
    }
    if old.namespace != new.namespace {
        let shown = |namespace: &Option<String>| {
            namespace.as_ref().map_or("none".to_owned(), |it| format!("`{it}`"))
        };
        let (was, is) = (shown(&old.namespace), shown(&new.namespace));
        let effect = || breaks("the server has no endpoint in that namespace".to_owned());
        let what = format!("the namespace was {was}, is {is}");
        let advice = "keep the namespace, or serve the API in both".to_owned();
        changes.push(Change::new(place, what, effect(), effect(), Needs::Major).advise(advice));
    }
    if new.version < old.version {
        let what = format!("the version went back from {} to {}", old.version, new.version);
        let old_client = breaks(format!("requests for {} are refused", old.version));
        let advice = format!("declare {} or more", old.version);
        changes.push(Change::new(place, what, old_client, works(), Needs::Major).advise(advice));
    }
}
