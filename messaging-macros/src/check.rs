//! Rules that need more than one node.

use std::collections::BTreeMap;

use crate::codegen::names;
use crate::diagnostics::Diagnostics;
use crate::model::{At, Draft, Method, Version};

pub(crate) fn api(diagnostics: &Diagnostics, draft: &Draft) {
    for method in &draft.methods {
        visible_to_python(diagnostics, method);
        param_names_differ(diagnostics, method);
    }
    method_names_differ(diagnostics, &draft.methods);
    constants_differ(diagnostics, &draft.methods);
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

/// A request names its method. Methods under a `cfg` are left to the compiler, since one of two
/// may not be there.
fn method_names_differ(diagnostics: &Diagnostics, methods: &[Method]) {
    let mut seen = BTreeMap::new();
    for method in methods.iter().filter(|method| method.attributes.cfg.is_empty()) {
        let At { value: name, span } = &method.name;
        if let Some(earlier) = seen.insert(name, &method.ident) {
            let message = format!(
                "`{earlier}` and `{}` both travel as `{name}`: write another \
                 `#[rpc(name = \"..\")]`",
                method.ident
            );
            diagnostics.at_span(*span, message);
        }
    }
}

/// Each method has a constant of its own in the client, beside the methods.
fn constants_differ(diagnostics: &Diagnostics, methods: &[Method]) {
    let mut seen = BTreeMap::new();
    for method in methods.iter().filter(|method| method.attributes.cfg.is_empty()) {
        let constant = names::constant(&method.ident);
        if method.ident == constant {
            let message = format!(
                "the client has a constant of this name: write the method in snake case, and \
                 `#[rpc(name = \"{}\")]`",
                method.name.value
            );
            diagnostics.at(&method.ident, message);
        } else if let Some(earlier) = seen.insert(constant.to_string(), &method.ident) {
            let message = format!(
                "`{earlier}` and `{}` would both have the constant `{constant}` in the client: \
                 rename one, and keep its name on the wire with `#[rpc(name = \"..\")]`",
                method.ident
            );
            diagnostics.at(&method.ident, message);
        }
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
