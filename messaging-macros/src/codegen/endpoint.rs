//! The serving side: which method a request names, and how its arguments are taken apart.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, ItemTrait};

use super::invoke::{self, Invocation};
use super::{Paths, defaults, generics, names, of_types};
use crate::model::{Api, Method, Param};
use crate::parse::attributes;

/// The type alone.
pub(super) fn declaration(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { arc, .. } = paths;
    let passed = of_types(item);
    let visibility = &item.vis;
    let endpoint = names::endpoint(item);
    let t = paths.of_implementation();
    let generics = generics::with(&item.generics, &t);
    let phantom = generics::phantom(&item.generics, paths);
    let summary = format!(" Serves an implementation of [`{}`].", item.ident);
    quote! {
        #[doc = #summary]
        #(#passed)*
        #visibility struct #endpoint #generics {
            implementation: #arc<#t>,
            _generics: #phantom,
        }
    }
}

pub(super) fn impls(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let constructors = constructors(item, paths);
    let methods = methods(api, item, paths);
    let handling = handling(api, item, paths);
    let serving = serving(item, paths);
    let std_impls = std_impls(item, paths);
    quote! {
        #constructors
        #methods
        #handling
        #serving
        #std_impls
    }
}

fn constructors(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { arc, phantom, .. } = paths;
    let visibility = &item.vis;
    let endpoint = names::endpoint(item);
    let t = paths.of_implementation();
    let generics = generics::of_endpoint(item, &t, paths);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let implementation = names::local("implementation");
    quote! {
        impl #impl_generics #endpoint #arguments #clause {
            /// Serves `implementation`.
            #visibility fn new(#implementation: #t) -> Self {
                Self::from_arc(#arc::new(#implementation))
            }

            /// Serves an implementation that others hold as well.
            #visibility fn from_arc(#implementation: #arc<#t>) -> Self {
                Self { implementation: #implementation, _generics: #phantom }
            }
        }
    }
}

/// Which endpoint serves an implementation to the client, where both are one program.
fn serving(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { serves, .. } = paths;
    let (client, endpoint) = (names::client(item), names::endpoint(item));
    let t = paths.of_implementation();
    let generics = generics::of_endpoint(item, &t, paths);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let (_, trait_arguments, _) = item.generics.split_for_impl();
    let implementation = names::local("implementation");
    quote! {
        #[automatically_derived]
        impl #impl_generics #serves<#t> for #client #trait_arguments #clause {
            type Endpoint = #endpoint #arguments;

            fn endpoint(#implementation: #t) -> Self::Endpoint {
                #endpoint::new(#implementation)
            }
        }
    }
}

fn handling(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { endpoint: endpoint_trait, proxy, api_descriptor, invocation, .. } = paths;
    let Paths { handled, handle, unknown, clone, absent, .. } = paths;
    let endpoint = names::endpoint(item);
    let client = names::client(item);
    let t = paths.of_implementation();
    let generics = generics::of_endpoint(item, &t, paths);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let (_, trait_arguments, _) = item.generics.split_for_impl();
    let (implementation, request) = (names::local("implementation"), names::local("invocation"));
    let unpacking = names::local("unpack");
    let handling = if api.is_sound {
        let serving = names::serving(item);
        let arms = api.methods.iter().map(|method| {
            let (cfg, name) = (&method.attributes.cfg, &method.name.value);
            let run = names::served(&method.ident);
            quote! {
                #(#cfg)*
                #name => #serving::Methods::<Self>::#run(#implementation, #unpacking),
            }
        });
        quote! {
            let #implementation = #clone::clone(&self.implementation);
            #handle(#request, move |#unpacking| match #unpacking.method() {
                #(#arms)*
                _ => #unknown(&#unpacking),
            })
        }
    } else {
        quote!(#absent())
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #endpoint_trait for #endpoint #arguments #clause {
            fn api(&self) -> #api_descriptor {
                <#client #trait_arguments as #proxy>::API
            }

            fn handle(&self, #request: #invocation) -> #handled {
                #handling
            }
        }
    }
}

/// A type in a module of its own, to have the functions that serve the methods: a compiler that
/// builds incrementally does so by module, and these need not be built anew where the user's module
/// is. It goes by the module of the type that has a function, and by none that stands in a block.
pub(super) fn apart(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let passed = attributes::passed(&item.attrs, &["cfg"]);
    let (serving, phantom) = (names::serving(item), &paths.phantom);
    quote! {
        #(#passed)*
        mod #serving { pub struct Methods<Of>(#phantom<Of>); }
    }
}

