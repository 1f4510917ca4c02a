//! Types that changed: what is said of them as arguments and as results.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU8;

use messaging::contract::{Needs, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::changes::{carried, of_method};

/// Declares types, each as serde and schemars see it.
macro_rules! types {
    ($($(#[$attribute:meta])* $kind:ident $name:ident { $($body:tt)* })*) => {$(
        #[derive(Serialize, Deserialize, JsonSchema)]
        $(#[$attribute])*
        #[allow(dead_code)]
        $kind $name { $($body)* }
    )*};
}

types! {
    struct Host { name: String, cpus: u32 }
    struct Renamed { #[serde(rename = "hostname")] name: String, cpus: u32 }
    struct RenamedAliased {
        #[serde(rename = "hostname", alias = "name")]
        #[schemars(extend("x-aliases" = ["name"]))]
        name: String,
        cpus: u32,
    }
    struct AnotherFieldName { #[serde(rename = "name")] hostname: String, cpus: u32 }
    #[serde(rename_all = "camelCase")]
    struct Cased { name: String, cpus: u32 }
    #[serde(rename = "AnotherName")]
    struct TypeRenamed { name: String, cpus: u32 }
    struct WithRequired { name: String, cpus: u32, disk: u64 }
    struct WithDefault { name: String, cpus: u32, #[serde(default)] disk: u64 }
    struct WithOption { name: String, cpus: u32, disk: Option<u64> }
    struct WithSkipped {
        name: String,
        cpus: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disk: Option<u64>,
    }
    struct SkippedWithoutDefault {
        name: String,
        #[serde(skip_serializing_if = "is_zero")]
        cpus: u32,
    }
    struct DefaultCpus { name: String, #[serde(default)] cpus: u32 }
    struct DefaultCpus8 { name: String, #[serde(default = "eight")] cpus: u32 }
    struct Without { name: String }
    struct NeverSent { name: String, #[serde(skip)] cpus: u32 }
    #[serde(deny_unknown_fields)]
    struct Strict { name: String, cpus: u32 }
    #[serde(deny_unknown_fields)]
    struct StrictWithDefault { name: String, cpus: u32, #[serde(default)] disk: u64 }
    #[serde(deny_unknown_fields)]
    struct StrictWithSkipped {
        name: String,
        cpus: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disk: Option<u64>,
    }
    struct WideCpus { name: String, cpus: u64 }
    struct NarrowCpus { name: String, cpus: u16 }
    struct OptionalCpus { name: String, cpus: Option<u32> }
    struct TextCpus { name: String, cpus: String }
    struct Inner { cpus: u32 }
    struct Flattened { name: String, #[serde(flatten)] inner: Inner }
    struct Nested { name: String, inner: Inner }
    struct FlattenedMap { name: String, #[serde(flatten)] rest: BTreeMap<String, Value> }
    /// Another text, for people.
    struct Documented {
        /// The name.
        name: String,
        cpus: u32,
    }
    struct RenamedOptional {
        name: String,
        cpus: u32,
        #[serde(default, rename = "disk_gb", skip_serializing_if = "Option::is_none")]
        disk: Option<u64>,
    }
    struct Titled { name: String, #[serde(default)] title: String }
    struct TitleIsName {
        #[serde(alias = "title")]
        #[schemars(extend("x-aliases" = ["title"]))]
        name: String,
    }
    struct AliasedCpus {
        #[serde(default, alias = "vcpus")]
        #[schemars(extend("x-aliases" = ["vcpus"]))]
        cpus: u32,
    }
    struct Empty {}
    struct Optional { #[serde(default)] value: u32 }

    enum State { Up, Down }
    enum StateMore { Up, Down, Lost }
    enum StateLess { Up }
    #[serde(rename_all = "lowercase")]
    enum StateLower { Up, Down }
    enum StateKept { #[serde(rename = "Up")] Running, Down }
    enum Event { Up, Moved { to: String }, Sized(u32) }
    enum EventMore { Up, Moved { to: String }, Sized(u32), Gone(String) }
    enum EventWide { Up, Moved { to: String }, Sized(u64) }
    enum EventField { Up, Moved { to: String, #[serde(default)] why: String }, Sized(u32) }
    enum EventStruct { Up, Moved { to: String }, Sized { by: u32 } }
    #[serde(tag = "kind")]
    enum Tagged { Up, Moved { to: String } }
    #[serde(tag = "kind")]
    enum TaggedMore { Up, Moved { to: String }, Gone { at: u32 } }
    #[serde(tag = "type")]
    enum TaggedElsewhere { Up, Moved { to: String } }
    #[serde(tag = "kind")]
    enum TaggedOther {
        Up,
        Moved { to: String },
        #[serde(other)]
        #[schemars(extend("x-other" = true))]
        Else,
    }
    #[serde(tag = "kind")]
    enum TaggedOtherMore {
        Up,
        Moved { to: String },
        Gone { at: u32 },
        #[serde(other)]
        #[schemars(extend("x-other" = true))]
        Else,
    }
    #[serde(tag = "kind", content = "of")]
    enum Adjacent { Up, Moved(String) }
    #[serde(tag = "kind", content = "data")]
    enum AdjacentElsewhere { Up, Moved(String) }
    #[serde(untagged)]
    enum Untagged { Number(u32), Text(String) }
    #[serde(untagged)]
    enum UntaggedMore { Number(u32), Text(String), Flag(bool) }
    #[serde(untagged)]
    enum UntaggedSwapped { Text(String), Number(u32) }

    #[serde(untagged)]
    enum Untyped { None, Number(u32), Text(String) }

    struct Tree { value: u32, children: Vec<Tree> }
    struct TreeWide { value: u64, children: Vec<TreeWide> }
    struct TreeAgain { value: u32, children: Vec<TreeAgain> }
    struct Linked { value: u32, next: Option<Box<Linked>> }
    struct LinkedDefault { value: u32, #[serde(default)] next: Option<Box<LinkedDefault>> }

    struct Custom { #[schemars(schema_with = "even")] value: u32 }
    struct CustomOther { #[schemars(schema_with = "thirds")] value: u32 }
    struct Plain { value: u32 }
    struct Ranged { #[schemars(range(max = 100))] value: u32 }
    struct With { #[serde(with = "as_text")] #[schemars(with = "String")] value: u32 }
    #[serde(transparent)]
    struct Transparent { host: Host }
    #[serde(from = "Host", into = "Host")]
    #[derive(Clone)]
    struct Through { name: String }
}

impl From<Host> for Through {
    fn from(host: Host) -> Self {
        Self { name: host.name }
    }
}

impl From<Through> for Host {
    fn from(through: Through) -> Self {
        Self { name: through.name, cpus: 0 }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn eight() -> u32 {
    8
}

fn even(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "integer", "format": "uint32", "multipleOf": 2})
}

fn thirds(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "integer", "format": "uint32", "multipleOf": 3})
}

mod as_text {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
    pub(super) fn serialize<S: Serializer>(value: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A change of a type: as an argument an old client, a new client and what it needs; as a result
/// the same.
struct Case {
    name: &'static str,
    said: [[String; 3]; 2],
    argument: [&'static str; 3],
    result: [&'static str; 3],
}

const SAME: [&str; 3] = ["works", "works", "patch"];
const FINE: [&str; 3] = ["works", "works", "minor"];
const MORE: [&str; 3] = ["works", "works with care", "minor"];
// Both understand each other, and what is still older may not.
const OLDER: [&str; 3] = ["works", "works", "major"];
const OLD: [&str; 3] = ["BREAKS", "works", "major"];
const NEW: [&str; 3] = ["works", "BREAKS", "major"];
const LOST: [&str; 3] = ["NOT JUDGED", "NOT JUDGED", "major"];
const BOTH: [&str; 3] = ["BREAKS", "BREAKS", "major"];

macro_rules! cases {
    ($($name:literal: $old:ty => $new:ty, $argument:expr, $result:expr;)*) => {
        vec![$({
            let report = carried::<$old, $new>();
            Case {
                name: $name,
                said: ["there", "back"].map(|method| of_method(&report, method)),
                argument: $argument,
                result: $result,
            }
        }),*]
    };
}

#[test]
fn every_change_of_a_type_has_its_verdict() {
    let cases = cases! {
        // What changes nothing that travels.
        "nothing": Host => Host, SAME, SAME;
        "documentation": Host => Documented, SAME, SAME;
        "the name of a type": Host => TypeRenamed, SAME, SAME;
        "the Rust name of a field, with its old name kept": Host => AnotherFieldName, SAME, SAME;
        "the Rust name of a variant, with its old name kept": State => StateKept, SAME, SAME;
        "a nested type that is flattened was flat already": Host => Flattened, SAME, SAME;
        "a transparent wrapper": Host => Transparent, SAME, SAME;
        "a type that travels as another": Host => Through, SAME, SAME;
        "a recursive type of another name": Tree => TreeAgain, SAME, SAME;
        "a list that is a set": Vec<u32> => BTreeSet<u32>, SAME, SAME;
        "another map": BTreeMap<String, u32> => HashMap<String, u32>, SAME, SAME;
        "a box": Host => Box<Host>, SAME, SAME;
        "untagged variants in another order": Untagged => UntaggedSwapped, SAME, SAME;

        // Fields.
        "a field with a default is new": Host => WithDefault, FINE, FINE;
        "an Option field is new": Host => WithOption, FINE, FINE;
        "a field that is left out when none is new": Host => WithSkipped, FINE, FINE;
        "a required field is new": Host => WithRequired, OLD, NEW;
        "a required field is gone": Host => Without, NEW, OLD;
        "a field with a default is gone": WithDefault => Host, FINE, FINE;
        "a field does not travel any more": Host => NeverSent, NEW, OLD;
        "a field gets a default": Host => DefaultCpus, FINE, FINE;
        "a field loses its default": DefaultCpus => Host, OLDER, OLDER;
        "a field that was new with a default loses it": WithDefault => WithRequired, OLDER, OLDER;
        "another default": DefaultCpus => DefaultCpus8, FINE, FINE;
        "a field is left out when zero, and required": Host => SkippedWithoutDefault, MORE, OLD;
        "a field is renamed": Host => Renamed, BOTH, BOTH;
        "a field is renamed, with an alias": Host => RenamedAliased, NEW, OLD;
        "an alias is gone": RenamedAliased => Renamed, OLDER, OLDER;
        "a member becomes another name of one beside it": Titled => TitleIsName, OLD, NEW;
        "a map becomes a struct with an alias": BTreeMap<String, u32> => AliasedCpus, OLD, NEW;
        "all fields are renamed, of which one is in two words": Host => Cased, SAME, SAME;
        "an optional field is renamed": WithSkipped => RenamedOptional, LOST, LOST;
        "fields are moved into a struct": Host => Nested, BOTH, BOTH;
        "a flattened struct is nested": Flattened => Nested, BOTH, BOTH;
        "fields become a flattened map": Host => FlattenedMap, MORE, OLD;

        // Unknown fields.
        "unknown fields are refused from now on": Host => Strict, OLDER, OLDER;
        "a field is new to a strict reader": Strict => StrictWithDefault, NEW, OLD;
        "a field that may be left out is new to a strict reader":
            Strict => StrictWithSkipped, MORE, OLD;
        "a struct without fields gets one": Empty => Optional, FINE, FINE;

        // Scalars.
        "a wider integer": Host => WideCpus, MORE, OLD;
        "a narrower integer": Host => NarrowCpus, OLD, NEW;
        "a sign": u32 => i64, MORE, OLD;
        "an integer becomes a float": u32 => f64, MORE, OLD;
        "a float becomes an integer": f64 => i64, BOTH, BOTH;
        "an integer of as many bits as a float": u64 => f64, BOTH, BOTH;
        "an integer that a small float holds": u16 => f32, MORE, OLD;
        "an integer that a small float does not hold": i32 => f32, BOTH, BOTH;
        "a float of half the size": f64 => f32, OLD, NEW;
        "a float of twice the size": f32 => f64, MORE, OLD;
        "an integer becomes a text": Host => TextCpus, BOTH, BOTH;
        "an integer that is not zero": u8 => NonZeroU8, OLD, NEW;
        "a character becomes a text": char => String, MORE, OLD;
        "a field may be null": Host => OptionalCpus, MORE, OLD;
        "a field may not be null any more": OptionalCpus => Host, OLD, NEW;
        "anything": Host => Value, MORE, OLD;
        "a text in a format becomes any text": uuid::Uuid => String, MORE, OLD;
        "an address of either kind": std::net::Ipv4Addr => std::net::IpAddr, MORE, OLD;

        // Lists, tuples and maps.
        "one becomes a list": u32 => Vec<u32>, BOTH, BOTH;
        "a tuple gets longer": (u32, u32) => (u32, u32, u32), BOTH, BOTH;
        "a tuple becomes a list": (u32, u32) => Vec<u32>, MORE, OLD;
        "a list of a fixed length": Vec<u8> => [u8; 4], OLD, NEW;
        "items that are wider": Vec<u8> => Vec<u16>, MORE, OLD;
        "values of a map that are wider": BTreeMap<String, u8> => BTreeMap<String, u16>, MORE, OLD;
        "keys of a map become numbers": BTreeMap<String, u8> => BTreeMap<u32, u8>, OLD, NEW;
        "a map becomes a struct": BTreeMap<String, u32> => Inner, OLD, NEW;

        // Enums.
        "a variant is new": State => StateMore, MORE, OLD;
        "a variant is gone": State => StateLess, OLD, NEW;
        "variants are renamed": State => StateLower, BOTH, BOTH;
        "a variant with a field is new": Event => EventMore, MORE, OLD;
        "a variant's field is wider": Event => EventWide, MORE, OLD;
        "a variant gets a field with a default": Event => EventField, FINE, FINE;
        "a variant's value gets a name": Event => EventStruct, BOTH, BOTH;
        "an enum becomes internally tagged": State => Tagged, BOTH, BOTH;
        "a variant of a tagged enum is new": Tagged => TaggedMore, MORE, OLD;
        "a tag is renamed": Tagged => TaggedElsewhere, BOTH, BOTH;
        "an enum becomes adjacently tagged": Tagged => Adjacent, BOTH, BOTH;
        "the content of a tagged enum is renamed": Adjacent => AdjacentElsewhere, BOTH, BOTH;
        "an enum becomes untagged": Event => Untagged, BOTH, BOTH;
        "a variant is new to a reader that knows others": TaggedOther => TaggedOtherMore, FINE, FINE;
        "a reader of other variants is gone": TaggedOther => TaggedMore, OLD, NEW;
        "an untagged variant is new": Untagged => UntaggedMore, MORE, OLD;

        // Recursion.
        "a recursive type with wider values": Tree => TreeWide, MORE, OLD;
        "a recursive field gets a default": Linked => LinkedDefault, FINE, FINE;

        // What is said by hand.
        "a field travels as a text": Plain => With, BOTH, BOTH;
        "a range is given": Plain => Ranged, OLD, NEW;
        "a schema by hand": Plain => Custom, ["NOT JUDGED", "works", "major"],
            ["works", "NOT JUDGED", "major"];
        "another schema by hand": Custom => CustomOther, ["NOT JUDGED", "NOT JUDGED", "major"],
            ["NOT JUDGED", "NOT JUDGED", "major"];
    };
    let count = cases.len();
    let mut wrong = Vec::new();
    for Case { name, said, argument, result } in cases {
        if said != [argument.map(str::to_owned), result.map(str::to_owned)] {
            wrong.push(format!("{name}: {said:?}, not {argument:?} and {result:?}"));
        }
    }
    assert!(wrong.is_empty(), "of {count}, {} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 60, "{count} cases");
}

/// Null is a value of both, so that the schemas do not tell.
#[test]
fn an_argument_that_can_no_longer_be_left_out_breaks_old_clients() {
    for report in [carried::<Option<u32>, Value>(), carried::<Option<u32>, Untyped>()] {
        let breaks = report.changes.iter().any(|it| it.old_client.verdict == Verdict::Breaks);
        assert!(breaks && !report.is_covered(), "{report}");
    }
    let report = carried::<Value, Option<Value>>();
    let is_told = report.changes.iter().any(|it| it.what.contains("may leave it out now"));
    assert!(is_told && report.needs() == Needs::Minor, "{report}");
}

#[test]
fn what_still_older_peers_write_is_named() {
    let report = carried::<WithDefault, WithRequired>();
    let told = report.to_string();
    for part in [
        "works: but what still older clients of this major write may no longer be read: `.disk`",
        "works: but what still older servers of this major write may no longer be read: `.disk`",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}
