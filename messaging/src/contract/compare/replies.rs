//! Results and errors: the server writes them, the client reads them.

use super::change::{Effect, breaks, works, works_since};
use super::methods::place;
use super::values::{Flow, needs, values};
use super::{Change, Needs, Pair};
use crate::contract::{ErrorContract, Errors, FieldContract, MethodContract, Schema};

pub(super) fn result(
    pair: Pair<'_>,
    old: &MethodContract,
    new: &MethodContract,
    changes: &mut Vec<Change>,
) {
    if old.cast || new.cast {
        return;
    }
    let place = format!("{}, result", place(new));
    let results = (old.result.as_ref(), new.result.as_ref());
    changes.extend(values(pair, results, Flow::Answer, &place));
}

/// What is no class of the client's error arrives as `CallError::Rpc`, with its data.
pub(super) fn errors(
    pair: Pair<'_>,
    old: &MethodContract,
    new: &MethodContract,
    changes: &mut Vec<Change>,
) {
    let at = format!("{}, errors", place(new));
    let as_data = "it arrives as `CallError::Rpc`, with its data";
    match (&old.errors, &new.errors) {
        (Some(Errors::Any), Some(Errors::Classes(_))) => {
            let what = "it was any failure, is one of some classes";
            let new_client = works_since(format!("what is none of them: {as_data}"));
            changes.push(Change::new(at, what, works(), new_client, Needs::Minor));
        }
        (Some(Errors::Classes(_)), Some(Errors::Any)) => {
            let what = "it was one of some classes, is any failure";
            let old_client = works_since(format!("what is none of them: {as_data}"));
            changes.push(Change::new(at, what, old_client, works(), Needs::Minor));
        }
        (Some(Errors::Classes(olds)), Some(Errors::Classes(news))) => {
            let of = |classes: &[ErrorContract], class: &ErrorContract| {
                let same =
                    |it: &&ErrorContract| (&it.module, &it.class) == (&class.module, &class.class);
                classes.iter().find(same).cloned()
            };
            let added: Vec<_> = news.iter().filter(|it| of(olds, it).is_none()).collect();
            for class in olds {
                match of(news, class) {
                    Some(now) => fields(pair, new, class, &now, changes),
                    None => changes.push(gone(new, class, &added)),
                }
            }
            for class in added {
                let what = format!("`{}.{}` is new", class.module, class.class);
                let old_client = works_since(as_data);
                changes.push(Change::new(at.clone(), what, old_client, works(), Needs::Minor));
            }
        }
        _ => {}
    }
}

fn gone(method: &MethodContract, class: &ErrorContract, added: &[&ErrorContract]) -> Change {
    let at = format!("{}, errors", place(method));
    let what = format!("`{}.{}` is gone", class.module, class.class);
    let new_client = works_since("it arrives as `CallError::Rpc`, with its data");
    let Some(other) = added.first() else {
        return Change::new(at, what, works(), new_client, Needs::Minor);
    };
    let why =
        format!("if it is `{}.{}` now, what asks for it asks in vain", other.module, other.class);
    let advice = format!(
        "if it is the same error, keep its name: `#[remote(module = \"{}\", class = \"{}\")]`",
        class.module, class.class
    );
    Change::new(at, what, breaks(why), new_client, Needs::Major).advise(advice)
}

fn fields(
    pair: Pair<'_>,
    method: &MethodContract,
    old: &ErrorContract,
    new: &ErrorContract,
    changes: &mut Vec<Change>,
) {
    let at = format!("{}, error `{}.{}`", place(method), new.module, new.class);
    let (olds, news) = (Fields::of(old), Fields::of(new));
    let old_client = read(&olds, &news);
    let new_client = read(&news, &olds);
    let names: Vec<_> =
        [&olds, &news].iter().flat_map(|it| it.0.iter().map(|it| it.0.clone())).collect();
    let different = names.iter().any(|name| olds.get(name).is_none() || news.get(name).is_none());
    let optional = names.iter().any(|name| {
        olds.get(name)
            .zip(news.get(name))
            .is_some_and(|(one, other)| one.optional != other.optional)
    });
    if different || optional {
        let listed = |fields: &Fields| fields.listed();
        let what = format!("its fields were {}, are {}", listed(&olds), listed(&news));
        // One of a server before the old one may come without it.
        let is_required = names.iter().any(|name| {
            olds.get(name)
                .zip(news.get(name))
                .is_some_and(|(old, new)| old.optional && !new.optional)
        });
        let needs = match is_required {
            true => Needs::Major,
            false => needs(&old_client, &new_client),
        };
        let advice = match needs {
            Needs::Major => {
                "keep its fields, and give new ones `#[serde(default)]`; or add a class"
            }
            Needs::Minor | Needs::Patch => "",
        };
        let change = Change::new(at.clone(), what, old_client, new_client, needs);
        changes.push(change.advise(advice));
    }
    for (name, field) in &olds.0 {
        let Some(now) = news.get(name) else { continue };
        let at = format!("{at}, field {name}");
        let fields = (Some(&field.schema), Some(&now.schema));
        changes.extend(values(pair, fields, Flow::Answer, &at));
    }
}

/// The fields of a class by what tells them apart: a position or a name.
struct Fields(Vec<(String, FieldContract)>);

impl Fields {
    fn of(class: &ErrorContract) -> Self {
        let args = class.args.iter().enumerate();
        let args = args.map(|(position, field)| (position.to_string(), field.clone()));
        let kwargs = class.kwargs.iter();
        let kwargs = kwargs.map(|(name, field)| (format!("`{name}`"), field.clone()));
        Self(args.chain(kwargs).collect())
    }

    fn get(&self, name: &str) -> Option<&FieldContract> {
        self.0.iter().find(|field| field.0 == name).map(|field| &field.1)
    }

    fn listed(&self) -> String {
        let names = self.0.iter().map(|(name, field)| match field.optional {
            true => format!("{name} (optional)"),
            false => name.clone(),
        });
        let names: Vec<_> = names.collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

/// Whether a client with the fields `client` takes the error of a server with the fields `server`.
/// Fields that it does not know are no matter to it.
fn read(client: &Fields, server: &Fields) -> Effect {
    let is_missing = |name: &str, field: &FieldContract| {
        // Without fields, the message is the first argument.
        let is_message = server.0.is_empty() && name == "0" && reads_texts(&field.schema);
        server.get(name).is_none() && !field.optional && !is_message
    };
    let missing = client.0.iter().find(|(name, field)| is_missing(name, field));
    match missing {
        None => works(),
        Some((name, _)) => breaks(format!(
            "the field {name} is missing, so it arrives as `CallError::Rpc` and not as itself"
        )),
    }
}

fn reads_texts(schema: &Schema) -> bool {
    schema.read.get("type").is_some_and(|ty| ty == "string") && schema.read.get("format").is_none()
}
