//! The typed client: names, versions and arguments; no logic.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ItemTrait;
use syn::ext::IdentExt;

use super::{Paths, defaults, descriptor, generics, names, of_types, pins};
use crate::model::{Api, Method, Param};
use crate::parse::{attributes, contains};

/// The types alone: the client of any version is the one that is mostly named.
pub(super) fn declaration(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { client_core, any_version, .. } = paths;
    let passed = of_types(item);
    let visibility = &item.vis;
    let (client, client_at) = (names::client(item), names::client_at(item));
    let of_client = generics::unbounded(&item.generics);
    let types = item.generics.params.iter().map(generics::argument);
    let of_client_at = generics::with(&item.generics, &paths.of_version());
    let phantom = generics::phantom(&of_client_at, paths);
    let summary = format!(" Typed client for [`{}`].", item.ident);
    let summary_at = format!(
        " Typed client for [`{}`], and what the compiler knows of its version.",
        item.ident
    );
    // What is deprecated is named by what is, too.
    let deprecated = item.attrs.iter().any(|it| attributes::applies(it, &["deprecated"]));
    let allowed = deprecated.then(|| quote!(#[allow(deprecated)]));
    quote! {
        #[doc = #summary]
        #(#passed)*
        #allowed
        #visibility type #client #of_client = #client_at<#(#types,)* #any_version>;

        #[doc = #summary_at]
        #(#passed)*
        #visibility struct #client_at #of_client_at {
            core: #client_core,
            _generics: #phantom,
        }
    }
}

pub(super) fn impls(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let rules = pins::rules(api, item, paths);
    let inherent = inherent(api, item, paths);
    let grown = grown(api, item, paths);
    let proxy = proxy(api, item, paths);
    let std_impls = std_impls(item, paths);
    quote! {
        #rules
        #inherent
        #grown
        #proxy
        #std_impls
    }
}

fn inherent(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let client = names::client_at(item);
    let generics = generics::of_client_at(item, paths);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let constants = api.methods.iter().map(|it| descriptor::constant(api, it, item, paths));
    let methods = api.methods.iter().filter(|it| !pins::has_added_params(api, it));
    let methods = methods.map(|it| client_method(api, it, item, &Version::Generic, paths));
    let defaults = api.methods.iter().filter(|_| api.is_sound).map(|it| defaults::shared(api, it));
    quote! {
        impl #impl_generics #client #arguments #clause {
            #(#constants)*
            #(#methods)*
            #(#defaults)*
        }
    }
}

/// The methods with parameters that came after them. Where the version is not known while
/// compiling they are taken as declared; pinned clients may leave them out, and have to where their
/// version has them not.
fn grown(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { any_version, pinned, .. } = paths;
    let grown: Vec<&Method> =
        api.methods.iter().filter(|it| pins::has_added_params(api, it)).collect();
    if grown.is_empty() {
        return TokenStream::new();
    }
    let client = names::client_at(item);
    let types: Vec<TokenStream> = item.generics.params.iter().map(generics::argument).collect();
    let of_any = generics::of_client(item);
    let (impl_any, _, clause_any) = of_any.split_for_impl();
    let any = grown.iter().map(|it| client_method(api, it, item, &Version::Any, paths));
    let of_literal = generics::of_literal(item);
    let (impl_literal, _, clause_literal) = of_literal.split_for_impl();
    let literal = grown.iter().map(|it| client_method(api, it, item, &Version::Literal, paths));
    let (major, minor) = pins::numbers();
    quote! {
        impl #impl_any #client<#(#types,)* #any_version> #clause_any {
            #(#any)*
        }

        impl #impl_literal #client<#(#types,)* #pinned<#major, #minor>> #clause_literal {
            #(#literal)*
        }
    }
}

/// What is known of a client's version where its methods stand.
enum Version {
    /// It is one or the other.
    Generic,
    /// Nothing.
    Any,
    /// All.
    Literal,
}

