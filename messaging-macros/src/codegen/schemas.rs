//! What tells the types of all that travels, where the key `schema` asks for it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{Paths, names};
use crate::model::{Api, Method};

/// `.__with_schemas(..)`, for the descriptor.
pub(super) fn written(api: &Api) -> Option<TokenStream> {
    // Beside errors there may be types that are none.
    api.schema.filter(|_| api.is_sound)?;
    let writer = names::local("schemas");
    let methods = api.methods.iter().map(of_method);
    Some(quote!(.__with_schemas(|#writer| { #(#methods)* })))
}

fn of_method(method: &Method) -> TokenStream {
    let writer = names::local("schemas");
    let of_method = names::local("method");
    let cfg = &method.attributes.cfg;
    let name = &method.name.value;
    let params = method.params.iter().map(|param| {
        let (cfg, name, ty) = (&param.cfg, &param.name.value, &param.ty);
        quote_spanned!(names::ours_at(param.ty_span)=> #(#cfg)* #of_method.param::<#ty>(#name);)
    });
    let output = &method.output;
    let at = names::ours_at(method.output_span);
    let reply = (!method.cast).then(|| quote_spanned!(at=> #of_method.reply::<#output>();));
    quote! {
        #(#cfg)*
        {
            let #of_method = &mut #writer.method(#name);
            #(#params)*
            #reply
        }
    }
}

/// Says that the feature is missing, where it is.
pub(crate) fn has_schemas(at: Span, paths: &Paths) -> TokenStream {
    const MISSING: &str = "`schema` needs the feature `schema` of the crate `messaging`: add it to \
                           the `features` of that dependency in Cargo.toml, or remove the key";
    let has_schemas = paths.has_schemas.placed(at);
    quote_spanned!(names::ours_at(at)=> const _: () = ::core::assert!(#has_schemas, #MISSING);)
}
