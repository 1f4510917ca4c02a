//! The implementation of `messaging::RemoteError`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Fields, Ident, Member};

use super::model::{Class, Field, RemoteError};
use super::schema;
use crate::codegen::{Paths, defaults, names};

pub(crate) fn generate(error: &RemoteError<'_>) -> TokenStream {
    let RemoteError { generics, classes, .. } = error;
    let ident = names::ours(error.ident);
    let paths = Paths::new(error.root.as_ref());
    let Paths { remote_error, failure, option, none, .. } = &paths;
    let (impl_generics, arguments, clause) = generics.split_for_impl();
    let received = names::local("failure");
    let own_module = own_module(error, &paths);
    let to_failure = to_failure(error, &paths);
    let schema = error.schema.map(|at| schema::schema(error, at, &paths));
    let from_failure = classes.iter().map(|class| from_failure(class, &paths));
    quote! {
        #[automatically_derived]
        impl #impl_generics #remote_error for #ident #arguments #clause {
            fn to_failure(&self) -> #failure {
                #to_failure
            }

            fn from_failure(#received: &#failure) -> #option<Self> {
                #(#from_failure)*
                #none
            }
        }

        #own_module
        #schema
    }
}

/// The path of a module is not known here, so the compiler sees to it that it is one that a
/// client recognises.
fn own_module(error: &RemoteError<'_>, paths: &Paths) -> Option<TokenStream> {
    const MARKED: &str = "the name of this module ends in `_Remote`, which marks exceptions that \
                          were passed on: write `#[remote(module = \"..\")]` on the error";
    let Paths { is_own_module, .. } = paths;
    let at = names::ours_at(error.ident.span());
    let is_used = error.classes.iter().any(|class| class.module.is_none());
    is_used.then(|| {
        quote_spanned! {at=>
            const _: () = ::core::assert!(#is_own_module(::core::module_path!()), #MARKED);
        }
    })
}

fn to_failure(error: &RemoteError<'_>, paths: &Paths) -> TokenStream {
    if error.classes.is_empty() {
        return quote!(match *self {});
    }
    // Where there is no `Display`, the type is the place to point at.
    let at = names::ours_at(error.ident.span());
    let text = paths.message.placed(error.ident.span());
    let message = names::local("message");
    let arms = error.classes.iter().map(|class| {
        let pattern = constructor(class);
        let fields =
            fields(class).map(
                |(bound, Field { member, skip, .. })| {
                    if *skip { quote!(#member: _) } else { quote!(#member: #bound) }
                },
            );
        let made = made(class, paths);
        quote!(#pattern { #(#fields),* } => #made,)
    });
    let text = quote_spanned!(at=> #text(self));
    quote! {
        let #message = #text;
        match self { #(#arms)* }
    }
}

/// The failure of one class. From its fields a Python caller rebuilds the exception, by position
/// or by name; where there are none, from the text alone, as for most exceptions of Python.
fn made(class: &Class<'_>, paths: &Paths) -> TokenStream {
    let Paths { failure, positional, named, .. } = paths;
    let (name, module) = (&class.class, module(class, paths));
    let message = names::local("message");
    let made = quote!(#failure::new(#module, #name, #message));
    let travelling = fields(class).filter(|(_, field)| !field.skip);
    match class.kind {
        Fields::Unit => made,
        Fields::Unnamed(_) => {
            let values = travelling.map(|(bound, field)| to_value(&bound, field, paths));
            quote!(#positional(#made, [#(#values),*]))
        }
        Fields::Named(_) => {
            let pairs = travelling.map(|(bound, field)| {
                let (key, value) = (&field.name, to_value(&bound, field, paths));
                quote!((#key, #value))
            });
            quote!(#named(#made, [#(#pairs),*]))
        }
    }
}

fn to_value(bound: &Ident, field: &Field<'_>, paths: &Paths) -> TokenStream {
    let at = field.ty.span();
    let to_value = paths.to_value.placed(at);
    quote_spanned!(names::ours_at(at)=> #to_value(#bound))
}

/// The test for one class. A class that fits with fields that do not is not this type's.
fn from_failure(class: &Class<'_>, paths: &Paths) -> TokenStream {
    let Paths { some, .. } = paths;
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
    let mut position = 0_usize;
    let fields = class.fields.iter().map(|field| {
        let member = &field.member;
        if field.skip {
            return left_out(field, paths);
        }
        let given = match member {
            Member::Named(_) => {
                let key = &field.name;
                quote!(#failure.kwargs.get(#key))
            }
            Member::Unnamed(_) => quote!(#failure.args.get(#position)),
        };
        position += 1;
        taken(field, &given, paths)
    });
    let fields: Vec<_> = fields.collect();
    quote! {
        if #failure.is(#module, #name) {
            return #some(#constructor { #(#fields),* });
        }
    }
}

/// `member: field::<Type>(given)?`
fn taken(field: &Field<'_>, given: &TokenStream, paths: &Paths) -> TokenStream {
    let Field { member, ty, default, .. } = field;
    if default.is_some() {
        let field_or = paths.field_or.placed(ty.span());
        let default = defaults::of_type(ty.span(), default.as_ref(), paths);
        quote!(#member: #field_or::<#ty>(#given, #default)?)
    } else {
        let taken = paths.field.placed(ty.span());
        quote!(#member: #taken::<#ty>(#given)?)
    }
}

/// `member: left_out::<Type>(default)`
fn left_out(field: &Field<'_>, paths: &Paths) -> TokenStream {
    let Field { member, ty, default, .. } = field;
    let left_out = paths.left_out.placed(ty.span());
    let default = defaults::of_type(ty.span(), default.as_ref(), paths);
    quote!(#member: #left_out::<#ty>(#default))
}

/// An expression for the module on the wire.
pub(super) fn module(class: &Class<'_>, paths: &Paths) -> TokenStream {
    let Paths { module, .. } = paths;
    match &class.module {
        Some(written) => written.to_token_stream(),
        None => quote!(#module(::core::module_path!())),
    }
}

/// `Self::Variant` or `Self`; with braces it is a pattern and an expression for any fields.
fn constructor(class: &Class<'_>) -> TokenStream {
    match class.variant {
        Some(variant) => {
            let variant = names::ours(variant);
            quote!(Self::#variant)
        }
        None => quote!(Self),
    }
}

/// The fields, with a variable for each.
fn fields<'a, 'b>(class: &'b Class<'a>) -> impl Iterator<Item = (Ident, &'b Field<'a>)> {
    class.fields.iter().enumerate().map(|(position, field)| {
        (names::local_at(&format!("field_{position}"), field.ty.span()), field)
    })
}
