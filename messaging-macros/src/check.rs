//! Rules that need more than one node.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};
use syn::Attribute;
use syn::ext::IdentExt;

use crate::codegen::names;
use crate::diagnostics::Diagnostics;
use crate::model::{At, Draft, Method, Param, Version};

pub(crate) fn api(diagnostics: &Diagnostics, draft: &Draft) {
    let Draft { api, has_version, .. } = draft;
    for method in &api.methods {
        visible_to_python(diagnostics, method);
        param_names_differ(diagnostics, method);
        named_unlike_its_constant(diagnostics, method);
        let version = has_version.then_some(api.version);
        let fits = method.since.as_ref().is_none_or(|it| is_within(diagnostics, version, it));
        // A parameter is measured by its method: where that is wrong, one message is enough.
        if fits {
            params_came_in_between(diagnostics, version, method);
        }
    }
    methods_do_not_clash(diagnostics, &api.methods);
}

/// A Python endpoint never serves a name with a leading underscore (wire document, section 16),
/// so such a method could only ever be called from Rust.
fn visible_to_python(diagnostics: &Diagnostics, method: &Method) {
    let At { value: name, span } = &method.name;
    if name.starts_with('_') {
        let shown = name.trim_start_matches('_');
        let shown = if shown.starts_with(char::is_alphabetic) { shown } else { ".." };
        let message = format!(
            "a Python peer hides the method `{name}`: rename it, or write \
             `#[rpc(name = \"{shown}\")]`"
        );
        diagnostics.at_span(*span, message);
    }
}

fn param_names_differ(diagnostics: &Diagnostics, method: &Method) {
    for clash in param_clashes(method).iter().filter(|clash| !clash.is_conditional()) {
        diagnostics.at_span(clash.span, &clash.message);
    }
}

/// Two of something that cannot both be there.
pub(crate) struct Clash<'a, T> {
    pub(crate) earlier: &'a T,
    pub(crate) later: &'a T,
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// What may be there or not.
pub(crate) trait Conditional {
    fn cfg(&self) -> &[Attribute];
}

impl Conditional for Method {
    fn cfg(&self) -> &[Attribute] {
        &self.attributes.cfg
    }
}

impl Conditional for Param {
    fn cfg(&self) -> &[Attribute] {
        &self.cfg
    }
}

impl<T: Conditional> Clash<'_, T> {
    /// Whether a `cfg` decides, which only the compiler knows.
    pub(crate) fn is_conditional(&self) -> bool {
        [self.earlier, self.later].iter().any(|it| !it.cfg().is_empty())
    }
}

/// The parameters that get in each other's way: arguments travel as one dictionary.
pub(crate) fn param_clashes(method: &Method) -> Vec<Clash<'_, Param>> {
    let mut clashes = Vec::new();
    let mut seen: BTreeMap<&str, Vec<&Param>> = BTreeMap::new();
    for later in method.params.iter().filter(|param| !param.name.value.is_empty()) {
        let At { value: name, span } = &later.name;
        let same = seen.entry(name).or_default();
        // Of two that are spelt alike the compiler tells, if a `cfg` keeps both.
        let either =
            |it: &&&Param| it.ident == later.ident && !(it.cfg.is_empty() && later.cfg.is_empty());
        if let Some(earlier) = same.iter().find(|it| !either(it)) {
            let message = format!(
                "two parameters of `{}` travel as `{name}`: write another \
                 `#[serde(rename = \"..\")]`",
                method.ident
            );
            clashes.push(Clash { earlier: *earlier, later, span: *span, message });
        }
        same.push(later);
    }
    clashes
}

