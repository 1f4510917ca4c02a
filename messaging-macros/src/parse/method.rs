//! `#[rpc(since, name, timeout, cast, idempotent, no_cancel)]` on a method, and the method itself.

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, TraitItemFn, Type};

use super::{Arguments, attributes, docs, literals, signature, types};
use crate::diagnostics::Diagnostics;
use crate::model::{At, Method, MethodAttributes};

const NAME: &str = "the name of a method must not be empty; leave `name` out for its own";

/// The method, as far as it was understood.
pub(super) fn method(diagnostics: &Diagnostics, item: &TraitItemFn) -> Method {
    let known = ["since", "name", "timeout", "cast", "idempotent", "no_cancel"];
    let mut arguments = Arguments::of_attributes(diagnostics, "rpc", &known, &item.attrs);
    let since = arguments.take_string(diagnostics, "since");
    let name = arguments.take_string(diagnostics, "name");
    let timeout = arguments.take_string(diagnostics, "timeout");
    let cast = arguments.take_flag(diagnostics, "cast");
    let idempotent = arguments.take_flag(diagnostics, "idempotent");
    let no_cancel = arguments.take_flag(diagnostics, "no_cancel");
    not_under_a_condition(diagnostics, &item.attrs);

    let name = match name {
        Some(literal) => At {
            value: literals::text(diagnostics, &literal, NAME).unwrap_or_default(),
            span: literal.span(),
        },
        None => At { value: item.sig.ident.unraw().to_string(), span: item.sig.ident.span() },
    };
    let output = signature::output(diagnostics, &item.sig);
    if cast && !is_unit(&output) {
        diagnostics.at(
            &item.sig.output,
            "a cast has no reply, so it returns nothing; remove the return type, or `cast`",
        );
    }
    let (context, params) = signature::inputs(diagnostics, item);
    Method {
        ident: item.sig.ident.clone(),
        generics: item.sig.generics.clone(),
        attributes: MethodAttributes {
            cfg: attributes::passed(&item.attrs, &["cfg"]),
            client: attributes::passed(&item.attrs, &["doc", "deprecated", "allow", "expect"]),
        },
        docs: docs(&item.attrs),
        name,
        since: since.and_then(|literal| literals::version(diagnostics, &literal)),
        timeout: timeout.and_then(|literal| literals::duration(diagnostics, &literal)),
        cast,
        idempotent,
        no_cancel,
        blocking: item.sig.asyncness.is_none(),
        context,
        params,
        output_span: output.span(),
        output,
    }
}

fn not_under_a_condition(diagnostics: &Diagnostics, attributes: &[Attribute]) {
    for attribute in attributes {
        if attributes::applies_conditionally(attribute, &["rpc"]) {
            diagnostics.at(
                attribute,
                "`#[rpc_api]` reads `rpc(..)` before conditions are decided: write the method \
                 twice, each under a `#[cfg(..)]`",
            );
        }
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(types::peeled(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}
