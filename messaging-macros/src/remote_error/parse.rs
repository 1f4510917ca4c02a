//! `#[remote(..)]` on the type and on its variants.

use std::collections::BTreeMap;

use syn::ext::IdentExt;
use syn::{Attribute, Fields, Ident, Item, ItemEnum, ItemStruct, LitStr};

use super::model::{Class, RemoteError};
use crate::diagnostics::Diagnostics;
use crate::parse::{Arguments, text};

pub(crate) fn parse<'a>(diagnostics: &Diagnostics, item: &'a Item) -> Option<RemoteError<'a>> {
    match item {
        Item::Enum(item) => Some(of_enum(diagnostics, item)),
        Item::Struct(item) => Some(of_struct(diagnostics, item)),
        other => {
            let message = "`RemoteError` is derived for enums and structs; a union does not tell \
                           which field it holds";
            diagnostics.at(other, message);
            None
        }
    }
}

const CLASS: &str = "the class must not be empty; leave `class` out for the name of the type";
const MODULE: &str = "the module must not be empty; leave `module` out for that of the type";

fn of_enum<'a>(diagnostics: &Diagnostics, item: &'a ItemEnum) -> RemoteError<'a> {
    let known = ["crate", "module"];
    let mut arguments = Arguments::of_attributes(diagnostics, "remote", &known, &item.attrs);
    let root = arguments.take_crate(diagnostics);
    let module = module(diagnostics, &mut arguments);

    let mut seen = BTreeMap::new();
    let mut classes = Vec::new();
    for variant in &item.variants {
        let known = ["class", "module"];
        let mut own = Arguments::of_attributes(diagnostics, "remote", &known, &variant.attrs);
        no_attributes_on(diagnostics, &variant.fields);
        let written = own.take_string(diagnostics, "class");
        let class = Class {
            variant: Some(&variant.ident),
            fields: &variant.fields,
            class: class(diagnostics, written.as_ref(), &variant.ident),
            module: self::module(diagnostics, &mut own).or_else(|| module.clone()),
        };
        let wire = (class.module.clone(), class.class.clone());
        if let Some(earlier) = seen.insert(wire, &variant.ident) {
            let message = format!(
                "`{earlier}` and `{}` are both the class `{}` of one module, so a client could \
                 not tell them apart: write another `#[remote(class = \"..\")]`",
                variant.ident, class.class
            );
            let span = written.map_or_else(|| variant.ident.span(), |literal| literal.span());
            diagnostics.at_span(span, message);
        }
        classes.push(class);
    }
    RemoteError { ident: &item.ident, generics: &item.generics, root, classes }
}

fn of_struct<'a>(diagnostics: &Diagnostics, item: &'a ItemStruct) -> RemoteError<'a> {
    let known = ["crate", "class", "module"];
    let mut arguments = Arguments::of_attributes(diagnostics, "remote", &known, &item.attrs);
    no_attributes_on(diagnostics, &item.fields);
    let root = arguments.take_crate(diagnostics);
    let written = arguments.take_string(diagnostics, "class");
    let class = Class {
        variant: None,
        fields: &item.fields,
        class: class(diagnostics, written.as_ref(), &item.ident),
        module: module(diagnostics, &mut arguments),
    };
    RemoteError { ident: &item.ident, generics: &item.generics, root, classes: vec![class] }
}

/// The class on the wire. A Python service that passes an exception on adds `_Remote` to its
/// class, which is taken off again (wire document, section 11), so no class can end in it.
fn class(diagnostics: &Diagnostics, written: Option<&LitStr>, ident: &Ident) -> String {
    let (class, span) = match written {
        Some(literal) => (text(diagnostics, literal, CLASS).unwrap_or_default(), literal.span()),
        None => (ident.unraw().to_string(), ident.span()),
    };
    if class.ends_with("_Remote") {
        let message = "the suffix `_Remote` marks exceptions that were passed on; write another \
                       `#[remote(class = \"..\")]`";
        diagnostics.at_span(span, message);
    }
    class
}

fn module(diagnostics: &Diagnostics, arguments: &mut Arguments) -> Option<String> {
    let literal = arguments.take_string(diagnostics, "module")?;
    text(diagnostics, &literal, MODULE)
}

fn no_attributes_on(diagnostics: &Diagnostics, fields: &Fields) {
    let ours = |attribute: &&Attribute| attribute.path().is_ident("remote");
    for attribute in fields.iter().flat_map(|field| &field.attrs).filter(ours) {
        let message = "`#[remote(..)]` belongs on the type or on a variant; fields have no options";
        diagnostics.at(attribute, message);
    }
}
