//! Where things are on the page.

use std::collections::BTreeMap;

use crate::Document;
use crate::bounds::shown;
use crate::unique::Unique;

/// The ids of APIs, methods and types: the same for the same document, so that links last.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub(super) apis: Vec<ApiIds>,
}

#[derive(Debug)]
pub(super) struct ApiIds {
    pub(super) api: String,
    pub(super) methods: Vec<String>,
    pub(super) types: BTreeMap<String, String>,
}

impl Ids {
    pub(super) fn of(document: &Document) -> Self {
        let mut ids = Self::default();
        let mut taken = Unique::default();
        // Ours, which no name of theirs may take.
        for id in ["main", "find", "found", "menu", "live", "top"] {
            taken.name(id);
        }
        for api in document.apis() {
            let name = shown(&api.name);
            let of_api = taken.name(&name);
            let methods = api.methods.iter().map(|it| format!("{name}.{}", shown(&it.name)));
            let methods = methods.map(|name| taken.name(&name)).collect();
            let types = api.types.keys().map(|it| (it, format!("{name}-type-{}", shown(it))));
            let types = types.map(|(it, id)| (it.clone(), taken.name(&id))).collect();
            ids.apis.push(ApiIds { api: of_api, methods, types });
        }
        ids
    }
}
