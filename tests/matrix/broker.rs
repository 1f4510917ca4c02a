//! What is asked of the broker itself, in Erlang: each question starts a program, so there are few.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::python::{rabbit_url, variable};

/// Virtual hosts of a run, deleted when this is dropped.
///
/// In a virtual host of its own a pair of peers has the names that it would have in earnest.
#[derive(Debug)]
pub(crate) struct VirtualHosts {
    run: String,
    names: Vec<String>,
}

impl VirtualHosts {
    /// Makes one for each name.
    pub(crate) fn make(names: Vec<String>) -> Self {
        let made = Self { run: uuid::Uuid::new_v4().simple().to_string(), names };
        made.eval(
            r#"lists:foreach(fun(Host) ->
                rabbit_vhost:add(Host, <<"tests">>),
                rabbit_auth_backend_internal:set_permissions(
                    <<"guest">>, Host, <<".*">>, <<".*">>, <<".*">>, <<"tests">>)
            end, Hosts)."#,
        );
        made
    }

    /// A word that no other run has.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// The transport URL of one of them.
    pub(crate) fn url(&self, name: &str) -> String {
        assert!(self.names.iter().any(|it| it == name), "no virtual host was made for {name}");
        format!("{}{}", rabbit_url(), self.full_name(name))
    }

    /// What the broker holds in one of these virtual hosts, by their names: `queues`, `exchanges`,
    /// `bindings` and `consumers`.
    pub(crate) fn dump(&self) -> Value {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.json", self.run));
        self.eval(&format!("File = \"{}\", {}", path.display(), include_str!("dump.erl")));
        let text = std::fs::read(&path).expect("the broker runs on this machine");
        std::fs::remove_file(&path).unwrap();
        let mut dumps: Value = serde_json::from_slice(&text).expect("the broker wrote JSON");
        let by_name = |name: &String| (name.clone(), dumps[self.full_name(name)].take());
        self.names.iter().map(by_name).collect()
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}-{name}", self.run)
    }

    /// Evaluates an expression that knows these virtual hosts as `Hosts`.
    fn eval(&self, expression: &str) {
        let names = self.names.iter().map(|name| format!("<<\"{}\">>", self.full_name(name)));
        let hosts = names.collect::<Vec<_>>().join(",");
        let mut command = Command::new(variable("MESSAGING_TEST_RABBITMQCTL"));
        command.args(["-q", "eval"]).arg(format!("Hosts = [{hosts}], {expression}"));
        let said = command.output().expect("MESSAGING_TEST_RABBITMQCTL names a program that runs");
        assert!(said.status.success(), "the broker refused {expression}\n{said:?}");
    }
}

impl Drop for VirtualHosts {
    fn drop(&mut self) {
        self.eval(
            "lists:foreach(fun(Host) -> rabbit_vhost:delete(Host, <<\"tests\">>) end, Hosts).",
        );
    }
}
