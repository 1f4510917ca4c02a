//! Calls from the page.

use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use messaging::Context;
use messaging::contract::{Contract, Errors, MethodContract};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::answer::{self, Answer};
use super::routes::Site;
use crate::bounds::shown;
use crate::live::{CallOutcome, CallRequest};

/// The longest request, in bytes, and how long it may take to come.
const BODY: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a call waits unless told otherwise, and the longest.
const TIMEOUT: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(300);

/// What the page sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    topic: String,
    namespace: Option<String>,
    version: String,
    method: String,
    /// As the page knows it; the contract decides.
    #[serde(default, rename = "cast")]
    _cast: bool,
    #[serde(default)]
    fanout: bool,
    server: Option<String>,
    timeout: Option<f64>,
    #[serde(default)]
    context: Map<String, Value>,
    args: Box<RawValue>,
}

/// What the page gets.
#[derive(Debug, Serialize)]
struct Told {
    seconds: f64,
    #[serde(flatten)]
    outcome: CallOutcome,
}

impl Site {
    pub(super) async fn call(&self, request: Request<Incoming>) -> Answer {
        // A form of another page cannot send this type without asking first.
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
            let text = "a call is sent as application/json";
            return answer::refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, text);
        }
        let Ok(_permit) = self.calls.try_acquire() else {
            let text = "too many calls are going on; wait for one to end";
            return answer::refusal(StatusCode::SERVICE_UNAVAILABLE, text);
        };
        let body = Limited::new(request.into_body(), BODY).collect();
        let body = match tokio::time::timeout(PATIENCE, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) => {
                let text = format!("a call has at most {BODY} bytes");
                return answer::refusal(StatusCode::PAYLOAD_TOO_LARGE, &text);
            }
            Err(_) => return answer::refusal(StatusCode::REQUEST_TIMEOUT, "the call did not come"),
        };
        let asked: Asked = match serde_json::from_slice(&body) {
            Ok(asked) => asked,
            Err(error) => {
                return answer::refusal(StatusCode::BAD_REQUEST, &format!("no call: {error}"));
            }
        };
        let method = match self.method(&asked) {
            Ok(method) => method,
            Err(text) => return answer::refusal(StatusCode::NOT_FOUND, &text),
        };
        answer::json(&self.make(asked, method).await)
    }

    async fn make(&self, asked: Asked, (api, method): (&Contract, &MethodContract)) -> Told {
        let timeout = asked.timeout.and_then(|it| Duration::try_from_secs_f64(it).ok());
        let context = asked.context.into_iter();
        let request = CallRequest {
            topic: asked.topic,
            namespace: asked.namespace,
            version: api.version,
            method: asked.method,
            args: asked.args,
            context: context.fold(Context::new(), |context, (key, value)| context.with(key, value)),
            server: asked.server.filter(|_| !asked.fanout),
            timeout: timeout.or(method.timeout).unwrap_or(TIMEOUT).min(LONGEST),
            cast: method.cast,
            fanout: asked.fanout,
        };
        tracing::info!(topic = request.topic, method = request.method, "called from the page");
        let begun = Instant::now();
        let mut outcome = self.live.call(request).await;
        if let CallOutcome::Failed { class, module, declared, .. } = &mut outcome {
            *declared = declares(method, module, class);
        }
        Told { seconds: begun.elapsed().as_secs_f64(), outcome }
    }

    /// The method that is meant: of the document, and no other.
    fn method(&self, asked: &Asked) -> Result<(&Contract, &MethodContract), String> {
        let api = self.document.apis().iter().find(|api| {
            api.topic == asked.topic
                && api.namespace == asked.namespace
                && api.version.to_string() == asked.version
                && api.method(&asked.method).is_some()
        });
        let found = api.and_then(|api| Some((api, api.method(&asked.method)?)));
        found.ok_or_else(|| {
            let names = self.document.apis().iter().flat_map(|api| {
                api.methods.iter().map(|it| format!("`{}.{}`", shown(&api.topic), shown(&it.name)))
            });
            format!(
                "the page has no method `{}` of version {} on topic `{}`; it has {}",
                shown(&asked.method),
                shown(&asked.version),
                shown(&asked.topic),
                names.take(20).collect::<Vec<_>>().join(", ")
            )
        })
    }
}

fn declares(method: &MethodContract, module: &str, class: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches("_Remote").to_owned();
    let Some(Errors::Classes(classes)) = &method.errors else { return false };
    classes.iter().any(|it| it.module == plain(module) && it.class == plain(class))
}