/// A function for each method, and not all of them in one: such a compiler checks what it kept of
/// a function once for each block in it.
fn methods(api: &Api, item: &ItemTrait, paths: &Paths) -> Option<TokenStream> {
    let (endpoint, serving) = (names::endpoint(item), names::serving(item));
    let t = paths.of_implementation();
    let generics = generics::of_endpoint(item, &t, paths);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let methods = api.methods.iter().map(|method| served(api, method, item, &t, paths));
    api.is_sound.then(|| {
        quote! {
            impl #impl_generics #serving::Methods<#endpoint #arguments> #clause {
                #(#methods)*
            }
        }
    })
}

fn served(api: &Api, method: &Method, item: &ItemTrait, t: &Ident, paths: &Paths) -> TokenStream {
    let Paths { arc, begun, unpack, .. } = paths;
    let Paths { future_of, reply, no_reply, blocking, .. } = paths;
    let cfg = &method.attributes.cfg;
    let name = names::served(&method.ident);
    let implementation = names::local("implementation");
    let unpacking = names::local("unpack");
    let ctx = names::local("ctx");
    let runtime = names::local("runtime");
    let taken = method.params.iter().map(|param| taken(api, method, param, item, paths));

    let Invocation { before: chosen, call: run } = invoke::method(method, item, t, paths);
    let awaited = (!method.blocking).then(|| quote!(.await));
    let at = names::ours_at(method.output_span);
    let reply = reply.placed(method.output_span);
    let answer = if method.cast {
        quote! {
            #chosen
            #run #awaited;
            #no_reply()
        }
    } else {
        let result = names::local_at("result", method.output_span);
        let replied = quote_spanned!(at=> #reply(#result));
        quote! {
            #chosen
            let #result = #run #awaited;
            #replied
        }
    };
    let (before, begins) = if method.blocking {
        let before = quote!(let #runtime = #unpacking.runtime(););
        (Some(before), quote!(#blocking(#runtime, move || { #answer })))
    } else {
        (None, quote!(#future_of(async move { #answer })))
    };
    quote! {
        #(#cfg)*
        fn #name(#implementation: #arc<#t>, mut #unpacking: #unpack) -> #begun {
            #(#taken)*
            #before
            let #ctx = #unpacking.finish()?;
            #begins
        }
    }
}

/// `let name: Type = unpack.take("name")?;`
fn taken(
    api: &Api,
    method: &Method,
    param: &Param,
    item: &ItemTrait,
    paths: &Paths,
) -> TokenStream {
    let (ident, ty) = (names::param(param, method), &param.ty);
    let name = &param.name.value;
    let unpack = names::local("unpack");
    let at = names::ours_at(param.ty_span);
    let taken = if param.default.is_some() || api.is_added(method, param) {
        let (client, (_, arguments, _)) = (names::client(item), item.generics.split_for_impl());
        let client = quote!(<#client #arguments>);
        let default = defaults::of_param(api, method, param, &client, paths);
        quote_spanned!(at=> #unpack.take_or::<#ty>(#name, #default)?)
    } else {
        quote_spanned!(at=> #unpack.take(#name)?)
    };
    let cfg = &param.cfg;
    quote!(#(#cfg)* let #ident: #ty = #taken;)
}

fn std_impls(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { clone, debug, formatter, formatted, phantom, .. } = paths;
    let endpoint = names::endpoint(item);
    let t = paths.of_implementation();
    let generics = generics::with(&item.generics, &t);
    let (impl_generics, arguments, _) = generics.split_for_impl();
    let formatter_name = names::local("f");
    let name = endpoint.to_string();
    quote! {
        #[automatically_derived]
        impl #impl_generics #clone for #endpoint #arguments {
            fn clone(&self) -> Self {
                Self {
                    implementation: #clone::clone(&self.implementation),
                    _generics: #phantom,
                }
            }
        }

        #[automatically_derived]
        impl #impl_generics #debug for #endpoint #arguments {
            fn fmt(&self, #formatter_name: &mut #formatter) -> #formatted {
                #formatter_name.debug_struct(#name).finish_non_exhaustive()
            }
        }
    }
}
