//! From the model to tokens: one file per emitted item.

mod paths;
pub(crate) mod names;
pub(crate) mod generics;
mod api_trait;
pub(crate) mod defaults;
mod descriptor;
mod schemas;
mod pins;
mod client;
mod endpoint;
mod invoke;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, ItemTrait, Meta};

use crate::check::{self, Clash, Conditional};
use crate::model::{Api, Method};
use crate::parse::attributes;

pub(crate) use api_trait::lowered;
pub(crate) use paths::Paths;
pub(crate) use schemas::has_schemas;

/// What is generated, in order. The trait comes as it was understood, and as it was written.
pub(crate) fn api(api: &Api, item: ItemTrait, tokens: &TokenStream) -> TokenStream {
    let paths = Paths::for_trait(api.root.as_ref(), tokens);
    let (client, endpoint) =
        (client::declaration(&item, &paths), endpoint::declaration(&item, &paths));
    let apart = api.is_sound.then(|| endpoint::apart(&item, &paths));
    let passed = attributes::passed(&item.attrs, &["cfg", "allow", "expect"]);
    let (short, inside) = (paths::short(api.root.as_ref()), paths.inside());
    let client_impls = client::impls(api, &item, &inside);
    let endpoint_impls = endpoint::impls(api, &item, &inside);
    let clashes = clashes(&api.methods);
    let schemas = api.schema.map(|at| has_schemas(at, &inside));
    let of_deprecated = of_deprecated(api, &item);
    let api_trait = lowered(item, &paths);
    quote! {
        #api_trait
        #client
        #endpoint
        #apart

        // Nobody names an implementation, so one block holds them.
        #(#passed)*
        #of_deprecated
        const _: () = {
            #short
            #client_impls
            #endpoint_impls
            #(#clashes)*
            #schemas
        };
    }
}

/// Methods that must not both be there are left to the compiler where a `cfg` decides: it comes
/// upon the error only if it keeps both. A call would else reach the wrong one of them.
fn clashes(methods: &[Method]) -> Vec<TokenStream> {
    let of_params = methods.iter().flat_map(|method| {
        let clashes = check::param_clashes(method);
        let cfg = &method.attributes.cfg;
        clashes.iter().filter_map(|clash| clash_under_conditions(clash, cfg)).collect::<Vec<_>>()
    });
    let of_methods = check::clashes(methods);
    let of_methods = of_methods.iter().filter_map(|clash| clash_under_conditions(clash, &[]));
    of_methods.chain(of_params).collect()
}

fn clash_under_conditions<T: Conditional>(
    clash: &Clash<'_, T>,
    around: &[Attribute],
) -> Option<TokenStream> {
    let Clash { earlier, later, span, message } = clash;
    let cfgs = around.iter().chain(earlier.cfg()).chain(later.cfg());
    clash
        .is_conditional()
        .then(|| quote_spanned!(*span=> #(#cfgs)* ::core::compile_error!(#message);))
}

/// An endpoint serves what is deprecated too. Lints say nothing of generated code but this; and
/// only where it is needed, since a crate may forbid what it allows.
fn of_deprecated(api: &Api, item: &ItemTrait) -> Option<TokenStream> {
    let of_methods = api.methods.iter().flat_map(|method| &method.attributes.client);
    let mut attributes = item.attrs.iter().chain(of_methods);
    attributes
        .any(|attribute| attributes::applies(attribute, &["deprecated"]))
        .then(|| quote!(#[allow(deprecated)]))
}

/// The attributes of the trait that its types have as well.
fn of_types(item: &ItemTrait) -> Vec<Attribute> {
    let mut passed =
        attributes::passed(&item.attrs, &["cfg", "allow", "expect", "deprecated", "doc"]);
    // They have a documentation of their own, and are as hidden as the trait.
    passed.retain(
        |attribute| !matches!(&attribute.meta, Meta::NameValue(it) if it.path.is_ident("doc")),
    );
    passed
}
