//! Types at random, each changed at random: where the judge says that it works, every value is
//! read.
//!
//! The types are a model of what serde and schemars make of structs and enums: what is written,
//! what is read, and the schemas of both. That the model is right is not proved here; `pairs` asks
//! serde itself.

use std::cell::Cell;

use messaging::contract::{Verdict, compare};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::changes::contract;

#[derive(Clone, Debug)]
enum Ty {
    Bool,
    /// Of these bits, with or without a sign.
    Int(u32, bool),
    Text,
    Option(Box<Ty>),
    List(Box<Ty>),
    Pair(Box<Ty>, Box<Ty>),
    Map(Box<Ty>),
    Struct(Vec<Field>, bool),
    /// Tagged within, or from outside.
    Enum(Vec<(String, Vec<Field>)>, bool),
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    ty: Ty,
    default: bool,
    /// Left out at times; such a field has a default.
    skip: bool,
}

const TAG: &str = "kind";

fn types() -> impl Strategy<Value = Ty> {
    let leaf = prop_oneof![Just(Ty::Bool), Just(Ty::Text), ints()];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let one = inner.clone().prop_map(Box::new);
        prop_oneof![
            one.clone().prop_map(Ty::Option),
            one.clone().prop_map(Ty::List),
            one.clone().prop_map(Ty::Map),
            (one.clone(), one).prop_map(|(a, b)| Ty::Pair(a, b)),
            (fields(inner.clone()), any::<bool>()).prop_map(|(it, strict)| Ty::Struct(it, strict)),
            (prop::collection::btree_map("[XYZ]", fields(inner), 1..4), any::<bool>())
                .prop_map(|(it, within)| Ty::Enum(it.into_iter().collect(), within)),
        ]
    })
}

fn ints() -> impl Strategy<Value = Ty> {
    (prop::sample::select(vec![8u32, 16, 32, 64]), any::<bool>()).prop_map(|(a, b)| Ty::Int(a, b))
}

fn fields(ty: impl Strategy<Value = Ty>) -> impl Strategy<Value = Vec<Field>> {
    let flags = prop_oneof![Just((false, false)), Just((true, false)), Just((true, true))];
    prop::collection::btree_map("[abc]", (ty, flags), 0..4).prop_map(|fields| {
        let field = |(name, (ty, (default, skip)))| Field { name, ty, default, skip };
        fields.into_iter().map(field).collect()
    })
}

/// The type with a change somewhere, as `choices` have it.
fn changed(ty: &Ty, choices: &mut dyn Iterator<Item = usize>) -> Ty {
    let mut choose = |of: usize| choices.next().unwrap_or_default() % of;
    let here = choose(3) == 0;
    match ty.clone() {
        Ty::Int(bits, sign) => match choose(3) {
            0 => Ty::Int(bits * 2 % 120, sign),
            1 => Ty::Int(bits.max(16) / 2, sign),
            _ => Ty::Int(bits, !sign),
        },
        ty @ (Ty::Bool | Ty::Text) => match choose(3) {
            0 => Ty::Text,
            1 => Ty::List(Box::new(ty)),
            _ => Ty::Option(Box::new(ty)),
        },
        Ty::Option(inner) if here => *inner,
        Ty::Option(inner) => Ty::Option(Box::new(changed(&inner, choices))),
        Ty::List(inner) => Ty::List(Box::new(changed(&inner, choices))),
        Ty::Map(inner) => Ty::Map(Box::new(changed(&inner, choices))),
        Ty::Pair(left, right) if here => {
            drop(right);
            Ty::List(left)
        }
        Ty::Pair(left, right) => Ty::Pair(left, Box::new(changed(&right, choices))),
        Ty::Struct(fields, strict) if here => Ty::Struct(fields, !strict),
        Ty::Struct(fields, strict) => Ty::Struct(with_change(fields, choices), strict),
        Ty::Enum(mut variants, within) => {
            match choose(4) {
                0 => variants.push(("W".to_owned(), Vec::new())),
                1 if variants.len() > 1 => drop(variants.pop()),
                2 => return Ty::Enum(variants, !within),
                _ => {
                    if let Some((_, fields)) = variants.first_mut() {
                        *fields = with_change(std::mem::take(fields), choices);
                    }
                }
            }
            Ty::Enum(variants, within)
        }
    }
}

fn with_change(mut fields: Vec<Field>, choices: &mut dyn Iterator<Item = usize>) -> Vec<Field> {
    let mut choose = |of: usize| choices.next().unwrap_or_default() % of;
    let (what, flags) = (choose(6), choose(3));
    let new = || Field {
        name: "d".to_owned(),
        ty: Ty::Int(8, false),
        default: flags > 0,
        skip: flags > 1,
    };
    let count = fields.len().max(1);
    let at = choose(count);
    match (what, fields.get_mut(at)) {
        (0, _) | (_, None) => fields.push(new()),
        (1, _) => drop(fields.remove(at)),
        (2, Some(field)) => field.name = "d".to_owned(),
        (3, Some(field)) => (field.default, field.skip) = (flags > 0, flags > 1),
        (_, Some(field)) => field.ty = changed(&field.ty, choices),
    }
    fields
}

