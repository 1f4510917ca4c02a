//! What a signature has to be: `&self`, the context, then plain names with owned types.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    FnArg, Pat, PatType, Receiver, ReceiverKind, ReturnType, Safety, Signature, TraitItemFn, Type,
    WherePredicate, parse_quote_spanned,
};

use super::param;
use crate::diagnostics::Diagnostics;
use crate::model::{Context, Param};

/// The context and the parameters; none if there is no context to tell from the parameters.
pub(super) fn inputs(
    diagnostics: &Diagnostics,
    item: &TraitItemFn,
) -> Option<(Context, Vec<Param>)> {
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
        return None;
    };
    let context = context(diagnostics, first);
    let params = rest.iter().filter_map(|input| param::param(diagnostics, input)).collect();
    Some((context, params))
}

/// The type that the method returns, `()` where none is written.
pub(super) fn output(diagnostics: &Diagnostics, signature: &Signature) -> Type {
    match &signature.output {
        // Where a bound on the result fails, the name is the only place to point at.
        ReturnType::Default => parse_quote_spanned!(signature.ident.span()=> ()),
        ReturnType::Type(_, ty) => {
            if contains(ty, "impl") {
                let message = "the result travels, so its type has to be named: write \
                               `async fn`, and a type such as `Result<T, E>`";
                diagnostics.at(ty, message);
            }
            no_self(diagnostics, ty);
            (**ty).clone()
        }
    }
}

/// Whether `keyword` occurs anywhere in `tokens`.
pub(crate) fn contains(tokens: impl ToTokens, keyword: &str) -> bool {
    fn search(tokens: TokenStream, keyword: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == keyword,
            TokenTree::Group(group) => search(group.stream(), keyword),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
    search(tokens.into_token_stream(), keyword)
}

/// `Self` is the implementation on one side and the client on the other.
pub(super) fn no_self(diagnostics: &Diagnostics, ty: &Type) {
    if contains(ty, "Self") {
        diagnostics.at(ty, "`Self` is another type on the other side; name the type");
    }
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
        let on_self = match predicate {
            WherePredicate::Type(bound) => contains(&bound.bounded_ty, "Self"),
            _ => false,
        };
        if !on_self {
            let message = "the where clause of a method bounds `Self`; write other bounds on the \
                           trait";
            diagnostics.at(predicate, message);
        }
    }
}

fn shared(diagnostics: &Diagnostics, receiver: &Receiver) {
    if !matches!(&receiver.kind, ReceiverKind::Reference(_, _, None)) {
        diagnostics.at(
            receiver,
            "requests run at the same time and share the implementation: write `&self`, and keep \
             what changes behind a lock",
        );
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
    param::no_cfg(diagnostics, &input.attrs);
    let by_reference = match &*input.ty {
        Type::Reference(reference) => {
            if reference.mutability.is_some() {
                diagnostics.at(&input.ty, "the context is shared: write `&Context`");
            }
            true
        }
        _ => false,
    };
    if contains(&input.ty, "impl") {
        diagnostics.at(&input.ty, "the context is `&Context`; name the type");
    }
    Context { by_reference, span: input.ty.span() }
}

/// The name of a parameter, which is its name on the wire as well.
pub(super) fn name<'a>(diagnostics: &Diagnostics, input: &'a PatType) -> Option<&'a syn::Ident> {
    match &*input.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(&pat.ident),
        other => {
            let message = "arguments travel by name: write a plain name, and take the value \
                           apart in the body";
            diagnostics.at(other, message);
            None
        }
    }
}
