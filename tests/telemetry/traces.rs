//! One trace across the languages, and what spans say.

use std::time::Duration;

use messaging::{CallError, Context, ErrorKind, Proxy as _, RpcClient, Target, Transport};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::{Value, json};
use tracing::Instrument as _;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::bus::serve;
use crate::echo::{EchoClient, RelayClient};
use crate::python::{Python, rabbit_url, unique_topic};
use crate::receiver::{Receiver, Span};

/// This process traces to `endpoint`, as the page `telemetry` shows it.
fn trace_to(endpoint: &str) -> SdkTracerProvider {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .build()
        .expect("an exporter");
    let resource = Resource::builder().with_service_name("rust").build();
    let provider =
        SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let subscriber = tracing_subscriber::registry()
        .with(tracing_subscriber::filter::LevelFilter::INFO)
        .with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("the first of this process");
    provider
}

fn said<'a>(span: &'a Span, key: &str) -> &'a str {
    span.attributes.get(key).map_or("", String::as_str)
}

/// A process has one subscriber, so that one test looks at all that is traced.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_goes_from_rust_to_python_and_to_rust_again_and_each_span_says_what_became_of_it() {
    let mut receiver = Receiver::start().await;
    let provider = trace_to(&receiver.endpoint);
    let (relay, echo) = (unique_topic("relay"), unique_topic("echo"));
    let url = rabbit_url();
    let enabled = "oslo_messaging_tracing.tracing_enabled=true";
    let service = "oslo_messaging_tracing.tracing_service_name=python";
    let otlp = format!("oslo_messaging_tracing.otel_exporter_otlp_endpoint={}", receiver.endpoint);
    let mut arguments = vec!["--url", &url, "--topic", &relay, "--server", "p"];
    arguments.extend(["--set", enabled, "--set", service, "--set", &otlp]);
    let python = Python::spawn("relay.py", &arguments);
    python.event("ready").await;
    let transport = Transport::connect(&url).await.expect("the broker is there");
    let (server, client) = serve(&transport, &echo).await;

    let asking = RelayClient::new(&transport).prepare().topic(&relay).build().unwrap();
    let root = tracing::info_span!("request");
    let call = asking.relay(echo.clone(), json!(7)).into_future().instrument(root.clone());
    assert_eq!(call.await.unwrap(), json!(7));
    drop(root);

    let root = receiver.span("root", |span| span.name == "request").await;
    let first = receiver.span("span of the call", |span| span.name == "Relay/relay").await;
    let python_received =
        receiver.span("span of the Python server", |span| span.name == "relay receive").await;
    let python_asks =
        receiver.span("span of the Python client", |span| span.name == format!("{echo}.echo"));
    let python_asks = python_asks.await;
    // Another test of this process may have a server of the same API.
    let is_last = |span: &Span| span.name == "Echo/echo" && said(span, "server.address") == echo;
    let last = receiver.span("span of the method", is_last).await;
    for (span, parent, kind, service) in [
        (&first, &root, SpanKind::Client, "rust"),
        (&python_received, &first, SpanKind::Consumer, "python"),
        (&python_asks, &python_received, SpanKind::Producer, "python"),
        (&last, &python_asks, SpanKind::Server, "rust"),
    ] {
        assert_eq!(span.trace, root.trace, "{span:?} is of another trace");
        assert_eq!(span.parent, parent.id, "{span:?} is not below {parent:?}");
        assert_eq!((span.kind, &*span.service), (kind, service), "{span:?}");
        assert!(!span.is_error, "{span:?}");
    }
    for (span, method, topic) in [(&first, "Relay/relay", &relay), (&last, "Echo/echo", &echo)] {
        assert_eq!(said(span, "rpc.system.name"), "oslo_messaging");
        assert_eq!(said(span, "rpc.method"), method);
        assert_eq!(said(span, "rpc.status_code"), "Ok");
        assert_eq!(said(span, "server.address"), topic);
        assert_eq!(said(span, "error.type"), "");
    }

    failures_are_told_on_both_sides(&mut receiver, &transport, &client, &echo).await;
    a_trace_goes_on_from_the_context_and_to_all_who_are_asked(&mut receiver, &client).await;

    server.stop();
    server.wait().await;
    python.finish().await;
    provider.shutdown().expect("all is exported");
}

async fn failures_are_told_on_both_sides(
    receiver: &mut Receiver,
    transport: &Transport,
    client: &EchoClient,
    topic: &str,
) {
    assert!(matches!(client.refuse().await, Err(CallError::Remote(_))));
    for kind in [SpanKind::Client, SpanKind::Server] {
        let is_it = |span: &Span| {
            span.name == "Echo/refuse" && span.kind == kind && said(span, "server.address") == topic
        };
        let span = receiver.span("span of a method that fails", is_it).await;
        assert!(span.is_error, "{span:?}");
        assert_eq!(said(&span, "error.type"), "NotToday");
        assert_eq!(said(&span, "rpc.status_code"), "Remote");
    }

    // The name that a peer has made up is in no name of a span.
    let by_name = RpcClient::new(transport, Target::topic(topic));
    let error = by_name.call::<Value>("made_up", json!({})).await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::NoSuchMethod));
    let is_it = |span: &Span| {
        span.kind == SpanKind::Server
            && said(span, "rpc.method") == "_OTHER"
            && said(span, "server.address") == topic
    };
    let span = receiver.span("span of an unknown method", is_it).await;
    assert_eq!(span.name, "oslo_messaging");
    assert_eq!(said(&span, "rpc.method_original"), "made_up");
    assert_eq!(said(&span, "error.type"), "NoSuchMethod");
}

async fn a_trace_goes_on_from_the_context_and_to_all_who_are_asked(
    receiver: &mut Receiver,
    client: &EchoClient,
) {
    // What a caller has from elsewhere, such as a request by HTTP, and is in no span of this process.
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let context = Context::new().with("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
    let gather = client.echo(json!(1)).context(&context).gather(Duration::from_secs(5)).first(1);
    assert_eq!(gather.await.unwrap().all().await.len(), 1);

    let is_asking = |span: &Span| said(span, "messaging.operation.name") == "gather";
    let asking = receiver.span("span of the gather", is_asking).await;
    assert_eq!((&*asking.name, said(&asking, "rpc.status_code")), ("Echo/echo", "Ok"));
    let digits: String = asking.trace.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digits, trace);
    let is_asked = |span: &Span| span.parent == asking.id && span.kind == SpanKind::Server;
    let asked = receiver.span("span of who is asked", is_asked).await;
    assert_eq!(asked.trace, asking.trace);
}
