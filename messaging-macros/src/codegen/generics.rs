//! The trait's generics, as each generated item needs them. No bound is inferred.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{
    GenericParam, Generics, Ident, ItemTrait, LifetimeParam, Token, Type, TypeParam,
    TypeParamBound, WhereClause, WherePredicate, parse_quote,
};

use super::{Paths, names};
use crate::parse::contains;

/// As declared, without what bounds `Self`, which for the client is not an implementation.
pub(crate) fn of_client(item: &ItemTrait) -> Generics {
    let mut generics = item.generics.clone();
    if let Some(clause) = &mut generics.where_clause {
        let predicates = std::mem::take(&mut clause.predicates);
        clause.predicates = predicates.into_iter().filter(|it| !contains(it, "Self")).collect();
    }
    generics
}

/// The same with what the compiler knows of the client's version.
pub(crate) fn of_client_at(item: &ItemTrait, paths: &Paths) -> Generics {
    let (pin, bound) = (paths.of_version(), &paths.pin);
    let mut generics = of_client(item);
    generics.params.push(parse_quote!(#pin: #bound));
    generics
}

/// The same with a literal version.
pub(crate) fn of_literal(item: &ItemTrait) -> Generics {
    let (major, minor) = super::pins::numbers();
    let mut generics = of_client(item);
    generics.params.push(parse_quote!(const #major: u32));
    generics.params.push(parse_quote!(const #minor: u32));
    generics
}

/// With the implementation `T`, and what running it on any thread needs.
pub(crate) fn of_endpoint(item: &ItemTrait, t: &Ident, paths: &Paths) -> Generics {
    let Paths { send, sync, .. } = paths;
    let name = names::ours(&item.ident);
    let (_, arguments, _) = item.generics.split_for_impl();
    let mut generics = item.generics.clone();

    let clause = generics.make_where_clause();
    for predicate in &mut clause.predicates {
        if contains(&*predicate, "Self") {
            let tokens = with_implementation(predicate.to_token_stream(), t);
            *predicate = parse_quote!(#tokens);
        }
    }
    clause.predicates.push(parse_quote!(#t: #name #arguments + #send + #sync + 'static));
    for TypeParam { ident, .. } in item.generics.type_params() {
        clause.predicates.push(parse_quote!(#ident: 'static));
    }
    // Beside errors alone: an API has none.
    for LifetimeParam { lifetime, .. } in item.generics.lifetimes() {
        clause.predicates.push(parse_quote!(#lifetime: 'static));
    }
    generics.params.push(parse_quote!(#t));
    generics
}

/// The same parameters without bounds and defaults. `?Sized` is not a bound, but the lack of one.
pub(crate) fn bare(generics: &Generics) -> Generics {
    let mut bare = generics.clone();
    let clause = bare.where_clause.take();
    for param in &mut bare.params {
        match param {
            GenericParam::Type(param) => {
                let unsized_ = is_unsized(param, clause.as_ref());
                param.bounds.clear();
                param.colon_token = None;
                param.default = None;
                if unsized_ {
                    param.bounds.push(parse_quote!(?::core::marker::Sized));
                }
            }
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => {}
        }
    }
    bare
}

/// The same parameters without bounds and defaults, then one more: a default has to come last.
pub(crate) fn with(generics: &Generics, last: &Ident) -> Generics {
    let mut generics = bare(generics);
    generics.params.push(parse_quote!(#last));
    generics
}

/// The same parameters without bounds.
pub(crate) fn unbounded(generics: &Generics) -> Generics {
    let mut unbounded = bare(generics);
    for (param, original) in unbounded.params.iter_mut().zip(&generics.params) {
        match (param, original) {
            (GenericParam::Type(param), GenericParam::Type(original)) => {
                param.default.clone_from(&original.default);
            }
            (GenericParam::Const(param), GenericParam::Const(original)) => {
                param.default.clone_from(&original.default);
            }
            _ => {}
        }
    }
    unbounded
}

/// The parameter where it is used.
pub(crate) fn argument(param: &GenericParam) -> TokenStream {
    match param {
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
        GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
    }
}

/// What keeps the type parameters in use: `Send` and `Sync`, whatever they are.
pub(crate) fn phantom(generics: &Generics, paths: &Paths) -> TokenStream {
    let phantom = &paths.phantom;
    let lifetimes = generics.lifetimes().map(|param| &param.lifetime);
    let types = generics.type_params().map(|param| &param.ident);
    quote!(#phantom<fn() -> (#(&#lifetimes (),)* #(#phantom<#types>,)*)>)
}

fn is_unsized(param: &TypeParam, clause: Option<&WhereClause>) -> bool {
    let maybe = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(|it| matches!(it, TypeParamBound::Trait(it) if it.maybe.is_some()))
    };
    let of_param = |predicate: &WherePredicate| match predicate {
        WherePredicate::Type(bound) => match &bound.bounded_ty {
            Type::Path(path) => path.path.is_ident(&param.ident) && maybe(&bound.bounds),
            _ => false,
        },
        _ => false,
    };
    maybe(&param.bounds) || clause.is_some_and(|clause| clause.predicates.iter().any(of_param))
}

fn with_implementation(tokens: TokenStream, t: &Ident) -> TokenStream {
    let replace = |token| match token {
        TokenTree::Ident(ident) if ident == "Self" => t.clone().into(),
        TokenTree::Group(group) => {
            let inside = with_implementation(group.stream(), t);
            let mut replaced = Group::new(group.delimiter(), inside);
            replaced.set_span(group.span());
            replaced.into()
        }
        other => other,
    };
    tokens.into_iter().map(replace).collect()
}
