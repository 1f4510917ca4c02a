//! What the compiler checks of a client that is pinned to a literal version: which versions have
//! what came with another, and the bounds of what came later.
//!
//! Nothing is generated for what every version of the major has.

use std::collections::BTreeSet;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, ItemTrait};

use super::{Paths, names};
use crate::model::{Api, Method, Param, Version};

/// The highest minor whose literals the compiler is told of, one by one: of an API above it, all
/// versions are checked at run time alone.
const HIGHEST: u32 = 255;

/// Which versions have what, and the names by which the compiler tells of it.
pub(super) fn rules(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let minors = minors(api);
    if !api.is_sound || minors.is_empty() {
        return TokenStream::new();
    }
    let module = module(item);
    let has = minors.iter().map(|since| has(*since, api, item, paths));
    let later = api.methods.iter().filter(|it| came_later(api, it) || has_added_params(api, it));
    let methods = later.map(|method| {
        let (cfg, ident) = (&method.attributes.cfg, at_call_site(&method.ident));
        quote!(#(#cfg)* pub enum #ident {})
    });
    let grown: Vec<_> = api.methods.iter().filter(|it| has_added_params(api, it)).collect();
    let parameters = grown.iter().map(|method| {
        let (cfg, ident) = (&method.attributes.cfg, of_method(method));
        let added = method.params.iter().filter(|param| api.is_added(method, param));
        let added = added.map(|param| {
            let (cfg, ident) = (&param.cfg, at_call_site(&param.ident));
            quote!(#(#cfg)* pub enum #ident {})
        });
        quote!(#(#cfg)* pub mod #ident { #(#added)* })
    });
    let parameters = (!grown.is_empty()).then(|| quote!(pub mod __parameters { #(#parameters)* }));
    quote! {
        mod #module {
            pub enum __Api {}
            #(#methods)*
            #parameters
        }
        #(#has)*
    }
}

/// Whether the method has parameters that came after it, so that pinned clients may leave them out.
pub(super) fn has_added_params(api: &Api, method: &Method) -> bool {
    api.is_sound && method.params.iter().any(|param| api.is_added(method, param))
}

/// The bound of the versions that have `method`; none if all have.
pub(super) fn bound(
    api: &Api,
    method: &Method,
    item: &ItemTrait,
    paths: &Paths,
) -> Option<TokenStream> {
    if !api.is_sound || !came_later(api, method) {
        return None;
    }
    let (has, module) = (&paths.has, module(item));
    let since = pinned(api.since(method), paths);
    let method = at_call_site(&method.ident);
    Some(quote!(#has<#module::__Api, #since, #module::#method>))
}

/// The bound of the forms in which a client of `version` takes `param`, which came after `method`.
pub(super) fn form(
    api: &Api,
    method: &Method,
    param: &Param,
    version: &TokenStream,
    item: &ItemTrait,
    paths: &Paths,
) -> TokenStream {
    let (takes, module) = (&paths.takes, module(item));
    let since = pinned(api.param_since(method, param), paths);
    let (of_method, method) = (of_method(method), at_call_site(&method.ident));
    let param = at_call_site(&param.ident);
    quote! {
        #takes<#version, #module::__Api, #since, #module::#method, #module::__parameters::#of_method::#param>
    }
}

/// The names of the two numbers of a literal version.
pub(super) fn numbers() -> (Ident, Ident) {
    (names::local("MAJOR"), names::local("MINOR"))
}

fn came_later(api: &Api, method: &Method) -> bool {
    api.since(method).minor > 0
}

/// The minors that brought something.
fn minors(api: &Api) -> BTreeSet<u32> {
    let since = api.methods.iter().flat_map(|method| {
        let params = method.params.iter().map(|param| api.param_since(method, param));
        std::iter::once(api.since(method)).chain(params)
    });
    since.map(|since| since.minor).filter(|minor| *minor > 0).collect()
}

/// The versions that have what came with the minor `since`.
fn has(since: u32, api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let (has, module) = (&paths.has, module(item));
    let Version { major, minor: last } = api.version;
    let brought = pinned(Version { major, minor: since }, paths);
    if last > HIGHEST {
        let (path, major, minor) = (&paths.pinned, Literal::u32_unsuffixed(major), numbers().1);
        return quote! {
            impl<Method, const #minor: u32> #has<#module::__Api, #brought, Method>
                for #path<#major, #minor> {}
        };
    }
    let versions = (since..=last).map(|minor| pinned(Version { major, minor }, paths));
    quote!(#(impl<Method> #has<#module::__Api, #brought, Method> for #versions {})*)
}

/// `Pinned<2, 3>`.
fn pinned(version: Version, paths: &Paths) -> TokenStream {
    let path = &paths.pinned;
    let major = Literal::u32_unsuffixed(version.major);
    let minor = Literal::u32_unsuffixed(version.minor);
    quote!(#path<#major, #minor>)
}

/// The module of the names by which the compiler speaks of what came later. Where a name is not
/// unique it prints the path.
fn module(item: &ItemTrait) -> Ident {
    format_ident!("__{}", item.ident.unraw(), span = Span::call_site())
}

/// The module of a method's parameters, of another name than the method: the compiler prints the
/// path of what has no name to itself.
fn of_method(method: &Method) -> Ident {
    format_ident!("of_{}", method.ident.unraw(), span = Span::call_site())
}

/// The name as no token of the user's, of whose spelling lints would speak.
fn at_call_site(ident: &Ident) -> Ident {
    let mut ident = names::ours(ident);
    ident.set_span(Span::call_site());
    ident
}
