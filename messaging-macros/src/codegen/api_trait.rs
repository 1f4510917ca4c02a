//! The user's trait as it was written: `async fn` lowered, our attributes removed.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, ItemTrait, ReturnType, TraitItem, TraitItemFn, parse_quote_spanned};

use super::{Paths, names};

/// An `async fn` becomes a function that returns a future which is `Send`: a bound that callers
/// cannot ask for, so the trait has to.
pub(crate) fn lowered(mut item: ItemTrait, paths: &Paths) -> TokenStream {
    for item in &mut item.items {
        match item {
            TraitItem::Fn(method) => lower(method, paths),
            TraitItem::Const(constant) => strip(&mut constant.attrs, &["rpc"]),
            TraitItem::Type(ty) => strip(&mut ty.attrs, &["rpc"]),
            _ => {}
        }
    }
    item.into_token_stream()
}

fn lower(method: &mut TraitItemFn, paths: &Paths) {
    strip(&mut method.attrs, &["rpc"]);
    for input in &mut method.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => strip(&mut receiver.attrs, &["rpc", "serde"]),
            FnArg::Typed(typed) => strip(&mut typed.attrs, &["rpc", "serde"]),
        }
    }
    let Some(token) = method.sig.asyncness.take() else { return };

    let Paths { future, send, .. } = paths;
    let output = match &method.sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let (future, send) = (names::placed(future, token.span), names::placed(send, token.span));
    method.sig.output = parse_quote_spanned! {names::ours_at(token.span)=>
        -> impl #future<Output = #output> + #send
    };
    if let Some(body) = &mut method.default {
        *body = parse_quote_spanned!(token.span=> { async move #body });
    }
}

fn strip(attributes: &mut Vec<Attribute>, ours: &[&str]) {
    attributes.retain(|attribute| !ours.iter().any(|name| attribute.path().is_ident(name)));
}
