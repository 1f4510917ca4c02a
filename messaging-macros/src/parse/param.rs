//! `#[rpc(since)]` and `#[serde(rename, default)]` on a parameter, and the parameter itself.

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, ExprPath, Ident, PatType, Type};

use super::{Arguments, attributes, literals, signature, types};
use crate::diagnostics::Diagnostics;
use crate::model::{At, Param, ParamDefault};

const NAME: &str = "the name of a parameter must not be empty; leave `rename` out for its own";

/// The parameter, as far as it was understood.
pub(super) fn param(diagnostics: &Diagnostics, input: &PatType) -> Param {
    let mut rpc = Arguments::of_attributes(diagnostics, "rpc", &["since"], &input.attrs);
    let mut serde =
        Arguments::of_attributes(diagnostics, "serde", &["rename", "default"], &input.attrs);
    not_under_a_condition(diagnostics, &input.attrs);
    travels(diagnostics, &input.ty);

    let since = rpc.take_string(diagnostics, "since");
    let rename = serde.take_string(diagnostics, "rename");
    let ident = signature::name(diagnostics, input);
    let name = match (rename, &ident) {
        (Some(literal), _) => At {
            value: literals::text(diagnostics, &literal, NAME).unwrap_or_default(),
            span: literal.span(),
        },
        (None, Some(ident)) => At { value: ident.unraw().to_string(), span: ident.span() },
        (None, None) => At { value: String::new(), span: input.pat.span() },
    };
    Param {
        cfg: attributes::passed(&input.attrs, &["cfg"]),
        ident: ident.unwrap_or_else(|| Ident::new("_", input.pat.span())),
        ty: (*input.ty).clone(),
        ty_span: input.ty.span(),
        name,
        since: since.and_then(|literal| literals::version(diagnostics, &literal)),
        default: default(diagnostics, &mut serde),
    }
}

fn not_under_a_condition(diagnostics: &Diagnostics, attributes: &[Attribute]) {
    for attribute in attributes {
        let Some(ours) = ["rpc", "serde"]
            .into_iter()
            .find(|name| attributes::applies_conditionally(attribute, &[name]))
        else {
            continue;
        };
        let message = format!(
            "`#[rpc_api]` reads `{ours}(..)` before conditions are decided: write the parameter \
             twice, each under a `#[cfg(..)]`"
        );
        diagnostics.at(attribute, message);
    }
}

/// `default`, or `default = "path"`.
pub(crate) fn default(diagnostics: &Diagnostics, serde: &mut Arguments) -> Option<ParamDefault> {
    let argument = serde.take("default")?;
    if !argument.has_value() {
        return Some(ParamDefault::OfType);
    }
    let literal = argument.string(diagnostics)?;
    let example = "the path of a function, such as `default = \"Vec::new\"`";
    let path: ExprPath = literals::quoted(diagnostics, &literal, example)?;
    if types::contains(&path, "Self") {
        let message = "`Self` is another type on the other side: write the path of a function \
                       outside of the trait";
        diagnostics.at(&literal, message);
    }
    Some(ParamDefault::Function(path))
}

fn travels(diagnostics: &Diagnostics, ty: &Type) {
    if types::is_plain(ty) {
        return;
    }
    if let Type::Reference(reference) = types::peeled(ty) {
        let message = match owned(&reference.elem) {
            Some(owned) => format!("arguments travel by value; write `{owned}`"),
            None => "arguments travel by value; write an owned type".to_owned(),
        };
        diagnostics.at(ty, message);
    } else if types::contains(ty, "impl") {
        diagnostics.at(ty, "a remote method cannot be generic; name the type");
    } else if types::borrows(ty) {
        diagnostics.at(ty, "arguments travel by value; write a type without references");
    }
    types::no_self(diagnostics, ty);
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
