//! The typed client: names, versions and arguments; no logic.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, ItemTrait, parse_quote};

use super::{Paths, defaults, descriptor, generics, names, of_types};
use crate::model::{Api, Method, Param};
use crate::parse::contains;

/// The type alone.
pub(super) fn declaration(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { client_core, .. } = paths;
    let passed = of_types(item);
    let visibility = &item.vis;
    let client = names::client(item);
    let generics = generics::unbounded(&item.generics);
    let phantom = generics::phantom(&generics, paths);
    let summary = format!(" Typed client for [`{}`].", item.ident);
    quote! {
        #[doc = #summary]
        #(#passed)*
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
    let defaults = api.methods.iter().filter(|_| api.is_sound).map(|it| defaults::shared(api, it));
    quote! {
        impl #impl_generics #client #arguments #clause {
            #(#constants)*
            #(#methods)*
            #(#defaults)*
        }
    }
}

fn client_method(api: &Api, method: &Method, item: &ItemTrait, paths: &Paths) -> TokenStream {
    if !api.is_sound {
        return absent_method(method, item, paths);
    }
    let Paths { call, cast, pack, proxy, .. } = paths;
    let Method { attributes, output, .. } = method;
    let ident = names::ours(&method.ident);
    let (cfg, visibility) = (&attributes.cfg, &item.vis);
    let docs = client_docs(method);
    let constant = names::constant(&ident);
    let names = method.params.iter().map(|param| names::param(param, method));
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

/// A method beside errors: it takes and returns what the user expects, and never runs.
fn absent_method(method: &Method, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { call, cast, absent, .. } = paths;
    let Method { output, generics, .. } = method;
    let (ident, visibility) = (names::ours(&method.ident), &item.vis);
    let (cfg, docs) = (&method.attributes.cfg, client_docs(method));
    let types = method.params.iter().map(|param| match &param.ty {
        ty if contains(ty, "Self") => quote!(impl ::core::marker::Sized),
        ty => quote!(#ty),
    });
    let returned = if method.cast { quote!(#cast) } else { quote!(#call<#output>) };
    let (of_method, _, _) = generics.split_for_impl();
    quote! {
        #(#docs)*
        #(#cfg)*
        #visibility fn #ident #of_method(&self, #(_: #types),*) -> #returned {
            #absent()
        }
    }
}

/// `.arg(..)` for one parameter. What came after its method carries its version and its default:
/// to an older peer it is left out where it is the default, and refused otherwise.
fn packed(api: &Api, method: &Method, param: &Param, paths: &Paths) -> TokenStream {
    let ty = &param.ty;
    let ident = names::param_at_type(param, method);
    let name = &param.name.value;
    let at = names::ours_at(ty.span());
    if api.is_added(method, param) {
        let since = descriptor::version(api.param_since(method, param), paths);
        let default = defaults::of_param(api, method, param, &quote!(Self), paths);
        quote_spanned!(at=> .arg_since(#name, #since, &#ident, #default))
    } else {
        quote_spanned!(at=> .arg(#name, &#ident))
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
    let endpoint = names::endpoint(item);
    let types = item.generics.params.iter().map(generics::argument);
    quote! {
        #[automatically_derived]
        impl #impl_generics #proxy for #client #arguments #clause {
            const API: #api_descriptor = #descriptor;
        }

        #[automatically_derived]
        impl #impl_generics #from_core for #client #arguments #clause {
            fn from_core(#core: #client_core) -> Self {
                // Who calls need not serve: the trait is in use all the same.
                let _: #phantom<#endpoint<#(#types,)* ()>> = #phantom;
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
