//! A receiver of OTLP over HTTP, which keeps the spans that it is sent.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Longer than any exporter waits before it sends.
const PATIENCE: Duration = Duration::from_secs(30);

/// A span as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) trace: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) parent: Vec<u8>,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) is_error: bool,
    /// Of what the resource of its process says.
    pub(crate) service: String,
}

pub(crate) struct Receiver {
    /// Where, as a URL without a path.
    pub(crate) endpoint: String,
    spans: mpsc::UnboundedReceiver<Span>,
    seen: Vec<Span>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, spans) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sender = sender.clone();
                let service = service_fn(move |request| take(request, sender.clone()));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { endpoint, spans, seen: Vec::new() }
    }

    /// The next span that is so, of all that were not taken.
    pub(crate) async fn span(&mut self, what: &str, is_it: impl Fn(&Span) -> bool) -> Span {
        loop {
            if let Some(place) = self.seen.iter().position(&is_it) {
                return self.seen.remove(place);
            }
            match tokio::time::timeout(PATIENCE, self.spans.recv()).await {
                Ok(Some(span)) => self.seen.push(span),
                _ => panic!("no {what} was exported; these were: {:#?}", self.seen),
            }
        }
    }
}

async fn take(
    request: Request<Incoming>,
    sender: mpsc::UnboundedSender<Span>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.uri().path(), "/v1/traces");
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let exported = ExportTraceServiceRequest::decode(body).expect("what OTLP says");
    for of_process in exported.resource_spans {
        let resource = of_process.resource.unwrap_or_default();
        let service = attributes(resource.attributes).remove("service.name").unwrap_or_default();
        for span in of_process.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            let kind = span.kind();
            let _ = sender.send(Span {
                trace: span.trace_id,
                id: span.span_id,
                parent: span.parent_span_id,
                name: span.name,
                kind,
                attributes: attributes(span.attributes),
                is_error: span.status.is_some_and(|status| status.code == 2),
                service: service.clone(),
            });
        }
    }
    Ok(Response::new(Full::default()))
}

fn attributes(
    all: Vec<opentelemetry_proto::tonic::common::v1::KeyValue>,
) -> BTreeMap<String, String> {
    let text = |value| match value {
        any_value::Value::StringValue(text) => text,
        other => format!("{other:?}"),
    };
    let value = |it: opentelemetry_proto::tonic::common::v1::KeyValue| {
        Some((it.key, text(it.value?.value?)))
    };
    all.into_iter().filter_map(value).collect()
}
