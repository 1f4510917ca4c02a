//! `#[rpc(since)]` and `#[serde(rename, default)]` on a parameter, and the parameter itself.

use syn::ext::IdentExt;
use syn::{Attribute, PatType, Type};

use super::{Arguments, literals, signature};
use crate::diagnostics::Diagnostics;
use crate::model::{At, Param, ParamDefault};

const NAME: &str = "the name of a parameter must not be empty; leave `rename` out for its own";

/// The parameter, or none if it has no name.
pub(super) fn param(diagnostics: &Diagnostics, input: &PatType) -> Option<Param> {
    let mut rpc = Arguments::of_attributes(diagnostics, "rpc", &["since"], &input.attrs);
    let mut serde =
        Arguments::of_attributes(diagnostics, "serde", &["rename", "default"], &input.attrs);
    no_cfg(diagnostics, &input.attrs);
    travels(diagnostics, &input.ty);

    let since = rpc.take_string(diagnostics, "since");
    let rename = serde.take_string(diagnostics, "rename");
    let ident = signature::name(diagnostics, input)?.clone();
    let name = match rename {
        Some(literal) => {
            At { value: literals::text(diagnostics, &literal, NAME)?, span: literal.span() }
        }
        None => At { value: ident.unraw().to_string(), span: ident.span() },
    };
    Some(Param {
        ident,
        ty: (*input.ty).clone(),
        name,
        since: since.and_then(|literal| literals::version(diagnostics, &literal)),
        default: default(diagnostics, &mut serde),
    })
}

/// A `cfg` on one parameter would give the two sides different methods of one name.
pub(super) fn no_cfg(diagnostics: &Diagnostics, attributes: &[Attribute]) {
    for attribute in attributes {
        if ["cfg", "cfg_attr"].iter().any(|name| attribute.path().is_ident(name)) {
            diagnostics.at(attribute, "a parameter has no `cfg`; put it on the method");
        }
    }
}

fn default(diagnostics: &Diagnostics, serde: &mut Arguments) -> Option<ParamDefault> {
    let argument = serde.take("default")?;
    if !argument.has_value() {
        return Some(ParamDefault::OfType);
    }
    let literal = argument.string(diagnostics)?;
    let path = "the path of a function, such as `default = \"Vec::new\"`";
    literals::quoted(diagnostics, &literal, path).map(ParamDefault::Function)
}

fn travels(diagnostics: &Diagnostics, ty: &Type) {
    if let Type::Reference(reference) = ty {
        let message = match owned(&reference.elem) {
            Some(owned) => format!("arguments travel by value; write `{owned}`"),
            None => "arguments travel by value; write an owned type".to_owned(),
        };
        diagnostics.at(ty, message);
    } else if signature::contains(ty, "impl") {
        diagnostics.at(ty, "a remote method cannot be generic; name the type");
    }
    signature::no_self(diagnostics, ty);
}

/// What to write for a reference to `ty`. It words a message, and decides nothing.
fn owned(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) if path.path.is_ident("str") => Some("String".to_owned()),
        Type::Path(path) => {
            path.path.segments.last().map(|last| quote::ToTokens::to_token_stream(last).to_string())
        }
        Type::Slice(_) => Some("Vec<..>".to_owned()),
        _ => None,
    }
}
