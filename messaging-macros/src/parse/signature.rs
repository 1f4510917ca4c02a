//! What a signature has to be: `&self`, the context, then plain names with owned types.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    FnArg, Ident, Pat, PatType, Receiver, ReceiverKind, ReturnType, Safety, Signature, TraitItemFn,
    Type, TypeParamBound, WherePredicate, parse_quote, parse_quote_spanned,
};

use super::types::{SELF, borrows, contains, peeled};
use super::{attributes, param, types};
use crate::diagnostics::Diagnostics;
use crate::model::{Context, Param};

/// The context and the parameters, as far as they were understood.
pub(super) fn inputs(diagnostics: &Diagnostics, item: &TraitItemFn) -> (Context, Vec<Param>) {
    let Signature { ident, inputs, .. } = &item.sig;
    qualifiers(diagnostics, &item.sig);

    let mut receiver = None;
    let mut typed = Vec::new();
    for input in inputs {
        match input {
            FnArg::Receiver(it) => receiver = Some(it),
            FnArg::Typed(it) => typed.push(it),
        }
    }
    match receiver {
        Some(receiver) => shared(diagnostics, receiver),
        None => diagnostics.at(
            ident,
            format_args!("a method of an API begins with `&self`: write `fn {ident}(&self, ..)`"),
        ),
    }
    let Some((first, rest)) = typed.split_first() else {
        diagnostics
            .at(ident, "the first argument after `&self` is the context: write `ctx: &Context`");
        return (Context { span: ident.span() }, Vec::new());
    };
    let context = context(diagnostics, first);
    (context, rest.iter().map(|input| param::param(diagnostics, input)).collect())
}

/// The type that the method returns, `()` where none is written. One that cannot be is replaced
/// by one that can, so that what uses the method says nothing more.
pub(super) fn output(diagnostics: &Diagnostics, signature: &Signature) -> Type {
    let ty = match &signature.output {
        // Where a bound on the result fails, the name is the only place to point at.
        ReturnType::Default => return parse_quote_spanned!(signature.ident.span()=> ()),
        ReturnType::Type(_, ty) => ty,
    };
    let is_generic = signature.generics.type_params().next().is_some();
    if types::is_plain(ty) && !is_generic {
        return (**ty).clone();
    }
    let message = if contains(ty, "impl") {
        "the result travels, so its type has to be named: write `async fn`, and a type such as \
         `Result<T, E>`"
    } else if contains(ty, "Self") {
        SELF
    } else if borrows(ty) {
        "the result travels, so it holds no references: write owned types, such as `String` in \
         place of `&str`"
    } else if is_generic {
        return unknown_result();
    } else {
        return (**ty).clone();
    };
    diagnostics.at(ty, message);
    unknown_result()
}

fn unknown_result() -> Type {
    parse_quote!(::core::result::Result<(), ::core::convert::Infallible>)
}

fn qualifiers(diagnostics: &Diagnostics, signature: &Signature) {
    if let Some(token) = &signature.constness {
        diagnostics.at(token, "a method of an API cannot be `const`: it runs on a server");
    }
    match &signature.safety {
        Safety::Unsafe(token) => diagnostics
            .at(token, "a method of an API cannot be `unsafe`: its callers are on other machines"),
        Safety::Safe(token) => diagnostics.at(token, "remove `safe`: every remote method is"),
        Safety::Default => {}
    }
    if let Some(abi) = &signature.abi {
        diagnostics.at(abi, "a method of an API has no ABI; remove `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        diagnostics.at(
            variadic,
            "a method of an API has no variadic arguments; take a `Vec` as the last parameter",
        );
    }
    if !signature.generics.params.is_empty() {
        diagnostics.at(
            &signature.generics.params,
            "a remote method cannot be generic: its name alone travels; make it a parameter of \
             the trait, or name the type",
        );
    }
    let predicates = signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    for predicate in predicates {
        bounds_self(diagnostics, predicate);
    }
}

/// Where `Self` has more to be than what an endpoint asks for anyway, it could not call the
/// method.
fn bounds_self(diagnostics: &Diagnostics, predicate: &WherePredicate) {
    let WherePredicate::Type(bound) = predicate else {
        diagnostics.at(predicate, "the where clause of a method bounds `Self` alone; remove this");
        return;
    };
    if !matches!(peeled(&bound.bounded_ty), Type::Path(path) if path.path.is_ident("Self")) {
        let message = "the where clause of a method bounds `Self`; write other bounds on the trait";
        diagnostics.at(predicate, message);
        return;
    }
    for bound in &bound.bounds {
        let given = match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| {
                ["Send", "Sync", "Sized"].iter().any(|given| last.ident == given)
            }),
            TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
            _ => false,
        };
        if !given {
            let bound = bound.to_token_stream();
            let message = format!(
                "a method asks no more of `Self` than `Sync`, `Send`, `Sized` and `'static`: \
                 write `where Self: {bound}` on the trait"
            );
            diagnostics.at(bound, message);
        }
    }
}

fn shared(diagnostics: &Diagnostics, receiver: &Receiver) {
    match &receiver.kind {
        ReceiverKind::Reference(_, Some(lifetime), _) if lifetime.ident == "static" => {
            let message = "an implementation lives no longer than its endpoint: write `&self`";
            diagnostics.at(receiver, message);
        }
        ReceiverKind::Reference(_, _, None) => {}
        _ => diagnostics.at(
            receiver,
            "requests run at the same time and share the implementation: write `&self`, and keep \
             what changes behind a lock",
        ),
    }
    for attribute in &receiver.attrs {
        if attributes::applies(attribute, &["rpc", "serde", "cfg"]) {
            diagnostics.at(attribute, "`&self` is no parameter; remove the attribute");
        }
    }
}

fn context(diagnostics: &Diagnostics, input: &PatType) -> Context {
    for attribute in &input.attrs {
        if ["rpc", "serde"].iter().any(|name| attribute.path().is_ident(name)) {
            diagnostics.at(
                attribute,
                "the first argument after `&self` is the context, which is no parameter; remove \
                 the attribute, or write `ctx: &Context` before it",
            );
        }
    }
    for attribute in &input.attrs {
        if attributes::applies(attribute, &["cfg"]) {
            let message = "the context is there in every request, so it has no `cfg`; put it on a \
                           parameter after it, or on the method";
            diagnostics.at(attribute, message);
        }
    }
    if let Type::Reference(reference) = peeled(&input.ty) {
        if reference.mutability.is_some() {
            diagnostics.at(&input.ty, "the context is shared: write `&Context`");
        } else if reference.lifetime.as_ref().is_some_and(|it| it.ident == "static") {
            let message = "the context lives no longer than its request: write `&Context`, and \
                           clone it to keep it";
            diagnostics.at(&input.ty, message);
        }
    }
    if contains(&input.ty, "impl") {
        diagnostics.at(&input.ty, "the context is `&Context`; name the type");
    }
    Context { span: input.ty.span() }
}

/// The name of a parameter, which is its name on the wire as well.
pub(super) fn name(diagnostics: &Diagnostics, input: &PatType) -> Option<Ident> {
    match &*input.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(pat.ident.clone()),
        other => {
            let message = "arguments travel by name: write a plain name, and take the value \
                           apart in the body";
            diagnostics.at(other, message);
            None
        }
    }
}