/// What serde writes of the type.
fn values(ty: &Ty) -> BoxedStrategy<Value> {
    match ty {
        Ty::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Ty::Int(bits, true) => {
            let bits = *bits;
            any::<i64>().prop_map(move |it| json!(it >> (64 - bits))).boxed()
        }
        Ty::Int(bits, false) => {
            let bits = *bits;
            any::<u64>().prop_map(move |it| json!(it >> (64 - bits))).boxed()
        }
        Ty::Text => "[a-c]{0,2}".prop_map(Value::from).boxed(),
        Ty::Option(inner) => prop_oneof![Just(Value::Null), values(inner)].boxed(),
        Ty::List(inner) => prop::collection::vec(values(inner), 0..4).prop_map(Value::from).boxed(),
        Ty::Pair(a, b) => (values(a), values(b)).prop_map(|(a, b)| json!([a, b])).boxed(),
        Ty::Map(inner) => prop::collection::btree_map("[a-d]", values(inner), 0..3)
            .prop_map(|map| Value::Object(map.into_iter().collect()))
            .boxed(),
        Ty::Struct(fields, _) => members(fields).prop_map(Value::Object).boxed(),
        Ty::Enum(variants, within) => {
            let within = *within;
            let each = variants.iter().map(|(name, fields)| {
                let (name, is_unit) = (name.clone(), fields.is_empty());
                let value = move |mut members: Map<String, Value>| match (within, is_unit) {
                    (true, _) => {
                        members.insert(TAG.to_owned(), json!(name));
                        Value::Object(members)
                    }
                    (false, true) => json!(name),
                    (false, false) => json!({ &*name: members }),
                };
                members(fields).prop_map(value).boxed()
            });
            proptest::strategy::Union::new(each).boxed()
        }
    }
}

fn members(fields: &[Field]) -> BoxedStrategy<Map<String, Value>> {
    let each = fields.iter().map(|field| {
        let (name, skip) = (field.name.clone(), field.skip);
        (values(&field.ty), any::<bool>())
            .prop_map(move |(value, skipped)| (!(skip && skipped)).then(|| (name.clone(), value)))
            .boxed()
    });
    let each: Vec<_> = each.collect();
    each.prop_map(|members| members.into_iter().flatten().collect()).boxed()
}

/// Whether serde reads the value as the type.
fn is_read(ty: &Ty, value: &Value) -> bool {
    match (ty, value) {
        (Ty::Bool, Value::Bool(_)) | (Ty::Text, Value::String(_)) => true,
        (Ty::Int(bits, true), Value::Number(it)) => {
            it.as_i64().is_some_and(|it| it >> (bits - 1) == 0 || it >> (bits - 1) == -1)
        }
        (Ty::Int(bits, false), Value::Number(it)) => {
            it.as_u64().is_some_and(|it| it.checked_shr(*bits).unwrap_or_default() == 0)
        }
        (Ty::Option(_), Value::Null) => true,
        (Ty::Option(inner), value) => is_read(inner, value),
        (Ty::List(inner), Value::Array(items)) => items.iter().all(|it| is_read(inner, it)),
        (Ty::Pair(a, b), Value::Array(items)) => {
            items.len() == 2 && is_read(a, &items[0]) && is_read(b, &items[1])
        }
        (Ty::Map(inner), Value::Object(map)) => map.values().all(|it| is_read(inner, it)),
        (Ty::Struct(fields, strict), Value::Object(members)) => are_read(fields, members, *strict),
        (Ty::Enum(variants, true), Value::Object(members)) => {
            let mut members = members.clone();
            let tag = members.remove(TAG);
            variants
                .iter()
                .any(|(name, fields)| tag == Some(json!(name)) && are_read(fields, &members, false))
        }
        (Ty::Enum(variants, false), Value::String(text)) => {
            variants.iter().any(|(name, fields)| name == text && fields.is_empty())
        }
        (Ty::Enum(variants, false), Value::Object(of)) => variants.iter().any(|(name, fields)| {
            let inner = of.get(name).and_then(Value::as_object);
            !fields.is_empty() && inner.is_some_and(|it| are_read(fields, it, false))
        }),
        _ => false,
    }
}

fn are_read(fields: &[Field], members: &Map<String, Value>, strict: bool) -> bool {
    let is_known = |name: &String| fields.iter().any(|field| field.name == *name);
    let each = fields.iter().all(|field| match members.get(&field.name) {
        Some(value) => is_read(&field.ty, value),
        None => field.default || matches!(field.ty, Ty::Option(_)),
    });
    each && (!strict || members.keys().all(is_known))
}

