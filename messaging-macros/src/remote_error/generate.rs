//! The implementation of `messaging::RemoteError`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Field, Fields, Ident, Member};

use super::model::{Class, RemoteError};
use crate::codegen::{Paths, names};

pub(crate) fn generate(error: &RemoteError<'_>) -> TokenStream {
    let RemoteError { ident, generics, classes, .. } = error;
    let paths = Paths::new(error.root.as_ref());
    let Paths { remote_error, failure, option, none, .. } = &paths;
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let received = names::local("failure");
    let to_failure = to_failure(error, &paths);
    let from_failure = classes.iter().map(|class| from_failure(class, &paths));
    quote! {
        #[automatically_derived]
        #[allow(deprecated, clippy::all, clippy::nursery, clippy::pedantic, clippy::restriction)]
        impl #impl_generics #remote_error for #ident #arguments #clause {
            fn to_failure(&self) -> #failure {
                #to_failure
            }

            #[allow(unused_variables)]
            fn from_failure(#received: &#failure) -> #option<Self> {
                #(#from_failure)*
                #none
            }
        }
    }
}

fn to_failure(error: &RemoteError<'_>, paths: &Paths) -> TokenStream {
    if error.classes.is_empty() {
        return quote!(match *self {});
    }
    let Paths { to_string, .. } = paths;
    let message = names::local("message");
    // Where there is no `Display`, the type is the place to point at.
    let text = quote_spanned!(names::ours_at(error.ident.span())=> #to_string(self));
    let arms = error.classes.iter().map(|class| {
        let pattern = constructor(class);
        let fields = fields(class).map(|(member, bound, _)| quote!(#member: #bound));
        let made = made(class, paths);
        quote!(#pattern { #(#fields),* } => #made,)
    });
    quote! {
        let #message = #text;
        match self { #(#arms)* }
    }
}

/// The failure of one class. From its fields a Python caller rebuilds the exception, by position
/// or by name; where there are none, from the text alone, as for most exceptions of Python.
fn made(class: &Class<'_>, paths: &Paths) -> TokenStream {
    let Paths { failure, vec, string, .. } = paths;
    let (name, module) = (&class.class, module(class, paths));
    let message = names::local("message");
    let made = quote!(#failure::new(#module, #name, #message));
    match class.fields {
        Fields::Unit => made,
        Fields::Unnamed(_) => {
            let values = fields(class).map(|(_, bound, field)| to_value(&bound, field, paths));
            quote!(#made.with_args(#vec![#(#values),*]))
        }
        Fields::Named(_) => {
            let pairs = fields(class).map(|(member, bound, field)| {
                let key = wire_name(&member);
                let value = to_value(&bound, field, paths);
                quote!((<#string as ::core::convert::From<&str>>::from(#key), #value))
            });
            quote! {
                #made.with_args(#vec![]).with_kwargs(
                    ::core::iter::Iterator::collect(
                        ::core::iter::IntoIterator::into_iter([#(#pairs),*])
                    )
                )
            }
        }
    }
}

fn to_value(bound: &Ident, field: &Field, paths: &Paths) -> TokenStream {
    let at = field.ty.span();
    let to_value = names::placed(&paths.to_value, at);
    quote_spanned!(names::ours_at(at)=> #to_value(#bound))
}

/// The test for one class. A class that fits with fields that do not is not this type's.
fn from_failure(class: &Class<'_>, paths: &Paths) -> TokenStream {
    let Paths { from_value, some, .. } = paths;
    let name = &class.class;
    let module = match &class.module {
        Some(written) => quote!(#written),
        None => {
            let module = module(class, paths);
            quote!(&#module)
        }
    };
    let failure = names::local("failure");
    let constructor = constructor(class);
    let fields = fields(class).enumerate().map(|(position, (member, _, field))| {
        let value = match &member {
            Member::Named(_) => {
                let key = wire_name(&member);
                quote!(#failure.kwargs.get(#key)?)
            }
            Member::Unnamed(_) => quote!(#failure.args.get(#position)?),
        };
        let ty = &field.ty;
        quote!(#member: #from_value::<#ty>(#value)?)
    });
    quote! {
        if #failure.is(#module, #name) {
            return #some(#constructor { #(#fields),* });
        }
    }
}

/// An expression for the module on the wire.
fn module(class: &Class<'_>, paths: &Paths) -> TokenStream {
    let Paths { module, .. } = paths;
    match &class.module {
        Some(written) => written.to_token_stream(),
        None => quote!(#module(::core::module_path!())),
    }
}

/// `Self::Variant` or `Self`; with braces it is a pattern and an expression for any fields.
fn constructor(class: &Class<'_>) -> TokenStream {
    match class.variant {
        Some(variant) => quote!(Self::#variant),
        None => quote!(Self),
    }
}

/// The fields, with a variable for each.
fn fields<'a>(class: &Class<'a>) -> impl Iterator<Item = (Member, Ident, &'a Field)> {
    class.fields.members().zip(class.fields).enumerate().map(|(position, (member, field))| {
        (member, names::local_at(&format!("field_{position}"), field.ty.span()), field)
    })
}

fn wire_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
