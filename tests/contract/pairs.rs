//! Pairs of real types: what the judge says of them is what serde does with their values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::num::NonZeroU8;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::changes::{carried, of_method};

/// How many values of each type are tried.
const VALUES: usize = 400;

/// A type of which values are made at random.
trait Sample: Serialize + DeserializeOwned + JsonSchema + Debug + Send + 'static {
    fn sample() -> BoxedStrategy<Self>;
}

macro_rules! any {
    ($($ty:ty),*) => {$(
        impl Sample for $ty {
            fn sample() -> BoxedStrategy<Self> {
                // Not only values that every integer holds, nor only those that few hold.
                prop_oneof![any::<$ty>(), any::<u8>().prop_map(|it| <$ty>::from(it % 100))].boxed()
            }
        }
    )*};
}

any!(u8, u16, u32, u64, i16, i64);

impl Sample for bool {
    fn sample() -> BoxedStrategy<Self> {
        any::<bool>().boxed()
    }
}

impl Sample for i8 {
    fn sample() -> BoxedStrategy<Self> {
        any::<i8>().boxed()
    }
}

impl Sample for f64 {
    fn sample() -> BoxedStrategy<Self> {
        // JSON has no other.
        prop_oneof![any::<f64>(), (-9i32..9).prop_map(f64::from)]
            .prop_filter("finite", |it| it.is_finite())
            .boxed()
    }
}

impl Sample for NonZeroU8 {
    fn sample() -> BoxedStrategy<Self> {
        any::<NonZeroU8>().boxed()
    }
}

impl Sample for char {
    fn sample() -> BoxedStrategy<Self> {
        any::<char>().boxed()
    }
}

impl Sample for () {
    fn sample() -> BoxedStrategy<Self> {
        Just(()).boxed()
    }
}

impl Sample for String {
    fn sample() -> BoxedStrategy<Self> {
        prop_oneof!["[a-z]{0,3}", "[0-9]{1,2}", Just("Up".to_owned())].boxed()
    }
}

