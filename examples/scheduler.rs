//! The scheduler of OpenStack's design note for its RPC library: a service's own API at version
//! 2.6 beside the base API that every service has, behind one topic.
//!
//! ```text
//! cargo run --example scheduler                 # both sides in this process
//! export MESSAGING_URL=rabbit://guest:guest@localhost:5672/
//! cargo run --example scheduler serve           # until Ctrl-C
//! cargo run --example scheduler call            # in another terminal
//! ```
//!
//! The API itself, a trait with its types, is in `src/scheduler.rs`: `cargo xtask contract check`
//! compares it with what was promised before, in `contract.lock.json`.
//! The Python side of the same API, by oslo.messaging, can take either place.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use messaging::{
    BaseApi, CallError, Context, Proxy as _, RpcClient, RpcServer, Target, Transport, Version,
    omitted, version,
};
use messaging_examples::scheduler::{
    Capabilities, FilterProperties, Host, RequestSpec, Scheduler, SchedulerClient,
    SchedulerEndpoint, SchedulerError,
};

/// The service behind the API: what each host can do.
struct Manager {
    hosts: Mutex<BTreeMap<String, Capabilities>>,
}

impl Manager {
    fn new() -> Self {
        let hosts = [("host-1", 4096), ("host-2", 1024)]
            .map(|(host, memory_mb)| (host.to_owned(), Capabilities { memory_mb }));
        Self { hosts: Mutex::new(hosts.into()) }
    }

    fn hosts(&self) -> MutexGuard<'_, BTreeMap<String, Capabilities>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scheduler for Manager {
    async fn select_hosts(
        &self,
        ctx: &Context,
        request_spec: RequestSpec,
        filter_properties: FilterProperties,
    ) -> Result<Vec<Host>, SchedulerError> {
        let user = ctx.get("user").and_then(|user| user.as_str()).unwrap_or("somebody");
        println!("{user} asks for {} MB", request_spec.memory_mb);
        let mut fit: Vec<Host> = self
            .hosts()
            .iter()
            .filter(|(host, _)| !filter_properties.ignore_hosts.contains(host))
            .map(|(host, Capabilities { memory_mb })| Host {
                host: host.clone(),
                memory_mb: *memory_mb,
            })
            .filter(|host| host.memory_mb >= request_spec.memory_mb)
            .collect();
        fit.sort_by_key(|host| Reverse(host.memory_mb));
        if fit.is_empty() {
            let reason = format!("{} MB are needed", request_spec.memory_mb);
            return Err(SchedulerError::NoValidHost { reason });
        }
        Ok(fit)
    }

    async fn update_capabilities(&self, _: &Context, host: String, capabilities: Capabilities) {
        println!("{host} has {} MB", capabilities.memory_mb);
        self.hosts().insert(host, capabilities);
    }
}

type AnyError = Box<dyn std::error::Error>;

async fn start(transport: &Transport) -> Result<RpcServer, AnyError> {
    let server = RpcServer::builder(transport, Target::topic("scheduler").server("scheduler-1"))
        .endpoint(SchedulerEndpoint::new(Manager::new()))
        .endpoint(BaseApi::new("scheduler"))
        .start()
        .await?;
    println!("serving topic `scheduler`");
    Ok(server)
}

async fn call(transport: &Transport) -> Result<(), AnyError> {
    let scheduler = SchedulerClient::new(transport);
    let spec = RequestSpec { memory_mb: 2048 };
    let any = FilterProperties::default();

    let ctx = Context::new().with("user", "alice");
    let hosts = scheduler.select_hosts(spec.clone(), any.clone()).context(&ctx).await?;
    println!("fit for 2048 MB, best first: {hosts:?}");

    // A third host appears, and every scheduler is told.
    let capabilities = Capabilities { memory_mb: 8192 };
    scheduler.update_capabilities("host-3".into(), capabilities).fanout().await?;
    while scheduler.select_hosts(spec.clone(), any.clone()).await?[0].host != "host-3" {}
    println!("host-3 is known, and the best");

    // The method's own error comes back as its own type.
    match scheduler.select_hosts(RequestSpec { memory_mb: 65536 }, any.clone()).await {
        Err(CallError::Remote(SchedulerError::NoValidHost { reason })) => {
            println!("as expected, no valid host: {reason}");
        }
        other => return Err(format!("expected no valid host, got {other:?}").into()),
    }

    // Pinned to 2.3, as while some servers are older. To pass what they do not know does not compile.
    let old = scheduler.prepare().version(version!("2.3")).build()?;
    println!("pinned to 2.3, {} hosts fit", old.select_hosts(spec.clone(), omitted()).await?.len());

    // The same where the version is read from somewhere: what older servers do not know is left out
    // at its default, and else refused before anything is sent.
    let pinned: Version = "2.3".parse()?;
    let old = scheduler.prepare().version(pinned).build()?;
    println!("pinned to {pinned}, {} hosts fit", old.select_hosts(spec.clone(), any).await?.len());
    let not_3 = FilterProperties { ignore_hosts: vec!["host-3".into()] };
    match old.select_hosts(spec, not_3).await {
        Err(CallError::Rpc(error)) if error.is_version_refused() => {
            println!("as expected, {error}")
        }
        other => return Err(format!("expected a refusal, got {other:?}").into()),
    }

    // The base API stands behind the same topic, in a namespace of its own.
    let base = Target::topic("scheduler").namespace("baseapi").version(version!("1.1"));
    let args = serde_json::json!({"arg": "are you there?"});
    let pong: serde_json::Value = RpcClient::new(transport, base).call("ping", args).await?;
    println!("ping: {pong}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let role = std::env::args().nth(1);
    let url = match (std::env::var("MESSAGING_URL"), &role) {
        (Ok(url), _) => url,
        (Err(_), None) => "memory://".to_owned(),
        (Err(_), Some(_)) => return Err("two processes need a broker: set MESSAGING_URL".into()),
    };
    let transport = Transport::connect(&url).await?;
    match role.as_deref() {
        None => {
            let server = start(&transport).await?;
            call(&transport).await?;
            report(server.shutdown(Duration::from_secs(10)).await);
        }
        Some("serve") => {
            let server = start(&transport).await?;
            tokio::signal::ctrl_c().await?;
            report(server.shutdown(Duration::from_secs(10)).await);
        }
        Some("call") => call(&transport).await?,
        Some(other) => return Err(format!("expected `serve` or `call`, got `{other}`").into()),
    }
    transport.close(Duration::from_secs(5)).await;
    Ok(())
}

fn report(report: messaging::ShutdownReport) {
    for cut in report.cut_off {
        println!("cut off: {} after {:?}", cut.method, cut.running_for);
    }
}
