//! The user's trait as it was written: `async fn` lowered, our attributes removed.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Block, Expr, FnArg, ItemTrait, ReturnType, Stmt, Token, TraitItem, TraitItemFn, Type,
    parse_quote_spanned,
};

use super::{Paths, names};
use crate::parse::attributes::strip;

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
    let (future, send) = (future.placed(token.span), send.placed(token.span));
    let at = names::ours_at(token.span);
    // As tokens: to parse them takes as long as to make them.
    let returned = quote_spanned!(at=> impl #future<Output = #output> + #send);
    method.sig.output = ReturnType::Type(Token![->](at), Box::new(Type::Verbatim(returned)));
    if let Some(body) = &mut method.default {
        *body = as_async_block(body, &output, token.span, paths);
    }
}

/// The body as a future. An `async` block does not know what it returns, as the function does, so
/// a first statement that never runs tells it: values in the body are then coerced, and errors
/// are reported, as in any function.
fn as_async_block(body: &Block, output: &TokenStream, token: Span, paths: &Paths) -> Block {
    let Paths { some, none, .. } = paths;
    let returned = names::local_at("returned", output.span());
    // Where a body is of another type, the type is the place to point at.
    let told = quote_spanned! {names::ours_at(output.span())=>
        if let #some(#returned) = #none::<#output> {
            return #returned;
        }
    };
    let mut block = body.clone();
    block.stmts.insert(0, Stmt::Expr(Expr::Verbatim(told), None));
    parse_quote_spanned!(token=> { async move #block })
}