impl Version {
    /// The type that stands for it.
    fn pin(&self, paths: &Paths) -> Option<TokenStream> {
        let Paths { pinned, .. } = paths;
        match self {
            Self::Generic => Some(paths.of_version().into_token_stream()),
            Self::Any => None,
            Self::Literal => {
                let (major, minor) = pins::numbers();
                Some(quote!(#pinned<#major, #minor>))
            }
        }
    }
}

fn client_method(
    api: &Api,
    method: &Method,
    item: &ItemTrait,
    version: &Version,
    paths: &Paths,
) -> TokenStream {
    if !api.is_sound {
        return absent_method(method, item, paths);
    }
    let Paths { call, cast, pack, .. } = paths;
    let (packing, api_name) = (names::local("pack"), item.ident.unraw().to_string());
    let mutable = (!method.params.is_empty()).then(|| quote!(mut));
    let Method { attributes, output, output_span, .. } = method;
    let ident = names::ours(&method.ident);
    let (cfg, visibility) = (&attributes.cfg, &item.vis);
    let docs = client_docs(method);
    let constant = names::constant(&ident);
    let names = method.params.iter().map(|param| {
        let (cfg, name) = (&param.cfg, names::param(param, method));
        quote!(#(#cfg)* #name)
    });
    let pin = version.pin(paths);
    let bound = pin.as_ref().zip(pins::bound(api, method, item, paths));
    let bound = bound.map(|(pin, has)| quote!(where #pin: #has));
    let leaves_out = pin.filter(|_| matches!(version, Version::Literal));
    let types = method.params.iter().map(|param| {
        let Param { ty, .. } = param;
        match leaves_out.as_ref().filter(|_| api.is_added(method, param)) {
            Some(pin) => {
                let argument = &paths.argument;
                let form = pins::form(api, method, param, pin, item, paths);
                quote!(impl #argument<#ty, Form: #form>)
            }
            None => quote!(#ty),
        }
    });
    let packed = method.params.iter().map(|it| packed(api, method, it, version, paths));
    // Where the result is no `Reply`, the user's type is the place to point at.
    let at = names::ours_at(*output_span);
    let (again_call, again_cast) = may_run_again(method, paths);
    let (returned, sent) = if method.cast {
        (quote!(#cast #again_cast), quote!(.cast()))
    } else {
        let call = call.placed(*output_span);
        (quote_spanned!(at=> #call<#output #again_call>), quote_spanned!(at=> .call()))
    };
    quote! {
        #docs
        #(#cfg)*
        #visibility fn #ident(&self, #(#names: #types),*) -> #returned #bound {
            let #mutable #packing =
                #pack::new(&self.core, #api_name, const { &Self::#constant.erased() });
            #(#packed)*
            #packing #sent
        }
    }
}

/// What marks the call, and the cast, of a method that may run more than once.
fn may_run_again(method: &Method, paths: &Paths) -> (Option<TokenStream>, Option<TokenStream>) {
    let Paths { idempotent, .. } = paths;
    let marked = method.idempotent.then_some(idempotent);
    (marked.map(|it| quote!(, #it)), marked.map(|it| quote!(<#it>)))
}

/// A method beside errors: it takes and returns what the user expects, and never runs.
fn absent_method(method: &Method, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { call, cast, absent, .. } = paths;
    let Method { output, generics, .. } = method;
    let (ident, visibility) = (names::ours(&method.ident), &item.vis);
    let (cfg, docs) = (&method.attributes.cfg, client_docs(method));
    let types = method.params.iter().map(|param| {
        let (cfg, ty) = (&param.cfg, &param.ty);
        if contains(ty, "Self") {
            quote!(#(#cfg)* _: impl ::core::marker::Sized)
        } else {
            quote!(#(#cfg)* _: #ty)
        }
    });
    let (again_call, again_cast) = may_run_again(method, paths);
    let returned =
        if method.cast { quote!(#cast #again_cast) } else { quote!(#call<#output #again_call>) };
    let (of_method, _, _) = generics.split_for_impl();
    quote! {
        #docs
        #(#cfg)*
        #visibility fn #ident #of_method(&self, #(#types),*) -> #returned {
            #absent()
        }
    }
}

/// `pack.arg(..);` for one parameter. What came after its method carries its version and its default:
/// to an older peer it is left out where it is the default, and refused otherwise.
fn packed(
    api: &Api,
    method: &Method,
    param: &Param,
    version: &Version,
    paths: &Paths,
) -> TokenStream {
    let (cfg, ty) = (&param.cfg, &param.ty);
    let ident = names::param_at_type(param, method);
    let name = &param.name.value;
    let at = names::ours_at(param.ty_span);
    let pack = names::local_at("pack", param.ty_span);
    if api.is_added(method, param) {
        let since = descriptor::version(api.param_since(method, param), paths);
        let default = defaults::of_param(api, method, param, &quote!(Self), paths);
        match version {
            Version::Literal => {
                quote_spanned!(at=> #(#cfg)* #pack.arg_given::<#ty, _>(#name, #since, #ident, #default);)
            }
            _ => quote_spanned!(at=> #(#cfg)* #pack.arg_since(#name, #since, &#ident, #default);),
        }
    } else {
        quote_spanned!(at=> #(#cfg)* #pack.arg(#name, &#ident);)
    }
}

/// The user's words, or where there are none, enough for `missing_docs`.
fn client_docs(method: &Method) -> TokenStream {
    let attributes = &method.attributes.client;
    let summary = if attributes.iter().any(|attribute| attribute.path().is_ident("doc")) {
        None
    } else {
        let verb = if method.cast { "Casts" } else { "Calls" };
        let summary = format!(" {verb} `{}`.", method.name.value);
        Some(quote!(#[doc = #summary]))
    };
    quote!(#summary #(#attributes)*)
}

fn proxy(api: &Api, item: &ItemTrait, paths: &Paths) -> TokenStream {
    let Paths { proxy, from_core, client_core, api_descriptor, phantom, pin: any, .. } = paths;
    let client = names::client_at(item);
    let generics = generics::of_client_at(item, paths);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let (pin, other) = (paths.of_version(), names::local("Other"));
    let descriptor = descriptor::api(api, item, paths);
    let core = names::local("core");
    let endpoint = names::endpoint(item);
    let types: Vec<TokenStream> = item.generics.params.iter().map(generics::argument).collect();
    quote! {
        #[automatically_derived]
        impl #impl_generics #proxy for #client #arguments #clause {
            const API: #api_descriptor = #descriptor;
        }

        #[automatically_derived]
        impl #impl_generics #from_core for #client #arguments #clause {
            type Pin = #pin;
            type At<#other: #any> = #client<#(#types,)* #other>;

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
    let client = names::client_at(item);
    let generics = generics::with(&item.generics, &paths.of_version());
    let (impl_generics, arguments, _) = generics.split_for_impl();
    let formatter_name = names::local("f");
    let name = names::client(item).to_string();
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
