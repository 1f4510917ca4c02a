//! `key = value, flag, ..`: the grammar that all our attributes share.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Ident, LitStr, Meta, Path};

use crate::diagnostics::Diagnostics;

/// The arguments of one attribute, or of several of one name.
pub(crate) struct Arguments {
    list: Vec<Argument>,
    /// The keys that were reported for what follows them.
    malformed: Vec<Ident>,
}

/// One `key`, or `key = value`.
pub(crate) struct Argument {
    key: Ident,
    value: Option<TokenStream>,
}

impl Arguments {
    /// Reads what stands between the parentheses of `#[place(..)]`. Keys that are not `known`,
    /// or that come a second time, are reported and left out.
    pub(crate) fn read(
        diagnostics: &Diagnostics,
        place: &str,
        known: &[&str],
        tokens: impl IntoIterator<Item = TokenStream>,
    ) -> Self {
        let mut arguments = Self { list: Vec::new(), malformed: Vec::new() };
        for argument in tokens.into_iter().flat_map(split) {
            let argument = match Argument::read(argument.clone()) {
                Ok(argument) => argument,
                Err(key) => {
                    let known = listed(known);
                    let message = format!("expected `key = value`; `{place}(..)` takes {known}");
                    diagnostics.at(argument, message);
                    arguments.malformed.extend(key);
                    continue;
                }
            };
            let key = &argument.key;
            if !known.iter().any(|known| key == known) {
                let known = listed(known);
                let message = format!("unknown key `{key}`; `{place}(..)` takes {known}");
                diagnostics.at(key, message);
            } else if arguments.list.iter().any(|earlier| earlier.key == *key) {
                diagnostics.at(key, format_args!("`{key}` is given a second time; keep one"));
            } else {
                arguments.list.push(argument);
            }
        }
        arguments
    }

    /// Reads all attributes `#[place(..)]` among `attributes`.
    pub(crate) fn of_attributes(
        diagnostics: &Diagnostics,
        place: &str,
        known: &[&str],
        attributes: &[Attribute],
    ) -> Self {
        let ours = attributes.iter().filter(|attribute| attribute.path().is_ident(place));
        let lists = ours.filter_map(|attribute| match &attribute.meta {
            Meta::List(list) => Some(list.tokens.clone()),
            Meta::Path(_) | Meta::NameValue(_) => {
                let known = listed(known);
                let message = format!("expected `#[{place}(..)]`, which takes {known}");
                diagnostics.at(attribute, message);
                None
            }
        });
        Self::read(diagnostics, place, known, lists)
    }

    /// Whether something was reported of `key` already.
    pub(crate) fn is_malformed(&self, key: &str) -> bool {
        self.malformed.iter().any(|malformed| malformed == key)
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Argument> {
        let at = self.list.iter().position(|argument| argument.key == key)?;
        Some(self.list.remove(at))
    }

    /// The string of `key`, if it is given.
    pub(crate) fn take_string(&mut self, diagnostics: &Diagnostics, key: &str) -> Option<LitStr> {
        self.take(key)?.string(diagnostics)
    }

    /// Whether the flag `key` is given.
    pub(crate) fn take_flag(&mut self, diagnostics: &Diagnostics, key: &str) -> bool {
        let Some(argument) = self.take(key) else { return false };
        if let Some(value) = &argument.value {
            let place = place(&argument.key, value);
            diagnostics.at(place, format_args!("`{key}` takes no value; write `{key}` alone"));
        }
        true
    }

    /// The path of `crate = path`, if it is given.
    pub(crate) fn take_crate(&mut self, diagnostics: &Diagnostics) -> Option<Path> {
        let Argument { key, value } = self.take("crate")?;
        let value = value.unwrap_or_default();
        let path = syn::parse::Parser::parse2(Path::parse_mod_style, value.clone());
        if path.is_err() {
            let message = "`crate` takes a path without quotes, such as `crate = crate::messaging`";
            diagnostics.at(place(&key, &value), message);
        }
        path.ok()
    }
}

impl Argument {
    /// Reads one piece between commas; what is not one gives its key, if it begins with one.
    fn read(tokens: TokenStream) -> Result<Self, Option<Ident>> {
        let mut rest = tokens.into_iter();
        let Some(TokenTree::Ident(key)) = rest.next() else { return Err(None) };
        match rest.next() {
            None => Ok(Self { key, value: None }),
            Some(TokenTree::Punct(equals)) if equals.as_char() == '=' => {
                Ok(Self { key, value: Some(rest.collect()) })
            }
            Some(_) => Err(Some(key)),
        }
    }

    pub(crate) fn has_value(&self) -> bool {
        self.value.is_some()
    }

    /// The value, which has to be a string.
    pub(crate) fn string(self, diagnostics: &Diagnostics) -> Option<LitStr> {
        let Self { key, value } = self;
        let value = value.unwrap_or_default();
        let literal = syn::parse2::<LitStr>(value.clone());
        if literal.is_err() {
            let message = format!("`{key}` takes a string: write `{key} = \"..\"`");
            diagnostics.at(place(&key, &value), message);
        }
        literal.ok()
    }
}

/// Where to point at a wrong value: at the key if there is none.
fn place(key: &Ident, value: &TokenStream) -> TokenStream {
    if value.is_empty() { key.to_token_stream() } else { value.clone() }
}

/// The pieces between commas. A mistake in one does not hide those of the others.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    for token in tokens {
        match (&token, pieces.last_mut()) {
            (TokenTree::Punct(comma), _) if comma.as_char() == ',' => {
                pieces.push(TokenStream::new());
            }
            (_, Some(piece)) => piece.extend([token]),
            (_, None) => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn listed(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
