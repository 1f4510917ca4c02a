//! Whole expansions, printed and compared with the files under `expanded/`.
//!
//! `UPDATE_EXPECT=1 cargo test -p messaging-macros` rewrites the files.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand;

#[test]
fn an_api_becomes_a_trait_a_client_and_an_endpoint() {
    let item = quote! {
        /// Places instances on hosts.
        pub trait Scheduler {
            /// The hosts fit for a request, best first.
            #[rpc(since = "2.0", timeout = "30s", idempotent)]
            async fn select_hosts(
                &self,
                ctx: &Context,
                request_spec: RequestSpec,
                #[rpc(since = "2.6")] filter_properties: FilterProperties,
            ) -> Result<Vec<Host>, SchedulerError>;

            #[rpc(since = "2.3", cast)]
            async fn update_capabilities(&self, ctx: &Context, host: String);
        }
    };
    rpc_api("scheduler", &quote!(topic = "scheduler", version = "2.6"), &item);
}

#[test]
fn generics_reach_the_client_and_the_endpoint() {
    let item = quote! {
        pub(crate) trait Store<T: Item = u32, const SIZE: usize = 4>: Sync
        where
            Self: Sized,
            Vec<T>: Send,
        {
            async fn put(&self, ctx: Context, item: T) -> Result<u32, Failure>;
        }
    };
    let arguments = quote!(topic = "store", version = "1.0", crate = crate::messaging);
    rpc_api("generics", &arguments, &item);
}

#[test]
fn a_body_becomes_an_async_block() {
    let item = quote! {
        pub trait Defaults {
            const LIMIT: usize = 3;

            async fn given(&self, ctx: &Context, mut count: u32) -> Result<u32, Failure>
            where
                Self: Sync,
            {
                count += 1;
                Ok(count)
            }
        }
    };
    rpc_api("default_bodies", &quote!(topic = "defaults", version = "1.0"), &item);
}

#[test]
fn attributes_go_where_they_belong() {
    let item = quote! {
        #[cfg(unix)]
        #[must_use]
        #[expect(unused)]
        trait Attributes {
            /// Goes.
            #[cfg(windows)]
            #[deprecated]
            #[expect(clippy::too_many_arguments)]
            #[must_use]
            #[rpc(name = "fooBar", cast)]
            async fn foo_bar(
                &self,
                #[allow(unused)] ctx: &Context,
                #[serde(rename = "theCount", default = "ten")] count: u32,
                #[allow(unused)]
                #[serde(default)]
                text: Option<String>,
            );
        }
    };
    let arguments = quote!(topic = "attributes", version = "3.2", namespace = "strict");
    rpc_api("attributes", &arguments, &item);
}

#[test]
fn a_condition_decides_which_arguments_there_are() {
    let item = quote! {
        trait Conditional {
            async fn call(
                &self,
                ctx: &Context,
                a: u32,
                #[cfg(unix)] b: Unix,
                c: u32,
                #[cfg_attr(test, cfg(windows))]
                #[rpc(since = "1.1")]
                d: Windows,
            ) -> Result<u32, Failure>;
        }
    };
    rpc_api("conditional", &quote!(topic = "conditional", version = "1.1"), &item);
}

#[test]
fn raw_names_travel_without_their_prefix() {
    let item = quote! {
        pub trait r#trait {
            async fn r#match(&self, ctx: &Context, r#struct: u32) -> Result<u32, Failure>;
        }
    };
    rpc_api("raw_identifiers", &quote!(topic = "raw", version = "1.0"), &item);
}

#[test]
fn a_method_that_is_not_async_runs_where_blocking_is_allowed() {
    let item = quote! {
        pub trait Blocking {
            fn digest(&self, ctx: &Context, data: String) -> Result<String, Failure>;

            #[rpc(cast, timeout = "1500ms")]
            fn log(&self, ctx: Context, line: String);
        }
    };
    rpc_api("blocking", &quote!(topic = "blocking", version = "1.0"), &item);
}

#[test]
fn mistakes_stand_beside_all_that_can_be_named() {
    let item = quote! {
        #[doc(hidden)]
        pub trait Wrong<E: Item> {
            async fn one(&self, ctx: &Context, (a, b): (u32, u32)) -> Result<(), E>;

            async fn one(&self, ctx: &Context) -> Result<&Self, E>;

            #[rpc(cast)]
            #[cfg_attr(unix, cfg(windows), expect(unused), rpc(idempotent))]
            pub async fn two<T>(&self, given: T, me: Self);
        }
    };
    rpc_api("beside_mistakes", &quote!(topic = "wrong", version = "1.0"), &item);
}

#[test]
fn where_the_runtime_crate_is_unknown_the_types_are_empty() {
    let item = quote! {
        pub trait Wrong<E: Item> {
            type Missing;

            #[rpc(since = "2.0", retries = 3)]
            async fn one(&self, ctx: &Context, #[rpc(until = "1.0")] text: &str) -> Result<(), E>;

            async fn two();
        }
    };
    rpc_api("mistakes", &quote!(version = "1.0", crate = "messaging"), &item);
}

#[test]
fn an_error_becomes_classes_of_exceptions() {
    let item = quote! {
        #[remote(module = "demo.exceptions")]
        pub enum PlacementError {
            NoCapacity,
            #[remote(class = "HostDownError", module = "demo")]
            HostDown(String, u32),
            Busy { host: String, r#type: u32 },
        }
    };
    compare("remote_error", || expand::remote_error(item.clone()));
}

#[test]
fn schemas_are_told_where_they_are_asked_for() {
    let item = quote! {
        trait Store<Item> {
            async fn put(&self, ctx: &Context, item: Item) -> Result<u64, StoreError>;

            #[cfg(feature = "gone")]
            #[rpc(cast)]
            async fn forget(&self, ctx: &Context, #[serde(rename = "key")] id: u64);
        }
    };
    rpc_api("schemas", &quote!(topic = "store", version = "1.0", schema), &item);
}

#[test]
fn an_error_tells_its_schema_where_it_is_asked_for() {
    let item = quote! {
        #[remote(schema, module = "store")]
        enum StoreError {
            Full,
            Broken(String, #[serde(skip)] u8),
            Busy { #[serde(rename = "until")] seconds: u64, #[serde(default)] by: String },
        }
    };
    compare("remote_error_schema", || expand::remote_error(item.clone()));
}

#[test]
fn mistakes_in_an_error_stand_beside_an_implementation() {
    let item = quote! {
        #[remote(crate = renamed, class = "Other")]
        pub enum PlacementError {
            One(#[remote(class = "field")] u32),
            #[remote(class = "One")]
            Two,
        }
    };
    compare("remote_error_mistakes", || expand::remote_error(item.clone()));
}

fn rpc_api(name: &str, arguments: &TokenStream, item: &TokenStream) {
    compare(name, || expand::rpc_api(arguments.clone(), item.clone()));
}

/// Expands twice, since what is emitted may not depend on anything but the input.
fn compare(name: &str, expand: impl Fn() -> TokenStream) {
    let expanded = expand();
    assert_eq!(expanded.to_string(), expand().to_string(), "another expansion of the same input");
    let file = syn::parse2(expanded).expect("the expansion is a list of items");
    let actual = prettyplease::unparse(&file);

    let path = format!("{}/src/tests/expanded/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, actual).expect("the golden file can be written");
        return;
    }
    let expected = std::fs::read_to_string(Path::new(&path)).unwrap_or_default();
    assert!(
        actual == expected,
        "the expansion is not that of {path}; look at it, then run with UPDATE_EXPECT=1:\n{actual}"
    );
}
