//! `key = value, flag, ..`: the grammar that all our attributes share.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Ident, LitStr, Meta, Path};

use super::pieces::{nearest, pieces};
use crate::diagnostics::Diagnostics;

/// The arguments of one attribute, or of several of one name.
pub(crate) struct Arguments {
    list: Vec<Argument>,
    /// The keys of which something was reported already.
    malformed: Vec<String>,
    /// Whether a value stands without a key, so that no key can be said to be missing.
    positional: bool,
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
        let mut arguments = Self { list: Vec::new(), malformed: Vec::new(), positional: false };
        for piece in tokens.into_iter().flat_map(|tokens| pieces(diagnostics, tokens)) {
            match Argument::read(piece.clone()) {
                Ok(argument) => arguments.add(diagnostics, place, known, argument),
                Err(key) => arguments.not_an_argument(diagnostics, place, known, &piece, key),
            }
        }
        arguments
    }

    fn add(&mut self, diagnostics: &Diagnostics, place: &str, known: &[&str], argument: Argument) {
        let key = &argument.key;
        if !known.iter().any(|known| key == known) {
            let near = nearest(&key.to_string(), known);
            self.malformed.extend(near.map(str::to_owned));
            let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            let known = listed(known);
            let message = format!("unknown key `{key}`{hint}; `{place}(..)` takes {known}");
            diagnostics.at(key, message);
        } else if self.list.iter().any(|earlier| earlier.key == *key) {
            diagnostics.at(key, format_args!("`{key}` is given a second time; keep one"));
        } else {
            self.list.push(argument);
        }
    }

    fn not_an_argument(
        &mut self,
        diagnostics: &Diagnostics,
        place: &str,
        known: &[&str],
        piece: &TokenStream,
        key: Option<Ident>,
    ) {
        let takes = listed(known);
        if let Some(key) = key {
            diagnostics
                .at(piece, format_args!("expected `key = value`; `{place}(..)` takes {takes}"));
            self.malformed.push(key.to_string());
        } else if !self.positional {
            // Once for all of them: the second tells nothing new.
            self.positional = true;
            let first = known.first().copied().unwrap_or_default();
            let message =
                format!("a value needs its key: write `{first} = ..`; `{place}(..)` takes {takes}");
            diagnostics.at(piece, message);
        }
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
        self.positional || self.malformed.iter().any(|malformed| malformed == key)
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
        self.take_flag_at(diagnostics, key).is_some()
    }

    /// Where the flag `key` is given, if it is.
    pub(crate) fn take_flag_at(&mut self, diagnostics: &Diagnostics, key: &str) -> Option<Span> {
        let argument = self.take(key)?;
        if let Some(value) = &argument.value {
            let place = place(&argument.key, value);
            diagnostics.at(place, format_args!("`{key}` takes no value; write `{key}` alone"));
        }
        Some(argument.key.span())
    }

    /// The path of `crate = path`: none if it is not given, an error once it was reported.
    pub(crate) fn take_crate(&mut self, diagnostics: &Diagnostics) -> Result<Option<Path>, ()> {
        let Some(Argument { key, value }) = self.take("crate") else {
            return if self.is_malformed("crate") { Err(()) } else { Ok(None) };
        };
        let value = value.unwrap_or_default();
        let path = syn::parse::Parser::parse2(Path::parse_mod_style, value.clone());
        path.map(Some).map_err(|_| {
            let message = "`crate` takes a path without quotes, such as `crate = crate::messaging`";
            diagnostics.at(place(&key, &value), message);
        })
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
        let literal: syn::Result<LitStr> = syn::parse2(value.clone());
        match &literal {
            Err(_) => {
                let message = format!("`{key}` takes a string: write `{key} = \"..\"`");
                diagnostics.at(place(&key, &value), message);
            }
            Ok(literal) if !literal.suffix().is_empty() => {
                let message = format!("remove `{}` after the string", literal.suffix());
                diagnostics.at(literal, message);
            }
            Ok(_) => {}
        }
        literal.ok()
    }
}

/// Where to point at a wrong value: at the key if there is none.
fn place(key: &Ident, value: &TokenStream) -> TokenStream {
    if value.is_empty() { key.to_token_stream() } else { value.clone() }
}

fn listed(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
