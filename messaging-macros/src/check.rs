//! Rules that need more than one node.

use std::collections::BTreeMap;

use proc_macro2::Span;

use crate::codegen::names;
use crate::diagnostics::Diagnostics;
use crate::model::{At, Draft, Method, Version};

pub(crate) fn api(diagnostics: &Diagnostics, draft: &Draft) {
    for method in &draft.methods {
        visible_to_python(diagnostics, method);
        param_names_differ(diagnostics, method);
        named_unlike_its_constant(diagnostics, method);
    }
    methods_do_not_clash(diagnostics, &draft.methods);
    if let Some(version) = draft.version {
        since_is_within_the_api(diagnostics, version, &draft.methods);
        params_are_not_older_than_their_method(diagnostics, version, &draft.methods);
    }
}

/// A Python endpoint never serves a name with a leading underscore (wire document, section 16),
/// so such a method could only ever be called from Rust.
fn visible_to_python(diagnostics: &Diagnostics, method: &Method) {
    let At { value: name, span } = &method.name;
    if name.starts_with('_') {
        let message = format!(
            "a Python peer hides the method `{name}`: rename it, or write `#[rpc(name = \"{}\")]`",
            name.trim_start_matches('_')
        );
        diagnostics.at_span(*span, message);
    }
}

/// Arguments travel as one dictionary.
fn param_names_differ(diagnostics: &Diagnostics, method: &Method) {
    let mut seen = BTreeMap::new();
    for param in &method.params {
        let At { value: name, span } = &param.name;
        if seen.insert(name, ()).is_some() {
            let message = format!(
                "two parameters of `{}` travel as `{name}`: write another \
                 `#[serde(rename = \"..\")]`",
                method.ident
            );
            diagnostics.at_span(*span, message);
        }
    }
}

/// Two methods that cannot both be there.
pub(crate) struct Clash<'a> {
    pub(crate) earlier: &'a Method,
    pub(crate) later: &'a Method,
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl Clash<'_> {
    /// Whether a `cfg` decides, which only the compiler knows.
    pub(crate) fn is_conditional(&self) -> bool {
        [self.earlier, self.later].iter().any(|method| !method.attributes.cfg.is_empty())
    }
}

/// The methods that get in each other's way: a request names its method, and each method has a
/// constant of its own in the client.
pub(crate) fn clashes(methods: &[Method]) -> Vec<Clash<'_>> {
    let mut clashes = Vec::new();
    let (mut names, mut constants) = (BTreeMap::new(), BTreeMap::new());
    for later in methods {
        let At { value: name, span } = &later.name;
        let same_name: &mut Vec<&Method> = names.entry(name).or_default();
        for earlier in same_name.iter().copied().filter(|it| differs(it, later)) {
            let message = format!(
                "`{}` and `{}` both travel as `{name}`: write another `#[rpc(name = \"..\")]`",
                earlier.ident, later.ident
            );
            clashes.push(Clash { earlier, later, span: *span, message });
        }
        same_name.push(later);

        let constant = names::constant(&later.ident).to_string();
        let same_constant: &mut Vec<&Method> = constants.entry(constant.clone()).or_default();
        for earlier in same_constant.iter().copied().filter(|it| differs(it, later)) {
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

fn methods_do_not_clash(diagnostics: &Diagnostics, methods: &[Method]) {
    for clash in clashes(methods).iter().filter(|clash| !clash.is_conditional()) {
        diagnostics.at_span(clash.span, &clash.message);
    }
}

/// The client's methods and their constants share one namespace.
fn named_unlike_its_constant(diagnostics: &Diagnostics, method: &Method) {
    if method.ident == names::constant(&method.ident) {
        let message = format!(
            "the client has a constant of this name: write the method in snake case, and \
             `#[rpc(name = \"{}\")]`",
            method.name.value
        );
        diagnostics.at(&method.ident, message);
    }
}

/// A `since` says in which version of this API something came.
fn since_is_within_the_api(diagnostics: &Diagnostics, api: Version, methods: &[Method]) {
    let params = methods.iter().flat_map(|method| &method.params).map(|param| &param.since);
    for since in methods.iter().map(|method| &method.since).chain(params).flatten() {
        let At { value: since, span } = since;
        let message = if since.major != api.major {
            format!(
                "`since` is {since}, but the API is version {api}: write a version of major {}, \
                 or leave `since` out for {}.0",
                api.major, api.major
            )
        } else if *since > api {
            format!(
                "`since` is {since}, above the API's version {api}: raise the API to {since}, or \
                 lower `since`"
            )
        } else {
            continue;
        };
        diagnostics.at_span(*span, message);
    }
}

/// A parameter cannot have been there before its method was.
fn params_are_not_older_than_their_method(
    diagnostics: &Diagnostics,
    api: Version,
    methods: &[Method],
) {
    for method in methods {
        let first = Version { major: api.major, minor: 0 };
        let brought = method.since.as_ref().map_or(first, |since| since.value);
        for At { value: since, span } in method.params.iter().filter_map(|it| it.since.as_ref()) {
            if since.major == brought.major && *since < brought {
                let message = format!(
                    "`since` is {since}, but `{}` itself came in {brought}: leave `since` out",
                    method.ident
                );
                diagnostics.at_span(*span, message);
            }
        }
    }
}
