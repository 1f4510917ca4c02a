//! The programs' text: the same trait, implementation and calls, and what each framework needs
//! around them.

use super::subject::{Kind, Subject};

/// How many types the methods deal with, in turn: a real API has fewer types than methods.
const TYPES: u32 = 10;

/// The program. `edit` is a number in the body of one method, by which two texts differ.
pub(super) fn program(subject: Subject, edit: u32) -> String {
    let Subject { kind, methods } = subject;
    let each = |line: fn(Kind, u32) -> String| -> String {
        (0..methods).map(|number| line(kind, number)).collect()
    };
    let types: String = (0..TYPES).map(item).collect();
    let attribute = attribute(kind);
    let declared = each(declaration);
    // The body in the middle.
    let implemented: String = (0..methods)
        .map(|number| implementation(kind, number, if number == methods / 2 { edit } else { 0 }))
        .collect();
    let clone = if kind == Kind::Tarpc { "#[derive(Clone)]\n" } else { "" };
    let used = each(usage);
    let called: String =
        (0..methods).map(|number| format!("    sum += use_m{number}(&client).await;\n")).collect();
    let (uses, served) = (uses(kind), server(kind));
    format!(
        "#![allow(dead_code)]\n\
         {uses}\n\
         {types}\n\
         {attribute}pub trait Service {{\n{declared}}}\n\n\
         {clone}struct Served;\n\n\
         impl Service for Served {{\n{implemented}}}\n\n\
         /// Boxed, so that it is compiled once, however often the future of `main` is.\n\
         type Use<'a> = std::pin::Pin<Box<dyn Future<Output = usize> + 'a>>;\n\n\
         {used}\n\
         #[tokio::main(flavor = \"current_thread\")]\n\
         async fn main() {{\n{served}    let mut sum = 0;\n{called}    println!(\"{{sum}}\");\n}}\n"
    )
}

fn item(number: u32) -> String {
    format!(
        "#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]\n\
         pub struct Item{number} {{\n    pub id: u64,\n    pub name: String,\n    \
         pub tags: Vec<String>,\n}}\n\n"
    )
}

fn uses(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => "",
        Kind::Messaging => {
            "use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};\n"
        }
        Kind::Tarpc => {
            "use futures::prelude::*;\nuse tarpc::context::{self, Context};\n\
             use tarpc::server::{BaseChannel, Channel as _};\nuse tarpc::tokio_serde::formats::Json;\n"
        }
    }
}

fn attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => "",
        Kind::Messaging => "#[rpc_api(topic = \"service\", version = \"1.0\")]\n",
        Kind::Tarpc => "#[tarpc::service]\n",
    }
}

/// The three arguments, and what is returned.
fn signature(number: u32) -> (String, String) {
    let item = format!("Item{}", number % TYPES);
    (
        format!("count: u32, item: {item}, names: Vec<String>"),
        format!("Result<Vec<{item}>, String>"),
    )
}

fn declaration(kind: Kind, number: u32) -> String {
    let (arguments, result) = signature(number);
    match kind {
        Kind::Plain => format!(
            "    fn m{number}(&self, {arguments}) -> impl Future<Output = {result}> + Send;\n"
        ),
        Kind::Messaging => {
            format!("    async fn m{number}(&self, ctx: &Context, {arguments}) -> {result};\n")
        }
        Kind::Tarpc => format!("    async fn m{number}({arguments}) -> {result};\n"),
    }
}

fn implementation(kind: Kind, number: u32, edit: u32) -> String {
    let (arguments, result) = signature(number);
    let first = match kind {
        Kind::Plain => "&self",
        Kind::Messaging => "&self, _: &Context",
        Kind::Tarpc => "self, _: Context",
    };
    format!(
        "    async fn m{number}({first}, {arguments}) -> {result} {{\n        \
         Ok(vec![item; count as usize + names.len() + {number} + {edit}])\n    }}\n"
    )
}

fn usage(kind: Kind, number: u32) -> String {
    let item = format!("Item{}", number % TYPES);
    let arguments = format!("1, {item}::default(), vec![String::from(\"a\")]");
    let (client, call) = match kind {
        Kind::Plain => ("Served", format!("client.m{number}({arguments}).await")),
        Kind::Messaging => ("ServiceClient", format!("client.m{number}({arguments}).await")),
        Kind::Tarpc => (
            "ServiceClient",
            format!("client.m{number}(context::current(), {arguments}).await.expect(\"a reply\")"),
        ),
    };
    format!(
        "fn use_m{number}(client: &{client}) -> Use<'_> {{\n    \
         Box::pin(async move {{ {call}.expect(\"a result\").len() }})\n}}\n"
    )
}

/// Starts the server, where there is one, and makes the client.
fn server(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => "    let client = Served;\n",
        Kind::Messaging => {
            "    let transport = Transport::connect(\"memory://\").await.expect(\"a transport\");
    let target = Target::topic(\"service\").server(\"one\");
    let endpoint = ServiceEndpoint::new(Served);
    let server = RpcServer::builder(&transport, target).endpoint(endpoint).start().await;
    let _server = server.expect(\"a server\");
    let client = ServiceClient::new(&transport);
"
        }
        Kind::Tarpc => {
            "    let listener = tarpc::serde_transport::tcp::listen(\"127.0.0.1:0\", Json::default);
    let mut listener = listener.await.expect(\"a listener\");
    let address = listener.local_addr();
    tokio::spawn(async move {
        while let Some(Ok(transport)) = listener.next().await {
            let requests = BaseChannel::with_defaults(transport).execute(Served.serve());
            tokio::spawn(requests.for_each(|request| async move {
                tokio::spawn(request);
            }));
        }
    });
    let transport = tarpc::serde_transport::tcp::connect(address, Json::default).await;
    let transport = transport.expect(\"a connection\");
    let client = ServiceClient::new(tarpc::client::Config::default(), transport).spawn();
"
        }
    }
}
