//! A tiny HTTP server for what answers at once: on tokio.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

/// How many connections there may be at once; more wait to be accepted.
const CONNECTIONS: usize = 64;

/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);

/// The answer to what is no question.
const ALLOWED: &str = r#"{"methods":["GET","HEAD"]}"#;

/// How long nothing is accepted after the system refused to, as it does without a free handle.
const PAUSE: Duration = Duration::from_millis(100);

/// What there is at a path.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
}

/// The answer to a path.
type Answer = dyn Fn(&str) -> Page + Send + Sync;

/// A server that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    address: SocketAddr,
    task: AbortHandle,
}

impl Listening {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers each `GET` of a path.
pub(crate) async fn listen(
    address: SocketAddr,
    answer: impl Fn(&str) -> Page + Send + Sync + 'static,
) -> io::Result<Listening> {
    let tokio = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let task = tokio.spawn(accept(listener, Arc::new(answer))).abort_handle();
    Ok(Listening { address, task })
}

#[allow(clippy::disallowed_methods)] // sockets are of tokio, and so is their time
async fn accept(listener: TcpListener, answer: Arc<Answer>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // Dropped with the task, and with it every connection.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let answer = Arc::clone(&answer);
                connections.spawn(async move {
                    converse(stream, answer).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

#[allow(clippy::disallowed_methods)] // as in `accept`
async fn converse(stream: TcpStream, answer: Arc<Answer>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = respond(&request, &*answer);
        async { Ok::<_, Infallible>(response) }
    });
    let mut connection = http1::Builder::new();
    // One question and its answer: who keeps a connection keeps its place from the others.
    connection.timer(TokioTimer::new()).header_read_timeout(PATIENCE).keep_alive(false);
    // A client that goes away, or sends what is no HTTP, ends its own connection.
    let answered = connection.serve_connection(TokioIo::new(stream), service);
    // Nor is it waited for long to read.
    let _ = tokio::time::timeout(2 * PATIENCE, answered).await;
}

fn respond(request: &Request<Incoming>, answer: &Answer) -> Response<Full<Bytes>> {
    let is_asked = matches!(*request.method(), Method::GET | Method::HEAD);
    let Page { status, kind, body } = match is_asked {
        true => answer(request.uri().path()),
        false => Page { status: 405, kind: "application/json", body: ALLOWED.to_owned() },
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if !is_asked {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}
