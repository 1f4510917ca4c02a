//! Virtual hosts, nodes and servers of one test's own.

use std::process::Command;

use messaging::{Context, Failure, RpcClient, RpcServer, Target, Transport, rpc_api};
use serde_json::Value;

use crate::python::{Python, rabbit_url, variable};

/// Asks the broker of this run for something that only `rabbitmqctl` does.
pub(crate) fn rabbitmqctl(arguments: &[&str]) -> String {
    let mut command = Command::new(variable("MESSAGING_TEST_RABBITMQCTL"));
    let said = command.arg("-q").args(arguments).output().expect("rabbitmqctl runs");
    assert!(said.status.success(), "{arguments:?}: {said:?}");
    String::from_utf8_lossy(&said.stdout).into_owned()
}

/// A virtual host that is deleted when this is dropped.
#[derive(Debug)]
pub(crate) struct VirtualHost {
    pub(crate) name: String,
}

impl VirtualHost {
    /// A new one, into which `guest` may, whose tracing is on or off.
    pub(crate) fn new(is_traced: bool) -> Self {
        let name = format!("cli-{}", uuid::Uuid::new_v4().simple());
        let trace = if is_traced { ", rabbit_trace:start(Host)" } else { "" };
        let all = r#"<<".*">>"#;
        // One question in place of three: each starts a program.
        rabbitmqctl(&[
            "eval",
            &format!(
                r#"Host = <<"{name}">>, rabbit_vhost:add(Host, <<"tests">>),
                   rabbit_auth_backend_internal:set_permissions(
                       <<"guest">>, Host, {all}, {all}, {all}, <<"tests">>){trace}."#
            ),
        ]);
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}{}", rabbit_url(), self.name)
    }
}

impl Drop for VirtualHost {
    fn drop(&mut self) {
        let deletion = format!(r#"rabbit_vhost:delete(<<"{}">>, <<"tests">>)."#, self.name);
        rabbitmqctl(&["eval", &deletion]);
    }
}

/// A broker of one test alone; taken down when this is dropped.
#[derive(Debug)]
pub(crate) struct Node(&'static str);

impl Node {
    /// One of this name, which is ready.
    pub(crate) fn up(name: &'static str, options: &[&str]) -> Self {
        let node = Self(name);
        node.ask(&[&["up"], options].concat());
        node
    }

    /// What `cargo xtask broker` says of it.
    pub(crate) fn ask(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(variable("MESSAGING_TEST_XTASK"));
        command.args(["broker", "--name", self.0]).args(arguments);
        let said = command.output().expect("xtask runs");
        assert!(said.status.success(), "{arguments:?}: {said:?}");
        String::from_utf8_lossy(&said.stdout).trim().to_owned()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.ask(&["down"]);
    }
}

#[rpc_api(topic = "demo", version = "1.5")]
trait Demo {
    async fn echo(&self, ctx: &Context, value: Value) -> Result<Value, Failure>;

    #[rpc(cast)]
    async fn note(&self, ctx: &Context, text: String);
}

struct Quiet;

impl Demo for Quiet {
    async fn echo(&self, _: &Context, value: Value) -> Result<Value, Failure> {
        Ok(value)
    }

    async fn note(&self, _: &Context, _: String) {}
}

/// A server in Rust.
pub(crate) async fn serve(transport: &Transport, topic: &str, server: &str) -> RpcServer {
    let target = Target::topic(topic).server(server);
    let server = RpcServer::builder(transport, target).endpoint(DemoEndpoint::new(Quiet));
    server.start().await.expect("the server starts")
}

/// A server in Python.
pub(crate) async fn serve_python(url: &str, topic: &str, server: &str) -> Python {
    let python = Python::spawn("server.py", &["--url", url, "--topic", topic, "--server", server]);
    python.event("ready").await;
    python
}

pub(crate) async fn connect(url: &str) -> Transport {
    Transport::connect(url).await.expect("the broker of the test run")
}

pub(crate) fn client(transport: &Transport, topic: &str) -> RpcClient {
    RpcClient::new(transport, Target::topic(topic))
}
