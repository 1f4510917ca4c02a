//! The implementation of `messaging::contract::ErrorSchema`, where `schema` asks for it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Member;
use syn::spanned::Spanned;

use super::generate::module;
use super::model::{Class, RemoteError};
use crate::codegen::{Paths, has_schemas, names};

pub(super) fn schema(error: &RemoteError<'_>, at: Span, paths: &Paths) -> TokenStream {
    let Paths { error_schema, error_classes, .. } = paths;
    let ident = names::ours(error.ident);
    let (impl_generics, arguments, clause) = error.generics.split_for_impl();
    let classes = error.classes.iter().map(|class| of_class(class, paths));
    let has_schemas = has_schemas(at, paths);
    let of_classes = names::local("classes");
    quote! {
        #[automatically_derived]
        impl #impl_generics #error_schema for #ident #arguments #clause {
            fn describe(#of_classes: &mut #error_classes<'_>) {
                #(#classes)*
            }
        }

        #has_schemas
    }
}

/// `classes.class(module, "Busy").kwarg::<String>("host", false)`, in steps.
fn of_class(class: &Class<'_>, paths: &Paths) -> TokenStream {
    let (classes, of_class) = (names::local("classes"), names::local("class"));
    let (name, module) = (&class.class, module(class, paths));
    let fields = class.fields.iter().filter(|field| !field.skip).map(|field| {
        let (ty, optional) = (field.ty, field.default.is_some());
        let at = names::ours_at(ty.span());
        match &field.member {
            Member::Named(_) => {
                let name = &field.name;
                quote_spanned!(at=> #of_class.kwarg::<#ty>(#name, #optional);)
            }
            Member::Unnamed(_) => quote_spanned!(at=> #of_class.arg::<#ty>(#optional);),
        }
    });
    quote! {
        {
            let #of_class = &mut #classes.class(#module, #name);
            #(#fields)*
        }
    }
}
