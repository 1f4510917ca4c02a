//! The user's own attributes: which of them go further than the trait, and what `cfg_attr` hides.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Meta, parse_quote};

/// The attributes with one of `names`, also those under a `cfg_attr`.
///
/// `expect` is passed on as `allow`: what the user expects of the trait need not happen in what
/// is made of it.
pub(crate) fn passed(attributes: &[Attribute], names: &[&str]) -> Vec<Attribute> {
    select(attributes, |applied| applied.is_one_of(names).then(|| applied.without_expectation()))
}

/// Removes the attributes with one of `names`, also those under a `cfg_attr`.
pub(crate) fn strip(attributes: &mut Vec<Attribute>, names: &[&str]) {
    if attributes.iter().any(|attribute| applies(attribute, names)) {
        *attributes = select(attributes, |it| (!it.is_one_of(names)).then_some(it));
    }
}

/// Whether it is an attribute with one of `names`, or a `cfg_attr` over one.
pub(crate) fn applies(attribute: &Attribute, names: &[&str]) -> bool {
    applied(&attribute.meta).iter().any(|applied| applied.is_one_of(names))
}

/// Whether it is a `cfg_attr` over an attribute with one of `names`.
pub(crate) fn applies_conditionally(attribute: &Attribute, names: &[&str]) -> bool {
    attribute.path().is_ident("cfg_attr") && applies(attribute, names)
}

/// When a `cfg`, or a `cfg_attr` over one, keeps what it stands on.
pub(crate) fn condition(attribute: &Attribute) -> TokenStream {
    let alternatives = applied(&attribute.meta).into_iter().map(|Applied { conditions, meta }| {
        let kept = match &meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
        };
        quote!(any(#(not(#conditions),)* #kept))
    });
    quote!(all(#(#alternatives),*))
}

/// An attribute, and the conditions of each `cfg_attr` around it.
struct Applied {
    conditions: Vec<TokenStream>,
    meta: Meta,
}

impl Applied {
    fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.meta.path().is_ident(name))
    }

    fn without_expectation(mut self) -> Self {
        if let Meta::List(list) = &mut self.meta
            && list.path.is_ident("expect")
        {
            list.path = parse_quote!(allow);
        }
        self
    }

    fn into_meta(self) -> Meta {
        let around = |meta: Meta, condition| parse_quote!(cfg_attr(#condition, #meta));
        self.conditions.into_iter().rev().fold(self.meta, around)
    }
}

/// The attributes that `choose` picks, each by itself.
fn select(attributes: &[Attribute], choose: impl Fn(Applied) -> Option<Applied>) -> Vec<Attribute> {
    let mut selected = Vec::new();
    for attribute in attributes {
        for applied in applied(&attribute.meta).into_iter().filter_map(&choose) {
            selected.push(Attribute { meta: applied.into_meta(), ..attribute.clone() });
        }
    }
    selected
}

/// What is applied in the end: more than one attribute, where a `cfg_attr` lists them.
fn applied(meta: &Meta) -> Vec<Applied> {
    let list = match meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => list,
        other => return vec![Applied { conditions: Vec::new(), meta: other.clone() }],
    };
    let mut pieces = pieces(list.tokens.clone()).into_iter();
    let condition = pieces.next().unwrap_or_default();
    // What is no attribute stays with the compiler, which says so.
    let inner = pieces.filter_map(|piece| syn::parse2::<Meta>(piece).ok());
    let inner = inner.flat_map(|meta| applied(&meta)).map(|mut inner| {
        inner.conditions.insert(0, condition.clone());
        inner
    });
    inner.collect()
}

/// The tokens between commas.
fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    for token in tokens {
        let is_comma = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
        match pieces.last_mut() {
            Some(piece) if !is_comma => piece.extend([token]),
            _ => pieces.push(TokenStream::new()),
        }
    }
    pieces
}
