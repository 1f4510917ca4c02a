//! The probes over HTTP, and nothing else.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use super::{Probes, Report};
use crate::runtime::http::{self, Listening, Page};
use crate::{Error, ErrorKind};

const JSON: &str = "application/json";

/// What gives the metrics, as text.
#[derive(Clone)]
pub(super) struct Scrape(Arc<dyn Fn() -> String + Send + Sync>);

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrape")
    }
}

/// Probes that are served, until this is dropped.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct Serving(Listening);

impl Serving {
    /// Where, with the port that was chosen where none was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

impl Probes {
    /// The same, and at `/metrics` what `scrape` gives, in the text format of Prometheus: where
    /// its registry is the caller's.
    #[must_use]
    pub fn metrics(mut self, scrape: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.scrape = Some(Scrape(Arc::new(scrape)));
        self
    }

    /// Serves them over HTTP at `address`, on tokio: `/health/live` and `/health/ready`, each with
    /// 200 or 503, and the [`Report`] as JSON; and [`metrics`](Self::metrics), where there are any.
    ///
    /// It answers `GET` and `HEAD`, one for each connection, reads no body, and holds at most 64
    /// connections: ten seconds until they have asked, twenty until they have read. It has no TLS and
    /// asks nobody who they are: let it listen where only probes come.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) if nothing can listen there, or no tokio runtime runs here.
    pub async fn serve(self, address: SocketAddr) -> Result<Serving, Error> {
        let listening = http::listen(address, move |path| self.page(path)).await;
        let listening = listening.map_err(|error| {
            let text = format!(
                "health probes cannot be served on {address}; choose another address, such as \
                 `127.0.0.1:0`, and a task of a tokio runtime"
            );
            Error::new(ErrorKind::Config, text).with_source(error)
        })?;
        Ok(Serving(listening))
    }

    fn page(&self, path: &str) -> Page {
        match (path, &self.scrape) {
            ("/health/live", _) => of_report(&self.live()),
            ("/health/ready", _) => of_report(&self.ready()),
            ("/metrics", Some(scrape)) => Page {
                status: 200,
                kind: "text/plain; version=0.0.4; charset=utf-8",
                body: (scrape.0)(),
            },
            _ => {
                let metrics = if self.scrape.is_some() { r#","/metrics""# } else { "" };
                let body = format!(r#"{{"paths":["/health/live","/health/ready"{metrics}]}}"#);
                Page { status: 404, kind: JSON, body }
            }
        }
    }
}

fn of_report(report: &Report) -> Page {
    let status = if report.ok { 200 } else { 503 };
    // A report is text and truth values, which can always be written.
    Page { status, kind: JSON, body: serde_json::to_string(report).unwrap_or_default() }
}
