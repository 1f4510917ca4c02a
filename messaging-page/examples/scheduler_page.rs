//! The scheduler's page, served beside two of its servers, all in this process:
//! `cargo run -p messaging-page --example scheduler_page`. With `write FOLDER` it writes the page as
//! a file and the AsyncAPI document, and ends.
#![allow(clippy::print_stdout, reason = "a program tells where its page is on its output")]

use std::sync::Arc;
use std::time::Duration;

use messaging::{Context, Proxy as _, RpcServer, Target, Transport};
use messaging_examples::scheduler::{
    Capabilities, FilterProperties, Host, RequestSpec, Scheduler, SchedulerClient,
    SchedulerEndpoint, SchedulerError,
};
use messaging_page::live::Bus;
use messaging_page::server::{Options, Server};
use messaging_page::{Document, Mode, asyncapi, page};

/// A scheduler of one host.
struct One;

impl Scheduler for One {
    async fn select_hosts(
        &self,
        _: &Context,
        request_spec: RequestSpec,
        _: FilterProperties,
    ) -> Result<Vec<Host>, SchedulerError> {
        if request_spec.memory_mb > 4096 {
            let reason = format!("{} MB are needed", request_spec.memory_mb);
            return Err(SchedulerError::NoValidHost { reason });
        }
        Ok(vec![Host { host: "host-1".to_owned(), memory_mb: 4096 }])
    }

    async fn update_capabilities(&self, _: &Context, _: String, _: Capabilities) {}
}

type AnyError = Box<dyn std::error::Error>;

fn write(folder: &str) -> Result<(), AnyError> {
    let document = Document::new([SchedulerClient::contract()])?;
    let folder = std::path::Path::new(folder);
    std::fs::write(folder.join("scheduler.html"), page(&document, Mode::Alone))?;
    std::fs::write(folder.join("scheduler.asyncapi.json"), format!("{:#}\n", asyncapi(&document)))?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, folder] = arguments.as_slice()
        && verb == "write"
    {
        return write(folder);
    }
    let transport = Transport::connect("memory://").await?;
    let mut servers = Vec::new();
    for name in ["scheduler-1", "scheduler-2"] {
        let target = Target::topic("scheduler").server(name);
        let server = RpcServer::builder(&transport, target).endpoint(SchedulerEndpoint::new(One));
        servers.push(server.start().await?);
    }
    let client = SchedulerClient::new(&transport);
    for memory_mb in (0..40).map(|number| number * 128) {
        let _ = client.select_hosts(RequestSpec { memory_mb }, FilterProperties::default()).await;
    }
    let bus = Bus::new(&transport);
    let document = bus.describe(&["scheduler".to_owned()]).await?;
    let mut options = Options::default();
    options.allow_calls = !arguments.iter().any(|it| it == "--read-only");
    let server = Server::bind(document, Arc::new(bus), options).await?;
    println!("{}", server.url());
    let end = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    server.run(end).await;
    for server in servers {
        let _ = server.shutdown(Duration::from_secs(5)).await;
    }
    Ok(())
}