impl Sample for uuid::Uuid {
    fn sample() -> BoxedStrategy<Self> {
        any::<u128>().prop_map(uuid::Uuid::from_u128).boxed()
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample() -> BoxedStrategy<Self> {
        proptest::option::of(T::sample()).boxed()
    }
}

impl<T: Sample> Sample for Box<T> {
    fn sample() -> BoxedStrategy<Self> {
        T::sample().prop_map(Box::new).boxed()
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample() -> BoxedStrategy<Self> {
        proptest::collection::vec(T::sample(), 0..5).boxed()
    }
}

impl<T: Sample + Ord> Sample for BTreeSet<T> {
    fn sample() -> BoxedStrategy<Self> {
        proptest::collection::btree_set(T::sample(), 0..5).boxed()
    }
}

impl<K: Sample + Ord, V: Sample> Sample for BTreeMap<K, V> {
    fn sample() -> BoxedStrategy<Self> {
        proptest::collection::btree_map(K::sample(), V::sample(), 0..4).boxed()
    }
}

impl<T: Sample> Sample for [T; 2] {
    fn sample() -> BoxedStrategy<Self> {
        [T::sample(), T::sample()].boxed()
    }
}

impl<A: Sample, B: Sample> Sample for (A, B) {
    fn sample() -> BoxedStrategy<Self> {
        (A::sample(), B::sample()).boxed()
    }
}

impl<A: Sample, B: Sample, C: Sample> Sample for (A, B, C) {
    fn sample() -> BoxedStrategy<Self> {
        (A::sample(), B::sample(), C::sample()).boxed()
    }
}

/// Structs, each field sampled by itself.
macro_rules! structs {
    ($($(#[$attribute:meta])* struct $name:ident {
        $($(#[$of_field:meta])* $field:ident: $ty:ty,)*
    })*) => {$(
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        $(#[$attribute])*
        struct $name { $($(#[$of_field])* $field: $ty,)* }

        impl Sample for $name {
            fn sample() -> BoxedStrategy<Self> {
                Just(()).prop_flat_map(|()| ($(<$ty>::sample(),)*))
                    .prop_map(|($($field,)*)| Self { $($field,)* })
                    .boxed()
            }
        }
    )*};
}

/// Enums, each variant as likely as another.
macro_rules! enums {
    ($($(#[$attribute:meta])* enum $name:ident {
        $($(#[$of_variant:meta])* $variant:ident $({ $($field:ident: $ty:ty),* })? $(($inner:ty))?,)*
    })*) => {$(
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        $(#[$attribute])*
        enum $name { $($(#[$of_variant])* $variant $({ $($field: $ty),* })? $(($inner))?,)* }

        impl Sample for $name {
            fn sample() -> BoxedStrategy<Self> {
                proptest::strategy::Union::new([$(
                    enums!(@variant $name $variant $({ $($field: $ty),* })? $(($inner))?)
                ),*]).boxed()
            }
        }
    )*};
    (@variant $name:ident $variant:ident) => { Just(()).prop_map(|()| $name::$variant).boxed() };
    (@variant $name:ident $variant:ident ($inner:ty)) => {
        <$inner>::sample().prop_map($name::$variant).boxed()
    };
    (@variant $name:ident $variant:ident { $($field:ident: $ty:ty),* }) => {
        ($(<$ty>::sample(),)*).prop_map(|($($field,)*)| $name::$variant { $($field),* }).boxed()
    };
}

structs! {
    struct Host { name: String, cpus: u32, }
    struct Renamed { #[serde(rename = "hostname")] name: String, cpus: u32, }
    struct Aliased {
        #[serde(rename = "hostname", alias = "name")]
        #[schemars(extend("x-aliases" = ["name"]))]
        name: String,
        cpus: u32,
    }
    struct WithRequired { name: String, cpus: u32, disk: u64, }
    struct WithDefault { name: String, cpus: u32, #[serde(default)] disk: u64, }
    struct WithSkipped {
        name: String,
        cpus: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disk: Option<u64>,
    }
    struct WithOption { name: String, cpus: u32, disk: Option<u64>, }
    struct Without { name: String, }
    #[serde(deny_unknown_fields)]
    struct Strict { name: String, cpus: u32, }
    #[serde(deny_unknown_fields)]
    struct StrictDisk { name: String, cpus: u32, #[serde(default)] disk: u64, }
    #[serde(deny_unknown_fields)]
    struct StrictSkipped {
        name: String,
        cpus: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disk: Option<u64>,
    }
    struct Wide { name: String, cpus: u64, }
    struct Narrow { name: String, cpus: u16, }
    struct Nullable { name: String, cpus: Option<u32>, }
    struct Inner { cpus: u32, }
    struct Flat { name: String, #[serde(flatten)] inner: Inner, }
    struct FlatMap { name: String, #[serde(flatten)] rest: BTreeMap<String, u64>, }
    struct FlatEnum { name: String, #[serde(flatten)] event: Tagged, }
    struct FlatEnumMore { name: String, #[serde(flatten)] event: TaggedMore, }
    #[serde(transparent)]
    struct Newtype { value: u32, }
    #[serde(default)]
    #[derive(Default)]
    struct AllDefault { name: String, cpus: u32, }
    struct Outer { hosts: Vec<Host>, first: Option<Host>, }
    struct OuterWide { hosts: Vec<Wide>, first: Option<Wide>, }
    struct OuterDefault { hosts: Vec<WithDefault>, first: Option<WithSkipped>, }
}

enums! {
    enum State { Up, Down, }
    enum StateMore { Up, Down, Lost, }
    #[serde(rename_all = "lowercase")]
    enum StateLower { Up, Down, }
    enum Event { Up, Moved { to: String }, Sized(u16), }
    enum EventWide { Up, Moved { to: String }, Sized(u64), }
    enum EventMore { Up, Moved { to: String, why: Option<String> }, Sized(u16), Gone, }
    #[serde(tag = "kind")]
    enum Tagged { Up, Moved { to: String }, }
    #[serde(tag = "kind")]
    enum TaggedMore { Up, Moved { to: String }, Sized { by: u32 }, }
    #[serde(tag = "kind")]
    enum TaggedOther {
        Up,
        Moved { to: String },
        #[serde(other)]
        #[schemars(extend("x-other" = true))]
        Else,
    }
    #[serde(tag = "kind", content = "of")]
    enum Adjacent { Up, Moved(String), }
    #[serde(tag = "kind", content = "of")]
    enum AdjacentMore { Up, Moved(String), Sized(u32), }
    #[serde(untagged)]
    enum Untagged { Number(u32), Text(String), }
    #[serde(untagged)]
    enum UntaggedMore { Flag(bool), Number(u32), Text(String), Host(Host), }
}

/// Values as the type writes them.
fn values<T: Sample>(runner: &mut TestRunner) -> Vec<Value> {
    let strategy = T::sample();
    let value = |_| {
        let value = strategy.new_tree(runner).expect("a value").current();
        serde_json::to_value(&value).unwrap_or_else(|error| panic!("{value:?}: {error}"))
    };
    (0..VALUES).map(value).collect()
}

/// What the judge says of `Old` that became `New` beside what serde does: `works` means that all
/// values are read, `BREAKS` that some are not.
fn hold<Old: Sample, New: Sample>(runner: &mut TestRunner) -> [String; 2] {
    let report = carried::<Old, New>();
    let [old_client, new_client, _] = of_method(&report, "there");
    let read = |verdict: &str, refused: Vec<Value>, way: &str| match verdict {
        "works" => assert!(refused.is_empty(), "{way}: {} is refused\n{report}", refused[0]),
        "BREAKS" | "works with care" => {
            assert!(!refused.is_empty(), "{way}: all values are read\n{report}");
        }
        other => panic!("{way}: {other}\n{report}"),
    };
    let types = (std::any::type_name::<Old>(), std::any::type_name::<New>());
    let (old, new) = (values::<Old>(runner), values::<New>(runner));
    read(&old_client, refused::<New>(&old), &format!("{types:?}, old client"));
    read(&new_client, refused::<Old>(&new), &format!("{types:?}, new client"));
    [old_client, new_client]
}

fn refused<T: DeserializeOwned>(values: &[Value]) -> Vec<Value> {
    values.iter().filter(|value| T::deserialize(*value).is_err()).cloned().collect()
}

macro_rules! hold {
    ($runner:ident: $($old:ty, $new:ty;)*) => {
        [$(hold::<$old, $new>($runner), hold::<$new, $old>($runner)),*]
    };
}

/// A schema does not say that what is left out when none is never null.
#[test]
fn the_judge_is_stricter_than_serde_where_a_schema_says_less() {
    let runner = &mut TestRunner::deterministic();
    let report = carried::<StrictSkipped, StrictDisk>();
    assert_eq!(of_method(&report, "there")[0], "BREAKS");
    assert!(refused::<StrictDisk>(&values::<StrictSkipped>(runner)).is_empty());
}

/// A schema does not say of which size the numbers are that are keys of a map: one of the changes
/// that nobody sees.
#[test]
fn the_judge_does_not_see_what_no_schema_says() {
    let runner = &mut TestRunner::deterministic();
    let report = carried::<BTreeMap<u16, u8>, BTreeMap<u8, u8>>();
    assert!(report.changes.is_empty(), "{report}");
    assert!(!refused::<BTreeMap<u8, u8>>(&values::<BTreeMap<u16, u8>>(runner)).is_empty());
}

#[test]
fn what_the_judge_says_of_types_is_what_serde_does() {
    let runner = &mut TestRunner::deterministic();
    let said = hold! { runner:
        Host, Host;
        Host, Renamed;
        Host, Aliased;
        Host, WithRequired;
        Host, WithDefault;
        Host, WithSkipped;
        Host, WithOption;
        WithOption, WithSkipped;
        Host, Without;
        Host, Strict;
        Strict, StrictDisk;
        Strict, StrictSkipped;
        Host, Wide;
        Host, Narrow;
        Host, Nullable;
        Host, Flat;
        Host, FlatMap;
        Flat, FlatMap;
        Host, AllDefault;
        Outer, OuterWide;
        Outer, OuterDefault;
        Host, BTreeMap<String, u32>;
        Inner, BTreeMap<String, u32>;
        Newtype, u32;
        State, StateMore;
        State, StateLower;
        State, String;
        State, Event;
        Event, EventWide;
        Event, EventMore;
        State, Tagged;
        Tagged, TaggedMore;
        Tagged, TaggedOther;
        Tagged, Adjacent;
        Adjacent, AdjacentMore;
        FlatEnum, FlatEnumMore;
        Untagged, UntaggedMore;
        Untagged, String;
        Untagged, u32;
        u8, u16;
        u8, i8;
        u8, NonZeroU8;
        u32, i64;
        u32, f64;
        bool, u8;
        char, String;
        uuid::Uuid, String;
        (), Option<u8>;
        u8, Option<u8>;
        u8, Vec<u8>;
        Box<Host>, Host;
        Vec<u8>, Vec<u32>;
        Vec<u8>, BTreeSet<u8>;
        Vec<u8>, [u8; 2];
        (u8, u16), (u8, u16, u16);
        (u8, u8), Vec<u8>;
        (u8, String), (u16, Option<String>);
        BTreeMap<String, u8>, BTreeMap<String, i16>;
        BTreeMap<String, u8>, BTreeMap<u8, u8>;
        Option<Vec<Option<u8>>>, Vec<Option<u16>>;
    };
    // The judge would say nothing if all broke, or nothing did.
    let count = |verdict: &str| said.iter().flatten().filter(|it| *it == verdict).count();
    assert!(count("works") > 40 && count("BREAKS") > 40, "{said:?}");
}
