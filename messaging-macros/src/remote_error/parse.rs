//! `#[remote(..)]` on the type and on its variants.

use std::collections::{BTreeMap, BTreeSet};

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Fields, Ident, Item, ItemEnum, ItemStruct, LitStr, Member};

use super::model::{Class, Field, RemoteError};
use crate::diagnostics::Diagnostics;
use crate::parse::{Arguments, contains, default, text};

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
const NAME: &str = "the name of a field must not be empty; leave `rename` out for its own";
const MODULE: &str = "the module must not be empty; leave `module` out for that of the type";

fn of_enum<'a>(diagnostics: &Diagnostics, item: &'a ItemEnum) -> RemoteError<'a> {
    let known = ["module", "schema", "crate"];
    let mut arguments = Arguments::of_attributes(diagnostics, "remote", &known, &item.attrs);
    let root = arguments.take_crate(diagnostics).unwrap_or_default();
    let schema = arguments.take_flag_at(diagnostics, "schema");
    let module = module(diagnostics, &mut arguments);

    renamed_one_by_one(diagnostics, &item.attrs, "rename_all_fields");
    let mut seen = BTreeMap::new();
    let mut classes = Vec::new();
    for variant in &item.variants {
        let known = ["class", "module"];
        let mut own = Arguments::of_attributes(diagnostics, "remote", &known, &variant.attrs);
        renamed_one_by_one(diagnostics, &variant.attrs, "rename_all");
        let written = own.take_string(diagnostics, "class");
        let class = Class {
            variant: Some(&variant.ident),
            kind: &variant.fields,
            fields: fields(diagnostics, &variant.fields),
            class: class(diagnostics, written.as_ref(), &variant.ident),
            module: self::module(diagnostics, &mut own).or_else(|| module.clone()),
        };
        let wire = (class.module.clone(), class.class.clone());
        if class.class.is_empty() {
            continue;
        }
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
    RemoteError { ident: &item.ident, generics: &item.generics, root, schema, classes }
}

fn of_struct<'a>(diagnostics: &Diagnostics, item: &'a ItemStruct) -> RemoteError<'a> {
    let known = ["class", "module", "schema", "crate"];
    let mut arguments = Arguments::of_attributes(diagnostics, "remote", &known, &item.attrs);
    renamed_one_by_one(diagnostics, &item.attrs, "rename_all");
    let root = arguments.take_crate(diagnostics).unwrap_or_default();
    let schema = arguments.take_flag_at(diagnostics, "schema");
    let written = arguments.take_string(diagnostics, "class");
    let class = Class {
        variant: None,
        kind: &item.fields,
        fields: fields(diagnostics, &item.fields),
        class: class(diagnostics, written.as_ref(), &item.ident),
        module: module(diagnostics, &mut arguments),
    };
    RemoteError { ident: &item.ident, generics: &item.generics, root, schema, classes: vec![class] }
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

/// The module on the wire, which a Python service that passes an exception on marks as well.
fn module(diagnostics: &Diagnostics, arguments: &mut Arguments) -> Option<String> {
    let literal = arguments.take_string(diagnostics, "module")?;
    let module = text(diagnostics, &literal, MODULE)?;
    if module.ends_with("_Remote") {
        let message = "the suffix `_Remote` marks exceptions that were passed on; write another \
                       module";
        diagnostics.at(literal, message);
    }
    Some(module)
}

/// The fields, with what `#[serde(..)]` says of them: an exception has the arguments that a
/// reader of the type expects.
fn fields<'a>(diagnostics: &Diagnostics, fields: &'a Fields) -> Vec<Field<'a>> {
    let mut seen = BTreeSet::new();
    let mut read = Vec::new();
    for (member, field) in fields.members().zip(fields) {
        for attribute in field.attrs.iter().filter(|it| it.path().is_ident("remote")) {
            let message =
                "`#[remote(..)]` belongs on the type or on a variant; fields have `#[serde(..)]`";
            diagnostics.at(attribute, message);
        }
        let known = ["rename", "default", "skip"];
        let mut serde = Arguments::of_attributes(diagnostics, "serde", &known, &field.attrs);
        let own = match &member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        let renamed = serde.take_string(diagnostics, "rename");
        if let (Some(renamed), Member::Unnamed(_)) = (&renamed, &member) {
            diagnostics
                .at(renamed, "this argument goes by position; name the field, or remove this");
        }
        let span = renamed.as_ref().map_or_else(|| member.span(), LitStr::span);
        let name = renamed.map_or(own, |it| text(diagnostics, &it, NAME).unwrap_or_default());
        let skip = serde.take_flag(diagnostics, "skip");
        if !skip && !name.is_empty() && !seen.insert(name.clone()) {
            let message =
                format!("two fields travel as `{name}`: write another `#[serde(rename = \"..\")]`");
            diagnostics.at_span(span, message);
        }
        let default = default(diagnostics, &mut serde);
        read.push(Field { member, ty: &field.ty, name, skip, default });
    }
    read
}

/// Serde renames fields for a whole type; what an exception's arguments are called should not
/// differ from it in silence.
fn renamed_one_by_one(diagnostics: &Diagnostics, attributes: &[Attribute], key: &str) {
    for attribute in attributes.iter().filter(|it| it.path().is_ident("serde")) {
        if contains(&attribute.meta, key) {
            let message = format!(
                "`RemoteError` does not read `{key}`: write `#[serde(rename = \"..\")]` on each \
                 field"
            );
            diagnostics.at(attribute, message);
        }
    }
}
