//! What the bus is asked for.

use std::time::Duration;

use messaging::introspection::ApiDescription;

use super::typed::Typed;
use crate::bus;
use crate::connect::{self, Settings};
use crate::request::{Known, kind};

/// How long a shell waits.
const PATIENCE: Duration = Duration::from_secs(1);

/// The topics that are known of the broker, without asking it.
pub(super) fn topics(typed: &Typed) -> Vec<String> {
    Settings::of(&typed.globals).map(|settings| bus::known(&settings)).unwrap_or_default()
}

/// Methods, or behind one the names of its arguments, each with what it is.
pub(super) fn words(typed: &Typed) -> Vec<(String, String)> {
    let apis = apis(typed);
    let Some(method) = typed.words.first() else {
        let methods = apis.iter().flat_map(|api| &api.contract.methods);
        return methods.map(|method| (method.name.clone(), method.docs.clone())).collect();
    };
    let found = apis.iter().find_map(|api| Some((api, api.contract.method(method)?)));
    let Some((api, method)) = found else { return Vec::new() };
    let is_given = |name: &str| {
        let flag = format!("--{name}");
        typed.words.iter().any(|word| *word == flag || word.starts_with(&format!("{flag}=")))
    };
    let params = method.params.iter().filter(|param| !is_given(&param.name));
    params
        .map(|param| {
            let needed = if param.optional || param.nullable { ", optional" } else { "" };
            (format!("--{}", param.name), format!("{}{needed}", kind(&api.contract, param)))
        })
        .collect()
}

fn apis(typed: &Typed) -> Vec<ApiDescription> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (Some(topic), Ok(runtime)) = (&typed.topic, runtime) else { return Vec::new() };
    let asked = runtime.block_on(async {
        let asking = async {
            let connection = connect::connect(&typed.globals).await.ok()?;
            let queue = connection.look(topic, typed.server.as_deref(), PATIENCE).await.ok()?;
            let messaging::driver::Look::Queue { consumers: consumers @ 1.., .. } = queue else {
                return None;
            };
            let server = typed.server.as_deref();
            let known =
                Known::ask(&connection, topic, server, Some(consumers), PATIENCE).await.ok();
            connection.transport.close(Duration::from_millis(200)).await;
            known
        };
        tokio::time::timeout(PATIENCE, asking).await.ok().flatten()
    });
    runtime.shutdown_background();
    asked.map(|known| known.apis).unwrap_or_default()
}
