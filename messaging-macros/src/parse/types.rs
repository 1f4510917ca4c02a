//! What is written in a type. Nothing here knows what a name stands for.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypePath};

use crate::diagnostics::Diagnostics;

/// The type without the parentheses and the invisible groups of macros around it.
pub(super) fn peeled(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peeled(&group.elem),
        Type::Paren(paren) => peeled(&paren.elem),
        other => other,
    }
}

/// Whether `ty` is no more than names, as most types are: nothing has to be searched for in it.
pub(super) fn is_plain(ty: &Type) -> bool {
    let Type::Path(TypePath { qself: None, path, .. }) = ty else { return false };
    path.segments.iter().all(|segment| {
        let arguments = match &segment.arguments {
            PathArguments::None => true,
            PathArguments::AngleBracketed(arguments) => arguments
                .args
                .iter()
                .all(|argument| matches!(argument, GenericArgument::Type(ty) if is_plain(ty))),
            PathArguments::Parenthesized(_) => false,
        };
        arguments && segment.ident != "Self"
    })
}

/// Whether a reference is written anywhere in `ty`. What a macro in it expands to is not known.
pub(super) fn borrows(ty: &Type) -> bool {
    fn search(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Punct(punct) => punct.as_char() == '&',
            TokenTree::Group(group) => search(group.stream()),
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        })
    }
    !contains_macro(ty) && search(ty.to_token_stream())
}

fn contains_macro(ty: &Type) -> bool {
    let bang = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!');
    ty.to_token_stream().into_iter().any(bang)
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

pub(super) const SELF: &str = "`Self` is another type on the other side; name the type";

/// `Self` is the implementation on one side and the client on the other.
pub(super) fn no_self(diagnostics: &Diagnostics, ty: &Type) {
    if contains(ty, "Self") {
        diagnostics.at(ty, SELF);
    }
}
