//! What is where.

use std::sync::Arc;

use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, StatusCode};
use tokio::sync::Semaphore;

use super::answer::{self, Answer};
use super::guard::Guard;
use super::token::Token;
use crate::live::Live;
use crate::{Document, Mode, asyncapi, page};

/// How many calls go on at once, and how many look at the bus.
const CALLS: usize = 8;
const LOOKS: usize = 4;

/// The page, and what it asks for.
#[derive(Debug)]
pub(super) struct Site {
    page: Bytes,
    pub(super) document: Document,
    pub(super) live: Arc<dyn Live>,
    topics: Vec<String>,
    mode: Mode,
    guard: Guard,
    token: Token,
    pub(super) calls: Semaphore,
    looks: Semaphore,
}

impl Site {
    pub(super) fn new(
        document: Document,
        live: Arc<dyn Live>,
        mode: Mode,
        guard: Guard,
        token: Token,
    ) -> Self {
        Self {
            page: page(&document, mode).into(),
            topics: document.topics().into_iter().map(str::to_owned).collect(),
            document,
            live,
            mode,
            guard,
            token,
            calls: Semaphore::new(CALLS),
            looks: Semaphore::new(LOOKS),
        }
    }

    pub(super) fn token(&self) -> &Token {
        &self.token
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Answer {
        if let Some(why) = self.guard.refuses(request.headers()) {
            return answer::refusal(StatusCode::FORBIDDEN, why);
        }
        let path = request.uri().path().to_owned();
        let (token, path) =
            path.strip_prefix('/').and_then(|it| it.split_once('/')).unwrap_or_default();
        if !self.token.is(token) {
            let text = "open the whole address that was printed when this server was started";
            return answer::refusal(StatusCode::NOT_FOUND, text);
        }
        match (path, request.method()) {
            ("", &Method::GET) => answer::html(self.page.clone()),
            ("asyncapi.json", &Method::GET) => answer::json(&asyncapi(&self.document)),
            ("api/live", &Method::GET) => self.look().await,
            ("api/call", &Method::POST) if self.mode == (Mode::Live { calls: true }) => {
                self.call(request).await
            }
            ("api/call", &Method::POST) => {
                let text = "calling is switched off; `--allow-calls` switches it on";
                answer::refusal(StatusCode::FORBIDDEN, text)
            }
            ("" | "asyncapi.json" | "api/live" | "api/call", _) => {
                answer::refusal(StatusCode::METHOD_NOT_ALLOWED, "it is asked for otherwise")
            }
            _ => answer::refusal(StatusCode::NOT_FOUND, "there is nothing here"),
        }
    }

    async fn look(&self) -> Answer {
        let Ok(_permit) = self.looks.try_acquire() else {
            let text = "too many pages look at the bus at once";
            return answer::refusal(StatusCode::SERVICE_UNAVAILABLE, text);
        };
        answer::json(&self.live.look(&self.topics).await)
    }
}
