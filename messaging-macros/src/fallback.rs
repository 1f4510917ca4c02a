//! What stands beside errors, so that one mistake gives one message: the trait without our
//! attributes, and all that the macro would have made, with nothing to run in it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, GenericParam, ItemTrait, Pat, TraitItem, parse_quote};

use crate::codegen::{self, Paths, generics, lowered, names};
use crate::model::Draft;
use crate::parse;
use crate::parse::attributes::strip;

/// For an item that is no trait: it stays as it is.
pub(crate) fn unchanged(error: &syn::Error, item: TokenStream) -> TokenStream {
    let mut output = error.to_compile_error();
    output.extend(item);
    output
}

/// For a trait with mistakes.
pub(crate) fn api(
    error: &syn::Error,
    draft: Draft,
    mut item: ItemTrait,
    tokens: &TokenStream,
) -> TokenStream {
    let error = error.to_compile_error();
    acceptable(&mut item);
    let generated = if draft.has_root {
        let mut api = draft.api;
        api.is_sound = false;
        codegen::api(&api, item, tokens)
    } else {
        let paths = Paths::for_trait(None, tokens);
        let types = empty_types(&item, &paths);
        let api_trait = lowered(item, &paths);
        quote!(#api_trait #types)
    };
    quote! {
        #error
        #generated
    }
}

/// Removes what the compiler does not take either, and would say so once more.
fn acceptable(item: &mut ItemTrait) {
    strip(&mut item.attrs, &["rpc"]);
    let mut seen: Vec<syn::Ident> = Vec::new();
    for inner in &mut item.items {
        if let TraitItem::Verbatim(tokens) = inner
            && let Some((_, private)) = parse::public(tokens)
        {
            *inner = private;
        }
        if let TraitItem::Fn(method) = inner {
            acceptable_method(method);
        }
    }
    item.items.retain(|inner| {
        let TraitItem::Fn(method) = inner else { return true };
        let conditional = method.attrs.iter().any(|it| parse::attributes::applies(it, &["cfg"]));
        let again = seen.contains(&method.sig.ident);
        seen.push(method.sig.ident.clone());
        conditional || !again
    });
    for param in &mut item.generics.params {
        let (GenericParam::Type(syn::TypeParam { attrs, .. })
        | GenericParam::Const(syn::ConstParam { attrs, .. })
        | GenericParam::Lifetime(syn::LifetimeParam { attrs, .. })) = param;
        strip(attrs, &["cfg"]);
    }
}

fn acceptable_method(method: &mut syn::TraitItemFn) {
    method.sig.constness = None;
    method.sig.variadic = None;
    let mut is_context = true;
    for input in &mut method.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => strip(&mut receiver.attrs, &["cfg"]),
            FnArg::Typed(typed) => {
                if std::mem::take(&mut is_context) {
                    strip(&mut typed.attrs, &["cfg"]);
                }
                if method.default.is_none() && !matches!(&*typed.pat, Pat::Ident(_)) {
                    *typed.pat = parse_quote!(_);
                }
            }
        }
    }
}

/// `XClient` and `XEndpoint` with nothing in them. They name nothing of the runtime crate, whose
/// path may be what is wrong.
fn empty_types(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let visibility = &item.vis;
    let (client, endpoint) = (names::client(item), names::endpoint(item));
    let client_at = names::client_at(item);
    let of_client_at = generics::with(&item.generics, &paths.of_version());
    let held_by_client_at = generics::phantom(&of_client_at, paths);
    let of_client = generics::unbounded(&item.generics);
    let of_endpoint = generics::with(&item.generics, &paths.of_implementation());
    let held_by_client = generics::phantom(&of_client, paths);
    let held_by_endpoint = generics::phantom(&of_endpoint, paths);
    quote! {
        /// Stands beside an error.
        #visibility struct #client #of_client(#held_by_client);

        /// Stands beside an error.
        #visibility struct #client_at #of_client_at(#held_by_client_at);

        /// Stands beside an error.
        #visibility struct #endpoint #of_endpoint(#held_by_endpoint);
    }
}