/// The methods that get in each other's way: a request names its method, and each method has a
/// constant of its own in the client.
pub(crate) fn clashes(methods: &[Method]) -> Vec<Clash<'_, Method>> {
    let mut clashes = Vec::new();
    let (mut names, mut constants) = (BTreeMap::new(), BTreeMap::new());
    for later in methods {
        let At { value: name, span } = &later.name;
        let same_name: &mut Vec<&Method> = names.entry(name).or_default();
        let same = same_name.iter().copied().filter(|it| differs(it, later) && !name.is_empty());
        for earlier in same {
            let message = format!(
                "`{}` and `{}` both travel as `{name}`: write another `#[rpc(name = \"..\")]`",
                earlier.ident, later.ident
            );
            clashes.push(Clash { earlier, later, span: *span, message });
        }
        same_name.push(later);

        let constant = names::constant(&later.ident).to_string();
        let same_constant: &mut Vec<&Method> = constants.entry(constant.clone()).or_default();
        let in_the_way =
            |it: &&Method| differs(it, later) && !is_constant(it) && !is_constant(later);
        for earlier in same_constant.iter().copied().filter(in_the_way) {
            let message = format!(
                "`{}` and `{}` would both have the constant `{constant}` in the client: rename \
                 one, and keep its name on the wire with `#[rpc(name = \"..\")]`",
                earlier.ident, later.ident
            );
            clashes.push(Clash { earlier, later, span: later.ident.span(), message });
        }
        same_constant.push(later);
    }
    clashes
}

/// Two methods of one name are one method under two conditions, or an error of the compiler's.
fn differs(earlier: &Method, later: &Method) -> bool {
    earlier.ident != later.ident
}

/// Whether the method has the name of a constant, of which an error was told.
fn is_constant(method: &Method) -> bool {
    method.ident == names::constant(&method.ident)
}

fn methods_do_not_clash(diagnostics: &Diagnostics, methods: &[Method]) {
    for clash in clashes(methods).iter().filter(|clash| !clash.is_conditional()) {
        diagnostics.at_span(clash.span, &clash.message);
    }
}

/// The client's methods and their constants share one namespace.
fn named_unlike_its_constant(diagnostics: &Diagnostics, method: &Method) {
    let (ident, name) = (&method.ident, &method.name.value);
    // Of a name that is hidden all is said.
    if !is_constant(method) || name.starts_with('_') {
        return;
    }
    let lower = ident.unraw().to_string().to_lowercase();
    let message = if names::constant(&Ident::new(&lower, ident.span())) != lower {
        format!(
            "the client has a constant of this name: write the method in snake case, and \
             `#[rpc(name = \"{name}\")]`"
        )
    } else {
        format!(
            "the client has a constant of this name, which is its own in capitals: add a word in \
             small letters, such as `get_{name}`, and write `#[rpc(name = \"{name}\")]`"
        )
    };
    diagnostics.at(ident, message);
}

/// A `since` says in which version of this API something came.
fn is_within(diagnostics: &Diagnostics, api: Option<Version>, since: &At<Version>) -> bool {
    let Some(api) = api else { return true };
    let At { value: since, span } = since;
    let message = if since.major != api.major {
        format!(
            "`since` is {since}, but the API is version {api}: write a version of major {}, or \
             leave `since` out for {}.0",
            api.major, api.major
        )
    } else if *since > api {
        format!(
            "`since` is {since}, above the API's version {api}: raise the API to {since}, or lower \
             `since`"
        )
    } else {
        return true;
    };
    diagnostics.at_span(*span, message);
    false
}

/// A parameter came with its method or after it, and not after the API.
fn params_came_in_between(diagnostics: &Diagnostics, api: Option<Version>, method: &Method) {
    let first = api.map(|api| Version { major: api.major, minor: 0 });
    let brought = method.since.as_ref().map(|since| since.value).or(first);
    for since in method.params.iter().filter_map(|param| param.since.as_ref()) {
        let At { value, span } = since;
        let Some(brought) = brought.filter(|_| is_within(diagnostics, api, since)) else {
            continue;
        };
        let message = if value.major != brought.major {
            format!(
                "`since` is {value}, but `{}` itself came in {brought}: write a version of major \
                 {}",
                method.ident, brought.major
            )
        } else if *value < brought {
            format!(
                "`since` is {value}, but `{}` itself came in {brought}: leave `since` out",
                method.ident
            )
        } else {
            continue;
        };
        diagnostics.at_span(*span, message);
    }
}
