//! Parameters: they travel by name, and a server refuses what it does not know.

use super::change::{Effect, breaks, careful, works, works_since};
use super::methods::place;
use super::values::{Flow, values};
use super::{Change, Needs, Pair, Verdict};
use crate::contract::{MethodContract, ParamContract};

pub(super) fn params(
    pair: Pair<'_>,
    old: &MethodContract,
    new: &MethodContract,
    changes: &mut Vec<Change>,
) {
    for param in &old.params {
        match new.param(&param.name) {
            Some(now) => one(pair, new, param, now, changes),
            None => changes.push(removed(old, new, param)),
        }
    }
    for param in &new.params {
        if old.param(&param.name).is_none() {
            changes.push(added(pair, new, param));
        }
    }
    let order = |one: &MethodContract, other: &MethodContract| {
        let shared = one.params.iter().filter(|param| other.param(&param.name).is_some());
        shared.map(|param| param.name.clone()).collect::<Vec<_>>()
    };
    if order(old, new) != order(new, old) {
        let why = works_since("arguments travel by name");
        let what = "its parameters are in another order";
        changes.push(Change::new(place(new), what, why.clone(), why, Needs::Patch));
    }
}

fn place_of(method: &MethodContract, param: &ParamContract) -> String {
    format!("{}, parameter `{}`", place(method), param.name)
}

fn may_be_left_out(param: &ParamContract) -> bool {
    param.optional || param.nullable
}

fn added(pair: Pair<'_>, method: &MethodContract, param: &ParamContract) -> Change {
    let what = format!("it is new, since {}", param.since);
    let old_client = match may_be_left_out(param) {
        true => works_since("the server takes its default"),
        false => breaks("the server requires it"),
    };
    if !pair.is_one_major() || param.since > pair.old.version {
        let needs = super::values::needs(&old_client, &works());
        let why = "a client that is pinned to the old version leaves it out, or refuses it";
        return Change::new(place_of(method, param), what, old_client, works_since(why), needs);
    }
    let next = pair.next_minor();
    let advice = format!(
        "write `#[rpc(since = \"{next}\")]` on it and declare `version = \"{next}\"`: then a minor \
         will do"
    );
    let why = "the server refuses arguments that it does not know";
    Change::new(place_of(method, param), what, old_client, breaks(why), Needs::Major).advise(advice)
}

fn removed(old: &MethodContract, new: &MethodContract, param: &ParamContract) -> Change {
    let at = old.params.iter().position(|it| it.name == param.name);
    let renamed = at.and_then(|at| new.params.get(at)).filter(|it| old.param(&it.name).is_none());
    let advice = match renamed {
        Some(renamed) => format!(
            "if `{}` is the same parameter, keep its name on the wire: `#[serde(rename = \"{}\")]`",
            renamed.name, param.name
        ),
        None => "keep it until the next major, and do without its value".to_owned(),
    };
    let new_client = match may_be_left_out(param) {
        true => works_since("the server takes its default"),
        false => breaks("the server requires it"),
    };
    let old_client = breaks("the server refuses arguments that it does not know");
    Change::new(place_of(old, param), "it is gone", old_client, new_client, Needs::Major)
        .advise(advice)
}

fn one(
    pair: Pair<'_>,
    method: &MethodContract,
    old: &ParamContract,
    new: &ParamContract,
    changes: &mut Vec<Change>,
) {
    let place = place_of(method, new);
    if pair.is_one_major() && old.since != new.since {
        changes.push(since(pair, place.clone(), old, new));
    }
    let schemas = (old.schema.as_ref(), new.schema.as_ref());
    let of_values = values(pair, schemas, Flow::Argument, &place);
    // That its type is an `Option`, or is none any more, is said of its values, unless null is one
    // of them on both sides.
    let is_said = |effect: fn(&Change) -> &Effect| {
        let said = of_values.as_ref().map(|change| effect(change).verdict);
        old.optional == new.optional && said >= Some(Verdict::Careful)
    };
    match (may_be_left_out(old), may_be_left_out(new)) {
        (true, false) if !is_said(|it| &it.old_client) => {
            let old_client = breaks("a request without it is refused");
            let what = "a request could leave it out, and can no longer";
            changes.push(
                Change::new(place.clone(), what, old_client, works(), Needs::Major)
                    .advise("keep its default: `#[serde(default)]`, or its type an `Option`"),
            );
        }
        (false, true) if !is_said(|it| &it.new_client) => {
            let new_client = careful("a request without it is refused");
            let what = "a request may leave it out now";
            changes.push(Change::new(place.clone(), what, works(), new_client, Needs::Minor));
        }
        _ => {}
    }
    changes.extend(of_values);
}

fn since(pair: Pair<'_>, place: String, old: &ParamContract, new: &ParamContract) -> Change {
    let what = format!("`since` was {}, is {}", old.since, new.since);
    let advice = format!("keep `since = \"{}\"`", old.since);
    let (effect, needs) = if new.since < old.since {
        let why = format!("a client pinned below {} sends it to servers without it", old.since);
        (breaks(why), Needs::Major)
    } else if new.since > pair.old.version {
        let why = format!("requests are made for {}, which the server refuses", new.since);
        (breaks(why), Needs::Major)
    } else if may_be_left_out(old) {
        let why = format!("a client pinned below {} leaves it out, or refuses it", new.since);
        (careful(why), Needs::Minor)
    } else {
        let why = format!("a client pinned below {} leaves out what is required", new.since);
        (breaks(why), Needs::Major)
    };
    Change::new(place, what, works(), effect, needs).advise(advice)
}