/// As schemars writes it.
fn schema(ty: &Ty, written: bool) -> Value {
    let of = |ty: &Ty| schema(ty, written);
    match ty {
        Ty::Bool => json!({"type": "boolean"}),
        Ty::Int(bits, sign) => {
            let sign = if *sign { "int" } else { "uint" };
            json!({"type": "integer", "format": format!("{sign}{bits}")})
        }
        Ty::Text => json!({"type": "string"}),
        Ty::Option(inner) => json!({"anyOf": [of(inner), {"type": "null"}]}),
        Ty::List(inner) => json!({"type": "array", "items": of(inner)}),
        Ty::Pair(a, b) => json!({
            "type": "array", "prefixItems": [of(a), of(b)], "minItems": 2, "maxItems": 2,
        }),
        Ty::Map(inner) => json!({"type": "object", "additionalProperties": of(inner)}),
        Ty::Struct(fields, strict) => {
            let mut schema = object(fields, written);
            if *strict {
                schema["additionalProperties"] = json!(false);
            }
            schema
        }
        Ty::Enum(variants, within) => {
            let each = variants.iter().map(|(name, fields)| match (within, fields.is_empty()) {
                (true, _) => {
                    let mut schema = object(fields, written);
                    schema["properties"][TAG] = json!({"type": "string", "const": name});
                    schema["required"].as_array_mut().expect("a list").push(json!(TAG));
                    schema
                }
                (false, true) => json!({"type": "string", "const": name}),
                (false, false) => json!({
                    "type": "object",
                    "properties": {name: object(fields, written)},
                    "required": [name],
                    "additionalProperties": false,
                }),
            });
            json!({"oneOf": each.collect::<Vec<_>>()})
        }
    }
}

fn object(fields: &[Field], written: bool) -> Value {
    let properties = fields.iter().map(|it| (it.name.clone(), schema(&it.ty, written)));
    let is_required = |it: &&Field| match written {
        true => !it.skip,
        false => !it.default && !matches!(it.ty, Ty::Option(_)),
    };
    let required = fields.iter().filter(is_required).map(|it| &it.name);
    json!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "required": required.collect::<Vec<_>>(),
    })
}

/// What is said of the type as an argument: of old clients, of new clients.
fn said(old: &Ty, new: &Ty) -> [Verdict; 2] {
    let api = |ty: &Ty| {
        let schema = json!({"written": schema(ty, true), "read": schema(ty, false)});
        contract(json!({
            "name": "A", "topic": "a", "version": "1.0",
            "methods": [{"name": "m", "since": "1.0", "params": [
                {"name": "value", "since": "1.0", "schema": schema},
            ]}],
        }))
    };
    let report = compare(&api(old), &api(new));
    let worst = |of: fn(&messaging::contract::Change) -> Verdict| {
        report.changes.iter().map(of).max().unwrap_or(Verdict::Works)
    };
    [worst(|it| it.old_client.verdict), worst(|it| it.new_client.verdict)]
}

#[test]
fn what_is_said_to_work_is_read() {
    const SAMPLES: usize = 40;
    let [works, breaks, shown, needless] = [const { Cell::new(0) }; 4];
    let count = |cell: &Cell<u32>| cell.set(cell.get() + 1);
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 1500, failure_persistence: None, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let choices = prop::collection::vec(0usize..1000, 16);
    let ran = runner.run(&(types(), choices, any::<bool>()), |(ty, choices, back)| {
        let other = changed(&ty, &mut choices.into_iter());
        let (old, new) = if back { (other, ty) } else { (ty, other) };
        let [old_client, new_client] = said(&old, &new);
        for (verdict, from, to) in [(old_client, &old, &new), (new_client, &new, &old)] {
            let mut samples = TestRunner::deterministic();
            let strategy = values(from);
            let values =
                (0..SAMPLES).map(|_| strategy.new_tree(&mut samples).expect("one").current());
            let refused = values.into_iter().find(|value| !is_read(to, value));
            match (verdict, refused) {
                (Verdict::Works, Some(value)) => {
                    return Err(TestCaseError::fail(format!("{value} of {from:?} as {to:?}")));
                }
                (Verdict::Works, None) => count(&works),
                (_, Some(_)) => (count(&breaks), count(&shown)).0,
                (Verdict::NotJudged, None) => count(&needless),
                (_, None) => count(&breaks),
            }
        }
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
    // It says neither always that it works nor always that it breaks, and where it says that it
    // breaks, most types show it within a few values.
    let [works, breaks, shown, needless] = [works, breaks, shown, needless].map(|it| it.get());
    let counts = format!("works {works}, breaks {breaks}, shown {shown}, not judged {needless}");
    assert!(works > 500 && breaks > 500, "{counts}");
    assert!(shown * 10 > breaks * 8 && needless * 10 < works, "{counts}");
}
