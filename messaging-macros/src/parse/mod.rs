//! From tokens to the model. Each mistake in one node is reported here, rules across nodes in
//! `check`.

mod arguments;
pub(crate) mod attributes;
mod docs;
mod literals;
mod method;
mod param;
mod pieces;
mod signature;
mod types;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, GenericParam, ItemTrait, TraitItem, Visibility};

use crate::diagnostics::Diagnostics;
use crate::model::{Api, Draft, Method, Version};

pub(crate) use arguments::Arguments;
use docs::docs;
pub(crate) use literals::text;
pub(crate) use param::default;
pub(crate) use types::contains;

/// The trait under the attribute.
pub(crate) fn item_trait(item: &TokenStream) -> syn::Result<ItemTrait> {
    syn::parse2(item.clone()).map_err(|error| match syn::parse2::<syn::Item>(item.clone()) {
        Ok(other) => syn::Error::new_spanned(
            other,
            "`#[rpc_api]` belongs on a trait; write the methods of the API as a trait",
        ),
        Err(_) => error,
    })
}

const TOPIC: &str = "the topic must not be empty; write the name that all servers share";
const NAMESPACE: &str =
    "the namespace must not be empty; leave `namespace` out for the null namespace";

/// Everything that the attribute and the trait say.
pub(crate) fn api(diagnostics: &Diagnostics, arguments: TokenStream, item: &ItemTrait) -> Draft {
    let known = ["topic", "version", "namespace", "schema", "crate"];
    let mut arguments = Arguments::read(diagnostics, "rpc_api", &known, [arguments]);

    let mut required = |key, example| {
        let argument = arguments.take(key);
        if argument.is_none() && !arguments.is_malformed(key) {
            let message = format!("`{key}` is missing: write `#[rpc_api({key} = {example}, ..)]`");
            diagnostics.at_span(proc_macro2::Span::call_site(), message);
        }
        argument?.string(diagnostics)
    };
    let topic = required("topic", "\"..\"");
    let version = required("version", "\"1.0\"");
    let version = version.and_then(|literal| literals::version(diagnostics, &literal));
    let namespace = arguments.take_string(diagnostics, "namespace");
    let schema = arguments.take_flag_at(diagnostics, "schema");
    let root = arguments.take_crate(diagnostics);

    trait_itself(diagnostics, item);
    let topic = topic.and_then(|literal| text(diagnostics, &literal, TOPIC));
    Draft {
        has_version: version.is_some(),
        has_root: root.is_ok(),
        api: Api {
            topic: topic.unwrap_or_default(),
            version: version.map_or(Version { major: 1, minor: 0 }, |version| version.value),
            namespace: namespace.and_then(|literal| text(diagnostics, &literal, NAMESPACE)),
            root: root.unwrap_or_default(),
            schema,
            docs: docs(&item.attrs),
            methods: methods(diagnostics, item),
            is_sound: true,
        },
    }
}

/// What the trait is beside its methods.
fn trait_itself(diagnostics: &Diagnostics, item: &ItemTrait) {
    if let Some(token) = &item.unsafety {
        diagnostics.at(token, "an API cannot be `unsafe`: its callers are on other machines");
    }
    if let Some(token) = &item.modifiers.auto_token {
        diagnostics.at(token, "an API cannot be an `auto` trait");
    }
    for attribute in item.attrs.iter().filter(|it| attributes::applies(it, &["rpc"])) {
        let message = "`#[rpc(..)]` belongs on methods and parameters; what is true of the whole \
                       API stands in `#[rpc_api(..)]`";
        diagnostics.at(attribute, message);
    }
    for param in &item.generics.params {
        let attributes = match param {
            GenericParam::Lifetime(lifetime) => {
                let message = "an API has no lifetime parameters: arguments travel by value, so \
                               write owned types";
                diagnostics.at(lifetime, message);
                continue;
            }
            GenericParam::Type(param) => &param.attrs,
            GenericParam::Const(param) => &param.attrs,
        };
        if attributes.iter().any(|it| attributes::applies(it, &["cfg"])) {
            let message = "a parameter of an API has no `cfg`; put it on the trait, and write the \
                           trait twice";
            diagnostics.at(param, message);
        }
    }
}

/// The methods, each name once unless a `cfg` chooses between two of them.
fn methods(diagnostics: &Diagnostics, item: &ItemTrait) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    for method in item.items.iter().filter_map(|item| method_of(diagnostics, item)) {
        let always = |method: &Method| method.attributes.cfg.is_empty();
        let twice = |it: &Method| always(it) && it.ident == method.ident;
        if always(&method) && methods.iter().any(twice) {
            let message = format!("`{}` is declared a second time; rename one", method.ident);
            diagnostics.at(&method.ident, message);
        } else {
            methods.push(method);
        }
    }
    methods
}

fn method_of(diagnostics: &Diagnostics, item: &TraitItem) -> Option<Method> {
    let (attributes, message) = match item {
        TraitItem::Fn(item) => return Some(method::method(diagnostics, item)),
        TraitItem::Const(item) => (
            &*item.attrs,
            item.default.is_none().then_some(
                "an associated constant without a value cannot be known to the client; give it a \
                 value, or move it to another trait",
            ),
        ),
        TraitItem::Type(item) => (
            &*item.attrs,
            Some(
                "an associated type cannot be known to the client; make it a type parameter of the \
                 trait, such as `trait Store<Item>`",
            ),
        ),
        TraitItem::Verbatim(tokens) => {
            if let Some((visibility, item)) = public(tokens) {
                diagnostics
                    .at(visibility, "what a trait declares is as visible as it; remove this");
                return method_of(diagnostics, &item);
            }
            (&[][..], Some(ONLY_METHODS))
        }
        _ => (&[][..], Some(ONLY_METHODS)),
    };
    for attribute in attributes.iter().filter(|it| attributes::applies(it, &["rpc"])) {
        diagnostics.at(attribute, "`#[rpc(..)]` belongs on methods and parameters; remove it here");
    }
    if let Some(message) = message {
        diagnostics.at(item, message);
    }
    None
}

const ONLY_METHODS: &str = "only methods can be called; macros inside the trait are not expanded \
                            before `#[rpc_api]` reads it, so write the methods out";

/// An item with a visibility, which no item of a trait has, and the item without it.
pub(crate) fn public(tokens: &TokenStream) -> Option<(Visibility, TraitItem)> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        let rest: TokenStream = input.parse()?;
        let item = syn::parse2(quote!(#(#attributes)* #rest))?;
        Ok((visibility, item))
    };
    let (visibility, item) = parser.parse2(tokens.clone()).ok()?;
    let is_public = !matches!(visibility, Visibility::Inherited);
    is_public.then_some((visibility, item))
}
