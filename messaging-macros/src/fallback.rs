//! What stands beside errors, so that one mistake gives one message: the trait without our
//! attributes, and the names that the macro would have made.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemTrait, TraitItem};

use crate::codegen::{Paths, generics, lowered, names};

/// For an item that is no trait: it stays as it is.
pub(crate) fn unchanged(error: &syn::Error, item: TokenStream) -> TokenStream {
    let mut output = error.to_compile_error();
    output.extend(item);
    output
}

/// For a trait with mistakes.
pub(crate) fn api(error: Option<syn::Error>, mut item: ItemTrait) -> TokenStream {
    let error = error.map(syn::Error::into_compile_error);
    let paths = Paths::new(None);
    for item in &mut item.items {
        if let TraitItem::Fn(method) = item {
            // The compiler does not take these in a trait, and would say so once more.
            method.sig.constness = None;
            method.sig.variadic = None;
        }
    }
    let types = empty_types(&item, &paths);
    let api_trait = lowered(item, &paths);
    quote! {
        #error
        #api_trait
        #types
    }
}

/// `XClient` and `XEndpoint` with nothing in them. They name nothing of the runtime crate, whose
/// path may be what is wrong.
fn empty_types(item: &ItemTrait, paths: &Paths) -> TokenStream {
    let visibility = &item.vis;
    let (client, endpoint) = (names::client(item), names::endpoint(item));
    let of_client = generics::unbounded(&item.generics);
    let of_endpoint = generics::with(&item.generics, &names::implementation(item));
    let held_by_client = generics::phantom(&of_client, paths);
    let held_by_endpoint = generics::phantom(&of_endpoint, paths);
    quote! {
        #[allow(dead_code, missing_debug_implementations, missing_docs, non_camel_case_types)]
        #visibility struct #client #of_client(#held_by_client);

        #[allow(dead_code, missing_debug_implementations, missing_docs, non_camel_case_types)]
        #visibility struct #endpoint #of_endpoint(#held_by_endpoint);
    }
}
