//! Methods that came, went, or are otherwise than they were.

use super::change::{breaks, careful, not_judged, works, works_since};
use super::{Change, Effect, Needs, Pair, params, replies, values};
use crate::contract::MethodContract;

pub(super) fn methods(pair: Pair<'_>, changes: &mut Vec<Change>) {
    for old in &pair.old.methods {
        let mut of_method = Vec::new();
        match pair.new.method(&old.name) {
            Some(new) => method(pair, old, new, &mut of_method),
            None => of_method.push(removed(pair, old)),
        }
        changes.extend(named(of_method, old));
    }
    for new in &pair.new.methods {
        if pair.old.method(&new.name).is_none() {
            changes.extend(named(vec![added(pair, new)], new));
        }
    }
}

fn named(changes: Vec<Change>, method: &MethodContract) -> impl Iterator<Item = Change> {
    let name = method.name.clone();
    changes.into_iter().map(move |change| Change { method: Some(name.clone()), ..change })
}

pub(super) fn place(method: &MethodContract) -> String {
    format!("method `{}`", method.name)
}

fn added(pair: Pair<'_>, new: &MethodContract) -> Change {
    let what = format!("it is new, since {}", new.since);
    if !pair.is_one_major() || new.since > pair.old.version {
        let why = "a client that is pinned to the old version refuses the method by itself";
        return Change::new(place(new), what, works(), works_since(why), Needs::Minor);
    }
    let why = format!(
        "it is said to be there since {}, so it is sent to servers of {}, which do not have it",
        new.since, pair.old.version
    );
    let next = pair.next_minor();
    let advice = format!(
        "write `#[rpc(since = \"{next}\")]` on it and declare `version = \"{next}\"`: then a minor \
         will do"
    );
    Change::new(place(new), what, works(), breaks(why), Needs::Major).advise(advice)
}

fn removed(pair: Pair<'_>, old: &MethodContract) -> Change {
    let renamed = pair.new.methods.iter().find(|new| {
        pair.old.method(&new.name).is_none()
            && new.cast == old.cast
            && new.params.iter().map(|it| &it.name).eq(old.params.iter().map(|it| &it.name))
    });
    let advice = match renamed {
        Some(new) => format!(
            "if `{}` is the same method, keep its name on the wire: `#[rpc(name = \"{}\")]`",
            new.name, old.name
        ),
        None => "keep it until the next major, `#[deprecated]`".to_owned(),
    };
    let why = "the server does not have it";
    Change::new(place(old), "it is gone", breaks(why), works(), Needs::Major).advise(advice)
}

fn method(pair: Pair<'_>, old: &MethodContract, new: &MethodContract, changes: &mut Vec<Change>) {
    if pair.is_one_major() && old.since != new.since {
        changes.push(since(pair, old, new));
    }
    match (old.cast, new.cast) {
        (true, false) => {
            let what = "it was a cast, is a call";
            let new_client = reads_null(pair, new, false);
            let old_client = works_since("it is run, and nobody waits for its answer");
            changes.push(answered(new, what, old_client, new_client));
        }
        (false, true) => {
            let what = "it was a call, is a cast";
            changes.push(answered(new, what, reads_null(pair, old, true), works()));
        }
        _ => {}
    }
    match (old.idempotent, new.idempotent) {
        (true, false) => {
            let why = "a client that was told it may retry runs it twice";
            let change = Change::new(
                place(new),
                "it is no longer idempotent",
                breaks(why),
                works(),
                Needs::Major,
            );
            changes.push(change.advise("keep `idempotent`, or give the method another name"));
        }
        (false, true) => {
            let why = "a client that retries may run it twice on a server for which it was not \
                       idempotent";
            let (old_client, new_client) = (works(), careful(why));
            let what = "it is idempotent now";
            changes.push(Change::new(place(new), what, old_client, new_client, Needs::Minor));
        }
        _ => {}
    }
    if old.timeout != new.timeout {
        let shown = |method: &MethodContract| {
            method.timeout.map_or("the transport's".to_owned(), |it| format!("{it:?}"))
        };
        let what = format!("its timeout was {}, is {}", shown(old), shown(new));
        changes.push(Change::new(place(new), what, works(), works(), Needs::Patch));
    }
    params::params(pair, old, new, changes);
    replies::result(pair, old, new, changes);
    replies::errors(pair, old, new, changes);
}

/// The version that brought a method is history: it does not change, it was wrong or is.
fn since(pair: Pair<'_>, old: &MethodContract, new: &MethodContract) -> Change {
    let what = format!("`since` was {}, is {}", old.since, new.since);
    let advice = format!("keep `since = \"{}\"`", old.since);
    let (effect, needs) = if new.since < old.since {
        let why = format!("a client pinned below {} sends it to servers without it", old.since);
        (breaks(why), Needs::Major)
    } else if new.since > pair.old.version {
        let why = format!("requests are made for {}, which the server refuses", new.since);
        (breaks(why), Needs::Major)
    } else {
        let why = format!("a client pinned below {} refuses it by itself", new.since);
        (careful(why), Needs::Minor)
    };
    Change::new(place(new), what, works(), effect, needs).advise(advice)
}

/// A server answers a call of what is a cast with null.
fn reads_null(pair: Pair<'_>, method: &MethodContract, is_old: bool) -> Effect {
    let contract = if is_old { pair.old } else { pair.new };
    match method.result.as_ref().map(|result| values::reads_null(result, contract, pair.budget)) {
        Some(true) => works_since("the server answers null, which the client reads"),
        Some(false) => breaks("the server answers null, which is no result"),
        None => not_judged("the server answers null, and there is no schema of the result"),
    }
}

fn answered(method: &MethodContract, what: &str, old_client: Effect, new_client: Effect) -> Change {
    let needs = values::needs(&old_client, &new_client);
    let advice = "add a second method with `since` instead";
    Change::new(place(method), what, old_client, new_client, needs).advise(advice)
}
