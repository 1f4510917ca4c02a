//! The API as data: one constant per method, and their list.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::ItemTrait;
use syn::ext::IdentExt;

use super::{Paths, names, schemas};
use crate::model::{Api, Method, Param, Version};
use crate::parse::attributes;

/// The value of `Proxy::API`.
pub(super) fn api(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { api_descriptor, some, none, .. } = paths;
    let Api { topic, docs, .. } = api;
    let name = item.ident.unraw().to_string();
    let namespace = match &api.namespace {
        Some(namespace) => quote!(#some(#namespace)),
        None => quote!(#none),
    };
    let version = version(api.version, paths);
    // Beside errors there may be two of one name.
    let methods = api.methods.iter().filter(|_| api.is_sound).map(|method| {
        let cfg = &method.attributes.cfg;
        let constant = names::constant(&method.ident);
        quote!(#(#cfg)* Self::#constant.erased())
    });
    let schemas = schemas::written(api);
    quote! {
        #api_descriptor::__new(#name, #topic, #namespace, #version, #docs, &[#(#methods),*])
            #schemas
    }
}

/// `Version::new(2, 6)`.
pub(super) fn version(version: Version, paths: &Paths) -> TokenStream {
    let path = &paths.version;
    let numbers = numbers(version);
    quote!(#path::new(#numbers))
}

/// `2, 6`.
fn numbers(version: Version) -> TokenStream {
    let major = Literal::u32_unsuffixed(version.major);
    let minor = Literal::u32_unsuffixed(version.minor);
    quote!(#major, #minor)
}

/// `SchedulerClient::SELECT_HOSTS` and its like. They are constants of the client, since statics
/// cannot be generic, and named, since a `cfg` would shift indices.
pub(super) fn constant(api: &Api, method: &Method, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { method_descriptor, duration, some, none, .. } = paths;
    let visibility = &item.vis;
    let Method { attributes, docs, cast, idempotent, .. } = method;
    let cfg = &attributes.cfg;
    let constant = names::constant(&method.ident);
    if !api.is_sound && api.methods.iter().any(|method| method.ident == constant) {
        // Beside an error: a method has the name.
        return TokenStream::new();
    }
    let name = &method.name.value;
    let since = version(api.since(method), paths);
    let timeout = match method.timeout {
        Some(timeout) => {
            let seconds = Literal::u64_unsuffixed(timeout.as_secs());
            let nanos = Literal::u32_unsuffixed(timeout.subsec_nanos());
            quote!(#some(#duration::new(#seconds, #nanos)))
        }
        None => quote!(#none),
    };
    let params = params(api, method, paths);
    let signature = signature(api, method);
    // A thread that blocks cannot be stopped.
    let runs_on = (method.no_cancel || method.blocking).then(|| quote!(.__no_cancel()));
    let summary = format!(" Describes the method `{name}`.");
    let unless = unless_taken(api, method);
    quote! {
        #[doc = #summary]
        #(#cfg)*
        #(#unless)*
        #visibility const #constant: #method_descriptor<#signature> = #method_descriptor::__new(
            #name, #since, #cast, #idempotent, #timeout, #docs, &[#(#params),*]
        )#runs_on;
    }
}

/// What the method takes and returns, as the type of a function; nothing beside errors.
fn signature(api: &Api, method: &Method) -> TokenStream {
    if !api.is_sound {
        return quote!(());
    }
    let types = method.params.iter().map(|Param { cfg, ty, .. }| quote!(#(#cfg)* #ty));
    let output = (!method.cast).then(|| {
        let output = &method.output;
        quote!(-> #output)
    });
    quote!(fn(#(#types),*) #output)
}

/// Where a `cfg` keeps two methods that have one constant, an error says so; the compiler need not
/// say it again.
fn unless_taken(api: &Api, method: &Method) -> Vec<TokenStream> {
    let conditional = |method: &Method| !method.attributes.cfg.is_empty();
    if api.is_sound && !api.methods.iter().any(conditional) {
        return Vec::new();
    }
    let constant = names::constant(&method.ident);
    let earlier = api.methods.iter().take_while(|it| !std::ptr::eq(*it, method));
    let same =
        earlier.filter(|it| it.ident != method.ident && names::constant(&it.ident) == constant);
    let unless = same.map(|it| {
        let conditions = it.attributes.cfg.iter().map(attributes::condition);
        quote!(#[cfg(not(all(#(#conditions),*)))])
    });
    unless.collect()
}

fn params(api: &Api, method: &Method, paths: &Paths) -> Vec<TokenStream> {
    let params = method.params.iter().map(|param| {
        let path = &paths.param_descriptor;
        let name = &param.name.value;
        let since = numbers(api.param_since(method, param));
        let optional = param.default.is_some() || api.is_added(method, param);
        let cfg = &param.cfg;
        quote!(#(#cfg)* #path::__new(#name, #since, #optional))
    });
    params.collect()
}
