//! What stands beside errors: an implementation that never runs, so that the methods which
//! return the error do not complain as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Ident, Item};

use super::model::RemoteError;
use crate::codegen::Paths;

pub(crate) fn fallback(
    error: Option<syn::Error>,
    model: Option<&RemoteError<'_>>,
    item: &Item,
) -> TokenStream {
    let root = model.and_then(|model| model.root.as_ref());
    let has_schema = model.is_some_and(|model| model.schema.is_some());
    let error = error.map(syn::Error::into_compile_error);
    let (ident, generics): (&Ident, &Generics) = match item {
        Item::Enum(item) => (&item.ident, &item.generics),
        Item::Struct(item) => (&item.ident, &item.generics),
        Item::Union(item) => (&item.ident, &item.generics),
        _ => return quote!(#error),
    };
    let paths = Paths::new(root);
    let Paths { remote_error, failure, option, none, error_schema, error_classes, .. } = &paths;
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let schema = has_schema.then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #error_schema for #ident #arguments #clause {
                fn describe(_: &mut #error_classes<'_>) {}
            }
        }
    });
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

        #schema
    }
}
