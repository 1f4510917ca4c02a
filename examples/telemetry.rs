//! Traces over OTLP, metrics for Prometheus, and health probes.
//!
//! Without a broker: `cargo run --example telemetry`. Spans go to a collector where
//! `OTEL_EXPORTER_OTLP_ENDPOINT` names one, such as `http://127.0.0.1:4318`. The metrics are scraped by
//! the example itself, at the address that a Prometheus would ask.

use std::error::Error;
use std::time::Duration;

use messaging::health::Probes;
use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::{Encoder as _, Registry, TextEncoder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tracing_subscriber::layer::SubscriberExt as _;

#[rpc_api(topic = "greeter", version = "1.0")]
trait Greeter {
    async fn greet(&self, ctx: &Context, name: String) -> Result<String, String>;
}

struct Friendly;

impl Greeter for Friendly {
    async fn greet(&self, _: &Context, name: String) -> Result<String, String> {
        if name.is_empty() { Err("nobody to greet".into()) } else { Ok(format!("hello, {name}")) }
    }
}

/// Spans go where the environment says, if it does.
fn tracing() -> Result<Option<SdkTracerProvider>, Box<dyn Error>> {
    if std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_none() {
        return Ok(None);
    }
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().build()?;
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("greeter"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    Ok(Some(provider))
}

/// Metrics go into a registry of Prometheus.
fn metrics() -> Result<(SdkMeterProvider, Registry), Box<dyn Error>> {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build()?;
    let provider = SdkMeterProvider::builder().with_reader(exporter).build();
    messaging::telemetry::install(&provider.meter("greeter"))?;
    Ok((provider, registry))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let traces = tracing()?;
    let (_provider, registry) = metrics()?;

    let url = std::env::var("MESSAGING_URL").unwrap_or_else(|_| "memory://".into());
    let transport = Transport::connect(&url).await?;
    let server = RpcServer::builder(&transport, Target::topic("greeter").server("one"))
        .endpoint(GreeterEndpoint::new(Friendly))
        .start()
        .await?;
    let probes = Probes::of(&transport).server(&server).metrics(move || {
        let mut text = Vec::new();
        let written = TextEncoder::new().encode(&registry.gather(), &mut text);
        written
            .map_or_else(|error| format!("# {error}\n"), |()| String::from_utf8_lossy(&text).into())
    });
    let serving = probes.serve(([127, 0, 0, 1], 0).into()).await?;

    let greeter = GreeterClient::new(&transport);
    println!("{}", greeter.greet("bus".into()).await?);
    println!("{:?}", greeter.greet(String::new()).await);

    // What a Prometheus and an orchestrator would ask.
    for path in ["/health/ready", "/metrics"] {
        let mut stream = tokio::net::TcpStream::connect(serving.address()).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        println!("\nGET {path}");
        for line in answer.lines().filter(|line| line.contains("_count{") || line.starts_with('{'))
        {
            println!("{line}");
        }
    }

    let _ = server.shutdown(Duration::from_secs(5)).await;
    if let Some(traces) = traces {
        traces.shutdown()?;
    }
    Ok(())
}
