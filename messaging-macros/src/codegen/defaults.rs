//! What a value is when it was left out.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::{Paths, names};
use crate::model::{Api, Method, Param, ParamDefault};

/// The function that gives the value.
pub(crate) fn of_type(at: Span, default: Option<&ParamDefault>, paths: &Paths) -> TokenStream {
    match default {
        Some(ParamDefault::Function(path)) => quote!(#path),
        Some(ParamDefault::OfType) | None => {
            let default = paths.default.placed(at);
            // A closure, since the type of a function would repeat an error at each of its uses.
            quote_spanned!(names::ours_at(at)=> || #default::default())
        }
    }
}

/// The same for a parameter. Where both sides use the user's function, they use it through one of
/// the client's, which stands at the one place where its type can be wrong.
pub(super) fn of_param(
    api: &Api,
    method: &Method,
    param: &Param,
    client: &TokenStream,
    paths: &Paths,
) -> TokenStream {
    if is_shared(api, method, param) {
        let name = shared_name(method, param);
        quote!(#client::#name)
    } else {
        of_type(param.ty_span, param.default.as_ref(), paths)
    }
}

/// The functions of the client that give the defaults of one method.
pub(super) fn shared(api: &Api, method: &Method) -> TokenStream {
    let cfg = &method.attributes.cfg;
    let shared = method.params.iter().filter(|param| is_shared(api, method, param));
    let functions = shared.map(|param| {
        let (name, ty) = (shared_name(method, param), &param.ty);
        let Some(ParamDefault::Function(path)) = &param.default else { return TokenStream::new() };
        let called = quote_spanned!(names::ours_at(path.span())=> #path());
        let of_param = &param.cfg;
        quote!(#(#cfg)* #(#of_param)* fn #name() -> #ty { #called })
    });
    functions.collect()
}

fn is_shared(api: &Api, method: &Method, param: &Param) -> bool {
    api.is_added(method, param) && matches!(param.default, Some(ParamDefault::Function(_)))
}

fn shared_name(method: &Method, param: &Param) -> Ident {
    format_ident!("__{}_{}", method.ident.unraw(), param.ident.unraw())
}
