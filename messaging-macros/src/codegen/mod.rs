//! From the model to tokens: one file per emitted item.

mod paths;
pub(crate) mod names;
pub(crate) mod generics;
mod api_trait;
mod descriptor;
mod client;
mod endpoint;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, ItemTrait};

use crate::check;
use crate::model::{Api, Method};
use crate::parse::without_expectation;

pub(crate) use api_trait::lowered;
pub(crate) use paths::Paths;

/// What is generated, in order.
pub(crate) fn api(api: &Api, item: ItemTrait) -> TokenStream {
    let paths = Paths::new(api.root.as_ref());
    let (client, endpoint) =
        (client::declaration(&item, &paths), endpoint::declaration(&item, &paths));
    let passed = passed(&item, &["cfg", "allow", "expect"]);
    let lints = lints();
    let client_impls = client::impls(api, &item, &paths);
    let endpoint_impls = endpoint::impls(api, &item, &paths);
    let clashes = clashes(&api.methods);
    let api_trait = lowered(item, &paths);
    quote! {
        #api_trait
        #client
        #endpoint

        // Nobody names an implementation, so one block holds them, and their lints.
        #(#passed)*
        #lints
        const _: () = {
            #client_impls
            #endpoint_impls
            #(#clashes)*
        };
    }
}

/// Methods that must not both be there are left to the compiler where a `cfg` decides: it comes
/// upon the error only if it keeps both. A call would else reach the wrong one of them.
fn clashes(methods: &[Method]) -> Vec<TokenStream> {
    let clashes = check::clashes(methods);
    let conditional = clashes.iter().filter(|clash| clash.is_conditional());
    let errors = conditional.map(|check::Clash { earlier, later, span, message }| {
        let cfgs = earlier.attributes.cfg.iter().chain(&later.attributes.cfg);
        quote_spanned!(*span=> #(#cfgs)* ::core::compile_error!(#message);)
    });
    errors.collect()
}

/// The attributes of the trait that go to what is made of it as well.
fn passed(item: &ItemTrait, names: &[&str]) -> Vec<Attribute> {
    let named = |it: &&Attribute| names.iter().any(|name| it.path().is_ident(name));
    item.attrs.iter().filter(named).map(without_expectation).collect()
}

/// What lints say of generated code is no use to the user, who cannot change it.
fn lints() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            deprecated,
            non_camel_case_types,
            unreachable_pub,
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            clippy::restriction
        )]
    }
}
