//! The names of generated things.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Ident, ItemTrait};

use crate::model::{Method, Param};

/// `SchedulerClient`.
pub(crate) fn client(item: &ItemTrait) -> Ident {
    format_ident!("{}Client", item.ident.unraw(), span = ours_at(item.ident.span()))
}

/// `SchedulerClientAt`: the client of any version, or of one that the compiler knows.
pub(crate) fn client_at(item: &ItemTrait) -> Ident {
    format_ident!("{}ClientAt", item.ident.unraw(), span = ours_at(item.ident.span()))
}

/// `SchedulerEndpoint`.
pub(crate) fn endpoint(item: &ItemTrait) -> Ident {
    format_ident!("{}Endpoint", item.ident.unraw(), span = ours_at(item.ident.span()))
}

/// Names that a trait leaves free.
#[derive(Clone)]
pub(crate) struct Free {
    /// The endpoint's type parameter for the implementation: `T`, unless the trait uses that name,
    /// be it in the path of a default, which is a string.
    pub(crate) implementation: Ident,
    /// The client's type parameter for what the compiler knows of its version, likewise.
    pub(crate) pin: Ident,
}

impl Free {
    /// Of the trait with these tokens.
    pub(crate) fn of(tokens: &TokenStream) -> Self {
        let mut used = Used::default();
        used.add(tokens.clone());
        let free = |names: &[&str], last| {
            let name = names.iter().copied().find(|name| !used.contains(name));
            Ident::new(name.unwrap_or(last), Span::call_site())
        };
        Self {
            implementation: free(&["T", "Implementation", "RpcImplementation"], "__Implementation"),
            pin: free(&["P", "Pin", "RpcPin"], "__Pin"),
        }
    }
}

#[derive(Default)]
struct Used {
    names: BTreeSet<String>,
    literals: Vec<String>,
}

impl Used {
    fn add(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.names.insert(ident.unraw().to_string());
                }
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Literal(literal) => self.literals.push(literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn contains(&self, name: &str) -> bool {
        let path = format!("{name}::");
        self.names.contains(name) || self.literals.iter().any(|it| it.contains(&path))
    }
}

/// `SELECT_HOSTS`, for `select_hosts` and `selectHosts`.
pub(crate) fn constant(method: &Ident) -> Ident {
    let name = method.unraw().to_string();
    let mut constant = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && after_lower {
            constant.push('_');
        }
        after_lower = c.is_lowercase() || c.is_numeric();
        constant.extend(c.to_uppercase());
    }
    Ident::new(&constant, ours_at(method.span()))
}

/// The module of what serves the methods: `__SchedulerServing`, as unique as the trait.
pub(crate) fn serving(item: &ItemTrait) -> Ident {
    format_ident!("__{}Serving", item.ident.unraw(), span = Span::call_site())
}

/// The function of the endpoint that serves a method.
pub(crate) fn served(method: &Ident) -> Ident {
    format_ident!("__{}", method.unraw(), span = ours_at(method.span()))
}

/// A variable that no name of the user's can be confused with. Hygiene does it for variables, the
/// underscores for statics and constants, which a pattern would match.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// The same, for where an error of its type points to the user's code.
pub(crate) fn local_at(name: &str, span: Span) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site().located_at(span))
}

/// The name of a parameter in what is made of its method: as a token of ours, unless hygiene alone
/// tells it from another, where a macro wrote one of them.
pub(crate) fn param(param: &Param, method: &Method) -> Ident {
    if is_told_by_hygiene(param, method) { param.ident.clone() } else { ours(&param.ident) }
}

/// The same at the place of its type, for where a bound on the type can fail.
pub(crate) fn param_at_type(param: &Param, method: &Method) -> Ident {
    let mut ident = self::param(param, method);
    if !is_told_by_hygiene(param, method) {
        ident.set_span(ours_at(param.ty_span));
    }
    ident
}

fn is_told_by_hygiene(param: &Param, method: &Method) -> bool {
    let name = param.ident.to_string();
    method.params.iter().filter(|it| it.ident == name).count() > 1
}

/// The user's name at the user's place, as a token of ours.
pub(crate) fn ours(ident: &Ident) -> Ident {
    // A token of ours is of our edition, in which these are no names: the user's is an older one.
    const KEYWORDS: [&str; 5] = ["async", "await", "dyn", "gen", "try"];
    let (name, at) = (ident.to_string(), ours_at(ident.span()));
    if KEYWORDS.contains(&name.as_str()) {
        return Ident::new_raw(&name, at);
    }
    let mut ours = ident.clone();
    ours.set_span(at);
    ours
}

/// The place of `span`, for tokens that are ours: an error points there, and lints know that the
/// user did not write it.
pub(crate) fn ours_at(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_in_screaming_snake_case() {
        for (method, expected) in [
            ("select_hosts", "SELECT_HOSTS"),
            ("selectHosts", "SELECT_HOSTS"),
            ("get2Things", "GET2_THINGS"),
            ("r#type", "TYPE"),
            ("PING", "PING"),
        ] {
            let method: Ident = syn::parse_str(method).expect("a name");
            assert_eq!(constant(&method).to_string(), expected);
        }
    }

    #[test]
    fn a_name_of_an_older_edition_stays_a_name() {
        let older: Ident = Ident::new("gen", Span::call_site());
        assert_eq!(ours(&older).to_string(), "r#gen");
        assert_eq!(ours(&Ident::new("ping", Span::call_site())).to_string(), "ping");
    }
}
