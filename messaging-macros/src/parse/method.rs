//! `#[rpc(since, name, timeout, cast, idempotent)]` on a method, and the method itself.

use syn::ext::IdentExt;
use syn::{Attribute, Meta, TraitItemFn, Type, parse_quote};

use super::{Arguments, docs, literals, signature};
use crate::diagnostics::Diagnostics;
use crate::model::{At, Method, MethodAttributes};

const NAME: &str = "the name of a method must not be empty; leave `name` out for its own";

/// The method, or none if its signature cannot be one.
pub(super) fn method(diagnostics: &Diagnostics, item: &TraitItemFn) -> Option<Method> {
    let known = ["since", "name", "timeout", "cast", "idempotent"];
    let mut arguments = Arguments::of_attributes(diagnostics, "rpc", &known, &item.attrs);
    let since = arguments.take_string(diagnostics, "since");
    let name = arguments.take_string(diagnostics, "name");
    let timeout = arguments.take_string(diagnostics, "timeout");
    let cast = arguments.take_flag(diagnostics, "cast");
    let idempotent = arguments.take_flag(diagnostics, "idempotent");

    let name = match name {
        Some(literal) => {
            At { value: literals::text(diagnostics, &literal, NAME)?, span: literal.span() }
        }
        None => At { value: item.sig.ident.unraw().to_string(), span: item.sig.ident.span() },
    };
    let output = signature::output(diagnostics, &item.sig);
    if cast && !is_unit(&output) {
        diagnostics.at(
            &item.sig.output,
            "a cast has no reply, so it returns nothing; remove the return type, or `cast`",
        );
    }
    let (context, params) = signature::inputs(diagnostics, item)?;
    Some(Method {
        ident: item.sig.ident.clone(),
        attributes: attributes(&item.attrs),
        docs: docs(&item.attrs),
        name,
        since: since.and_then(|literal| literals::version(diagnostics, &literal)),
        timeout: timeout.and_then(|literal| literals::duration(diagnostics, &literal)),
        cast,
        idempotent,
        blocking: item.sig.asyncness.is_none(),
        context,
        params,
        output,
    })
}

/// The attributes that go further than the trait. Whatever is not named here stays where the
/// user put it.
fn attributes(attributes: &[Attribute]) -> MethodAttributes {
    let named = |attribute: &&Attribute, names: &[&str]| {
        names.iter().any(|name| attribute.path().is_ident(name))
    };
    let cfg = attributes.iter().filter(|it| named(it, &["cfg"])).cloned().collect();
    let client =
        attributes.iter().filter(|it| named(it, &["doc", "deprecated", "allow", "expect"]));
    MethodAttributes { cfg, client: client.map(without_expectation).collect() }
}

/// `expect` becomes `allow`: what the user expects of the trait need not happen in what is made
/// of it.
pub(crate) fn without_expectation(attribute: &Attribute) -> Attribute {
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("expect") => {
            let lints = &list.tokens;
            parse_quote!(#[allow(#lints)])
        }
        _ => attribute.clone(),
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}
