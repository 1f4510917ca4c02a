//! The typed client: names, versions and arguments; no logic.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, ItemTrait, parse_quote};

use super::{Paths, descriptor, generics, lints, names, passed};
use crate::model::{Api, Method, Param, ParamDefault};

/// The type alone.
pub(super) fn declaration(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { client_core, .. } = paths;
    let (passed, lints) = (passed(item, &["cfg", "allow", "expect", "deprecated"]), lints());
    let visibility = &item.vis;
    let client = names::client(item);
    let generics = generics::unbounded(&item.generics);
    let phantom = generics::phantom(&generics, paths);
    let summary = format!(" Typed client for [`{}`].", item.ident);
    quote! {
        #[doc = #summary]
        #(#passed)*
        #lints
        #visibility struct #client #generics {
            core: #client_core,
            _generics: #phantom,
        }
    }
}

pub(super) fn impls(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let inherent = inherent(api, item, paths);
    let proxy = proxy(api, item, paths);
    let std_impls = std_impls(item, paths);
    quote! {
        #inherent
        #proxy
        #std_impls
    }
}

fn inherent(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let client = names::client(item);
    let generics = generics::of_client(item);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let constants = api.methods.iter().map(|it| descriptor::constant(api, it, item, paths));
    let methods = api.methods.iter().map(|it| client_method(api, it, item, paths));
    quote! {
        impl #impl_generics #client #arguments #clause {
            #(#constants)*
            #(#methods)*
        }
    }
}

fn client_method(api: &Api, method: &Method, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { call, cast, pack, proxy, .. } = paths;
    let Method { ident, attributes, output, .. } = method;
    let (cfg, visibility) = (&attributes.cfg, &item.vis);
    let docs = client_docs(method);
    let constant = names::constant(ident);
    let names = method.params.iter().map(|param| &param.ident);
    let types = method.params.iter().map(|param| &param.ty);
    let packed = method.params.iter().map(|param| packed(api, method, param, paths));
    // Where the result is no `Reply`, the user's type is the place to point at.
    let at = names::ours_at(output.span());
    let (returned, sent) = if method.cast {
        (quote!(#cast), quote!(.cast()))
    } else {
        let call = names::placed(call, output.span());
        (quote_spanned!(at=> #call<#output>), quote_spanned!(at=> .call()))
    };
    quote! {
        #(#docs)*
        #(#cfg)*
        #visibility fn #ident(&self, #(#names: #types),*) -> #returned {
            #pack::new(&self.core, <Self as #proxy>::API.name, Self::#constant)
                #(#packed)*
                #sent
        }
    }
}

/// `.arg(..)` for one parameter. What came after its method carries its version and its default:
/// to an older peer it is left out where it is the default, and refused otherwise.
fn packed(api: &Api, method: &Method, param: &Param, paths: &Paths) -> TokenStream {
    let Param { ident, ty, .. } = param;
    let name = &param.name.value;
    let at = names::ours_at(ty.span());
    if api.is_added(method, param) {
        let since = descriptor::version(api.param_since(method, param), paths);
        let default = default_of(param, paths);
        quote_spanned!(at=> .arg_since(#name, #since, &#ident, #default))
    } else {
        quote_spanned!(at=> .arg(#name, &#ident))
    }
}

/// The function that gives a parameter which was left out.
pub(super) fn default_of(param: &Param, paths: &Paths) -> TokenStream {
    let Paths { default, .. } = paths;
    match &param.default {
        Some(ParamDefault::Function(path)) => quote!(#path),
        Some(ParamDefault::OfType) | None => {
            let default = names::placed(default, param.ty.span());
            // A closure, since the type of a function would repeat an error at each of its uses.
            quote_spanned!(names::ours_at(param.ty.span())=> || #default::default())
        }
    }
}

/// The user's words, or where there are none, enough for `missing_docs`.
fn client_docs(method: &Method) -> Vec<Attribute> {
    let mut attributes = method.attributes.client.clone();
    if !attributes.iter().any(|attribute| attribute.path().is_ident("doc")) {
        let verb = if method.cast { "Casts" } else { "Calls" };
        let summary = format!(" {verb} `{}`.", method.name.value);
        attributes.insert(0, parse_quote!(#[doc = #summary]));
    }
    attributes
}

fn proxy(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { proxy, from_core, client_core, api_descriptor, phantom, .. } = paths;
    let client = names::client(item);
    let generics = generics::of_client(item);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let descriptor = descriptor::api(api, item, paths);
    let core = names::local("core");
    quote! {
        #[automatically_derived]
        impl #impl_generics #proxy for #client #arguments #clause {
            const API: #api_descriptor = #descriptor;
        }

        #[automatically_derived]
        impl #impl_generics #from_core for #client #arguments #clause {
            fn from_core(#core: #client_core) -> Self {
                Self { core: #core, _generics: #phantom }
            }

            fn core(&self) -> &#client_core {
                &self.core
            }
        }
    }
}

/// By hand, since a derive would bound the trait's generics, of which the client holds none.
fn std_impls(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { clone, debug, formatter, formatted, phantom, .. } = paths;
    let client = names::client(item);
    let generics = generics::bare(&item.generics);
    let (impl_generics, arguments, _) = generics.split_for_impl();
    let formatter_name = names::local("f");
    let name = client.to_string();
    quote! {
        #[automatically_derived]
        impl #impl_generics #clone for #client #arguments {
            fn clone(&self) -> Self {
                Self { core: #clone::clone(&self.core), _generics: #phantom }
            }
        }

        #[automatically_derived]
        impl #impl_generics #debug for #client #arguments {
            fn fmt(&self, #formatter_name: &mut #formatter) -> #formatted {
                #formatter_name.debug_struct(#name).field("core", &self.core).finish()
            }
        }
    }
}
