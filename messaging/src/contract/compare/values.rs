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
        let (was, is) = (sided(was, half, pair.budget), sided(is, half, pair.budget));
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
    let (mut old_client, mut new_client) = match flow {
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
    if needs < Needs::Major
        && let Some(why) = no_longer_read(was, is, flow, pair.budget)
    {
        let effect = match flow {
            Flow::Argument => &mut old_client,
            Flow::Answer => &mut new_client,
        };
        effect.why = why;
        let change = Change::new(place, what.join("; "), old_client, new_client, Needs::Major);
        return Some(change.advise(
            "keep reading what versions before the old one wrote (its default, its other names) \
             until the next major",
        ));
    }
    let advice = advice(&old_client, &new_client, flow);
    let change = Change::new(place, what.join("; "), old_client, new_client, needs);
    Some(change.advise(advice))
}

/// What the old reader took and the new one does not. The old writer may not write it, and one
/// before it, of the same major, may have: that its reader takes it is all that is known of them.
fn no_longer_read(was: Known<'_>, is: Known<'_>, flow: Flow, budget: &Budget) -> Option<String> {
    let (roles, older) = match flow {
        Flow::Argument => (("a client before the old one", "the new server"), "clients"),
        Flow::Answer => (("a server before the old one", "the new client"), "servers"),
    };
    let (was, is) = (sided(was, Half::Read, budget), sided(is, Half::Read, budget));
    let findings = fits((was.0, was.1.accepted()), is, roles);
    let findings: Vec<_> = findings.iter().collect();
    (!findings.is_empty()).then(|| {
        let reasons = reasons(&findings);
        format!("but what still older {older} of this major write may no longer be read: {reasons}")
    })
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

fn sided<'a>(
    (schema, contract): Known<'a>,
    half: Half,
    budget: &'a Budget,
) -> (&'a serde_json::Value, Side<'a>) {
    let side = Side::new(&contract.types, half, budget);
    (side.of(schema), side)
}

fn fitting(writer: Known<'_>, reader: Known<'_>, roles: (&str, &str), budget: &Budget) -> Effect {
    let findings =
        fits(sided(writer, Half::Written, budget), sided(reader, Half::Read, budget), roles);
    let broken: Vec<_> = findings.iter().filter(|finding| finding.is_judged).collect();
    if !broken.is_empty() {
        return breaks(reasons(&broken));
    }
    let unknown: Vec<_> = findings.iter().collect();
    if unknown.is_empty() { works() } else { not_judged(reasons(&unknown)) }
}

/// Whether all that was written before still is written now, so that what does not fit is new.
fn is_extended(old: Known<'_>, new: Known<'_>, budget: &Budget) -> bool {
    fits(sided(old, Half::Written, budget), sided(new, Half::Written, budget), ("", "")).is_empty()
}

/// Whether the same values are written and read, only said in another way.
fn is_equal(old: Known<'_>, new: Known<'_>, budget: &Budget) -> bool {
    let equal = |half: Half| {
        let (old, new) = (sided(old, half, budget), sided(new, half, budget));
        fits(old, new, ("", "")).is_empty() && fits(new, old, ("", "")).is_empty()
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
