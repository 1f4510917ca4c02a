//! What stands beside errors: an implementation that never runs, so that the methods which
//! return the error do not complain as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Ident, Item, Path};

use crate::codegen::Paths;

pub(crate) fn fallback(error: Option<syn::Error>, root: Option<&Path>, item: &Item) -> TokenStream {
    let error = error.map(syn::Error::into_compile_error);
    let (ident, generics): (&Ident, &Generics) = match item {
        Item::Enum(item) => (&item.ident, &item.generics),
        Item::Struct(item) => (&item.ident, &item.generics),
        Item::Union(item) => (&item.ident, &item.generics),
        _ => return quote!(#error),
    };
    let Paths { remote_error, failure, option, none, .. } = &Paths::new(root);
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    quote! {
        #error

        #[automatically_derived]
        impl #impl_generics #remote_error for #ident #arguments #clause {
            fn to_failure(&self) -> #failure {
                #failure::new("", "", "")
            }

            fn from_failure(_: &#failure) -> #option<Self> {
                #none
            }
        }
    }
}
