//! What travels: the schema of the writer beside that of the reader.

use super::change::{breaks, careful, not_judged, works, works_since};
use super::{Change, Effect, Needs, Pair, Verdict};
use crate::contract::judge::{Budget, Finding, Half, Side, differences, fits, is_same};
use crate::contract::{Contract, Schema};

/// Who writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// The client.
    Argument,
    /// The server.
    Answer,
}

/// How many reasons are given.
const REASONS: usize = 4;

/// The old one and the new one.
type Two<T> = (T, T);

/// The change of the values at a place, if there is one.
pub(super) fn values(
    pair: Pair<'_>,
    schemas: Two<Option<&Schema>>,
    flow: Flow,
    place: &str,
) -> Option<Change> {
    let (was, is) = match schemas {
        (Some(was), Some(is)) => ((was, pair.old), (is, pair.new)),
        (None, None) => return None,
        (None, Some(_)) => {
            let why = works_since("as far as is known: it had no schema");
            let what = "it has a schema now, and is judged from now on";
            return Some(Change::new(place, what, why.clone(), why, Needs::Patch));
        }
        (Some(_), None) => {
            let effect = || not_judged("it has no schema any more");
            let what = "its schema is gone";
            let change = Change::new(place, what, effect(), effect(), Needs::Major);
            return Some(change.advise("keep the key `schema` in `#[rpc_api(..)]`"));
        }
    };
    let both = [Half::Read, Half::Written].map(|half| {
        let (was, is) = (sided(was, half), sided(is, half));
        if is_same(was, is) { Vec::new() } else { differences(was, is) }
    });
    let [read, written] = both;
    let mut what = read;
    // Where both halves changed, what is read says enough.
    let subject = |difference: &str| difference.split(',').next().map(str::to_owned);
    for difference in written {
        if !what.iter().any(|told| subject(told) == subject(&difference)) {
            what.push(difference);
        }
    }
    if what.is_empty() {
        return None;
    }
    let (old_client, new_client) = match flow {
        Flow::Argument => {
            let old_client = fitting(was, is, ("the old client", "the new server"), pair.budget);
            let mut new_client =
                fitting(is, was, ("the new client", "the old server"), pair.budget);
            // The client knows, or is told by its pin, how old its servers are; a server does not
            // know its clients.
            if new_client.verdict == Verdict::Breaks && is_extended(was, is, pair.budget) {
                let why =
                    format!("with what came with the new version it does not: {}", new_client.why);
                new_client = careful(why);
            }
            (old_client, new_client)
        }
        Flow::Answer => (
            fitting(is, was, ("the new server", "the old client"), pair.budget),
            fitting(was, is, ("the old server", "the new client"), pair.budget),
        ),
    };
    let needs = match needs(&old_client, &new_client) {
        Needs::Minor
            if is_equal(was, is, pair.budget)
                && !what.iter().any(|it| it.starts_with("the default of")) =>
        {
            Needs::Patch
        }
        needs => needs,
    };
    let advice = advice(&old_client, &new_client, flow);
    let change = Change::new(place, what.join("; "), old_client, new_client, needs);
    Some(change.advise(advice))
}

/// Whether a client reads null as this.
pub(super) fn reads_null(schema: &Schema, contract: &Contract, budget: &Budget) -> bool {
    let null = Schema::both(serde_json::json!({"type": "null"}));
    fitting((&null, contract), (schema, contract), ("", ""), budget).verdict == Verdict::Works
}

/// What two effects need: what breaks or is not known a major, all else a minor.
pub(super) fn needs(old_client: &Effect, new_client: &Effect) -> Needs {
    match old_client.verdict.max(new_client.verdict) {
        Verdict::Works | Verdict::Careful => Needs::Minor,
        Verdict::NotJudged | Verdict::Breaks => Needs::Major,
    }
}

type Known<'a> = (&'a Schema, &'a Contract);

fn sided<'a>((schema, contract): Known<'a>, half: Half) -> (&'a serde_json::Value, Side<'a>) {
    let side = Side::new(&contract.types, half);
    (side.of(schema), side)
}

fn fitting(writer: Known<'_>, reader: Known<'_>, roles: (&str, &str), budget: &Budget) -> Effect {
    let findings = fits(sided(writer, Half::Written), sided(reader, Half::Read), roles, budget);
    let broken: Vec<_> = findings.iter().filter(|finding| finding.is_judged).collect();
    if !broken.is_empty() {
        return breaks(reasons(&broken));
    }
    let unknown: Vec<_> = findings.iter().collect();
    if unknown.is_empty() { works() } else { not_judged(reasons(&unknown)) }
}

/// Whether all that was written before still is written now, so that what does not fit is new.
fn is_extended(old: Known<'_>, new: Known<'_>, budget: &Budget) -> bool {
    fits(sided(old, Half::Written), sided(new, Half::Written), ("", ""), budget).is_empty()
}

/// Whether the same values are written and read, only said in another way.
fn is_equal(old: Known<'_>, new: Known<'_>, budget: &Budget) -> bool {
    let equal = |half: Half| {
        let (old, new) = (sided(old, half), sided(new, half));
        fits(old, new, ("", ""), budget).is_empty() && fits(new, old, ("", ""), budget).is_empty()
    };
    equal(Half::Written) && equal(Half::Read)
}

fn reasons(findings: &[&Finding]) -> String {
    let told = findings.iter().take(REASONS).map(|Finding { path, why, .. }| {
        if path.is_empty() { why.clone() } else { format!("`{path}`: {why}") }
    });
    let mut told: Vec<_> = told.collect();
    told.dedup();
    if findings.len() > REASONS {
        told.push(format!("and {} more", findings.len() - REASONS));
    }
    told.join("; ")
}

fn advice(old_client: &Effect, new_client: &Effect, flow: Flow) -> &'static str {
    match (old_client.verdict.max(new_client.verdict), flow) {
        (Verdict::Works, _) => "",
        (Verdict::Careful, _) => {
            "send the new values by a client that is pinned to the new version: older servers \
             refuse it, and say so"
        }
        (Verdict::NotJudged, _) => "compare the two by hand, and accept the change if they fit",
        (Verdict::Breaks, Flow::Argument) => {
            "keep what old clients write readable (`#[serde(default)]` on new members, \
             `#[serde(rename = \"..\")]` to the old name), or add a parameter with `since`"
        }
        (Verdict::Breaks, Flow::Answer) => {
            "keep what old clients read (all members, no new variants), or add a method with \
             `since`"
        }
    }
}
