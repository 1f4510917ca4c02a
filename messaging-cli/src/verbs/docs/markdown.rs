//! A reference of what a server serves, as Markdown.

use std::fmt::Write as _;

use messaging::contract::{Contract, Errors, MethodContract};
use messaging::introspection::{ApiDescription, Description};

use crate::duration;
use crate::request::kind;

/// The page of a topic.
pub(super) fn page(topic: &str, description: &Description) -> String {
    let mut page = format!("# Topic `{topic}`\n");
    let library = &description.library;
    let _ = write!(
        page,
        "\nAs server `{}` tells it, made with {} {}.\n",
        description.server, library.name, library.version
    );
    description.apis.iter().for_each(|described| api(&mut page, topic, described));
    page
}

fn api(page: &mut String, topic: &str, described: &ApiDescription) {
    let contract = &described.contract;
    let _ = write!(page, "\n## {} {}\n", contract.name, contract.version);
    if let Some(namespace) = &contract.namespace {
        let _ = write!(page, "\nNamespace `{namespace}`.\n");
    }
    paragraph(page, &contract.docs);
    contract.methods.iter().for_each(|it| method(page, topic, contract, it));
}

fn paragraph(page: &mut String, docs: &str) {
    if !docs.trim().is_empty() {
        let _ = write!(page, "\n{}\n", docs.trim());
    }
}

fn method(page: &mut String, topic: &str, api: &Contract, method: &MethodContract) {
    let _ = write!(page, "\n### `{}`\n", method.name);
    paragraph(page, &method.docs);
    let mut facts = vec![format!("since {}", method.since)];
    facts.extend(method.cast.then(|| "a cast, which nobody answers".to_owned()));
    facts.extend(method.idempotent.then(|| "idempotent".to_owned()));
    facts.extend(
        method.timeout.map(|it| format!("waits {} unless told otherwise", duration::show(it))),
    );
    let _ = write!(page, "\n{}.\n", facts.join(", "));
    if !method.params.is_empty() {
        page.push_str("\n| argument | type | since | |\n| --- | --- | --- | --- |\n");
        for param in &method.params {
            let needed = if param.optional || param.nullable { "optional" } else { "required" };
            let kind = kind(api, param).replace('|', "\\|");
            let _ = writeln!(page, "| `{}` | {kind} | {} | {needed} |", param.name, param.since);
        }
    }
    match &method.errors {
        Some(Errors::Classes(classes)) if !classes.is_empty() => {
            page.push_str("\nErrors:\n\n");
            for class in classes {
                let fields: Vec<_> = class.kwargs.keys().map(|name| format!("`{name}`")).collect();
                let with = if fields.is_empty() { "" } else { ", with " };
                let _ = writeln!(
                    page,
                    "- `{}.{}`{with}{}",
                    class.module,
                    class.class,
                    fields.join(", ")
                );
            }
        }
        Some(Errors::Any) => page.push_str("\nErrors: any.\n"),
        _ => {}
    }
    let verb = if method.cast { "cast" } else { "call" };
    let args = method.params.iter().filter(|param| !param.optional && !param.nullable);
    let args: String = args.map(|param| format!(" --{} ..", param.name)).collect();
    let _ = write!(page, "\n```sh\nmessaging-cli {verb} {topic} {}{args}\n```\n", method.name);
}

#[cfg(test)]
mod tests {
    use messaging::Proxy as _;
    use messaging_examples::scheduler::SchedulerClient;

    use super::*;

    #[test]
    fn a_reference_has_every_method_with_its_arguments_and_errors() {
        let contract = SchedulerClient::contract();
        let described = serde_json::json!({
            "server": "host-1", "topic": "scheduler", "apis": [{ "contract": contract }],
        });
        let page = page("scheduler", &serde_json::from_value(described).unwrap());
        for expected in [
            "## Scheduler 2.6",
            "### `select_hosts`",
            "| `request_spec` | RequestSpec | 2.0 | required |",
            "- `scheduler_exceptions.NoValidHost`, with `reason`",
            "messaging-cli cast scheduler update_capabilities --host .. --capabilities ..",
        ] {
            assert!(page.contains(expected), "{expected}:\n{page}");
        }
    }
}
