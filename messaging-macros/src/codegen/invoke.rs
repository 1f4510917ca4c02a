//! The call of the user's method, with the arguments that are there.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, ItemTrait};

use super::{Paths, names};
use crate::model::{Method, Param};
use crate::parse::attributes;

/// The call, and what has to stand before it.
pub(super) struct Invocation {
    pub(super) before: TokenStream,
    pub(super) call: TokenStream,
}

pub(super) fn method(method: &Method, item: &ItemTrait, t: &Ident, paths: &Paths) -> Invocation {
    let (_, trait_arguments, _) = item.generics.split_for_impl();
    let (name, ident) = (names::ours(&item.ident), names::ours(&method.ident));
    let implementation = names::local("implementation");
    // Where the first argument is no context, the user's type is the place to point at.
    let at = names::ours_at(method.context.span);
    let ctx = names::local_at("ctx", method.context.span);
    let context_as = paths.context_as.placed(method.context.span);
    let ctx = quote_spanned!(at=> #context_as(&#ctx));
    let arguments = |params: &[Param]| -> TokenStream {
        let names = params.iter().map(|param| names::param(param, method));
        quote!(#(, #names)*)
    };
    let call = |arguments: TokenStream| quote!(<#t as #name #trait_arguments>::#ident(&*#implementation, #ctx #arguments));
    if method.params.iter().all(|param| param.cfg.is_empty()) {
        return Invocation { before: TokenStream::new(), call: call(arguments(&method.params)) };
    }
    chosen(method, arguments, call)
}

/// The call where a `cfg` decides which arguments there are. An argument takes no `cfg`, but a macro
/// does: for each such parameter one adds it to the arguments before it or does not, and then the
/// ones that follow, up to the next such parameter, whose macro goes on.
fn chosen(
    method: &Method,
    arguments: impl Fn(&[Param]) -> TokenStream,
    call: impl Fn(TokenStream) -> TokenStream,
) -> Invocation {
    let link = |number: usize| names::local(&format!("with_{number}"));
    let mut pieces = method.params.chunk_by(|_, next| next.cfg.is_empty()).peekable();
    let always = |piece: &mut &[Param]| piece.first().is_some_and(|param| param.cfg.is_empty());
    let first = pieces.next_if(|piece| always(&mut &**piece)).unwrap_or_default();
    let mut before = TokenStream::new();
    let mut number = 0;
    for piece in pieces {
        let (this, next) = (link(number), link(number + 1));
        let cfg = piece.iter().take(1).flat_map(|param| &param.cfg);
        let conditions = cfg.clone().map(attributes::condition);
        let (with, without) = (arguments(piece), arguments(piece.get(1..).unwrap_or_default()));
        before.extend(quote! {
            #(#cfg)*
            macro_rules! #this { ($($given:tt)*) => { #next!($($given)* #with) } }
            #[cfg(not(all(#(#conditions),*)))]
            macro_rules! #this { ($($given:tt)*) => { #next!($($given)* #without) } }
        });
        number += 1;
    }
    let (start, end) = (link(0), link(number));
    let called = call(quote!($($given)*));
    before.extend(quote!(macro_rules! #end { ($($given:tt)*) => { #called } }));
    let first = arguments(first);
    Invocation { before, call: quote!(#start!(#first)) }
}
