//! From tokens to the model. Each mistake in one node is reported here, rules across nodes in
//! `check`.

mod arguments;
mod literals;
mod method;
mod param;
mod signature;

use proc_macro2::TokenStream;
use syn::{Attribute, Expr, ExprLit, GenericParam, ItemTrait, Lit, Meta, TraitItem};

use crate::diagnostics::Diagnostics;
use crate::model::{Draft, Method};

pub(crate) use arguments::Arguments;
pub(crate) use literals::text;
pub(crate) use method::without_expectation;
pub(crate) use signature::contains;

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
    let known = ["topic", "version", "namespace", "crate"];
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
    let namespace = arguments.take_string(diagnostics, "namespace");

    trait_itself(diagnostics, item);
    Draft {
        topic: topic.and_then(|literal| text(diagnostics, &literal, TOPIC)),
        version: version
            .and_then(|literal| literals::version(diagnostics, &literal))
            .map(|version| version.value),
        namespace: namespace.and_then(|literal| text(diagnostics, &literal, NAMESPACE)),
        root: arguments.take_crate(diagnostics),
        docs: docs(&item.attrs),
        methods: item.items.iter().filter_map(|item| method_of(diagnostics, item)).collect(),
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
    for param in &item.generics.params {
        if let GenericParam::Lifetime(lifetime) = param {
            let message = "an API has no lifetime parameters: arguments travel by value, so \
                           write owned types";
            diagnostics.at(lifetime, message);
        }
    }
}

fn method_of(diagnostics: &Diagnostics, item: &TraitItem) -> Option<Method> {
    match item {
        TraitItem::Fn(item) => return method::method(diagnostics, item),
        TraitItem::Const(item) if item.default.is_some() => {}
        TraitItem::Const(item) => diagnostics.at(
            item,
            "an associated constant without a value cannot be known to the client; give it a \
             value, or move it to another trait",
        ),
        TraitItem::Type(item) => diagnostics.at(
            item,
            "an associated type cannot be known to the client; make it a type parameter of the \
             trait, such as `trait Store<Item>`",
        ),
        other => diagnostics.at(
            other,
            "only methods can be called; macros inside the trait are not expanded before \
             `#[rpc_api]` reads it, so write the methods out",
        ),
    }
    None
}

/// The text of doc comments, without the blank that follows the slashes.
fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let lines = lines.filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(doc) => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<_> =
        lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}
