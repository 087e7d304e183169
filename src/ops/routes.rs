//! Who may ask what, and the answers. Knows no connection.
//!
//! Where a token is configured it is asked for everywhere but by the two probes, which say nothing but how the program is (D110). Each
//! of the two, those who may ask and the others, has a rate of its own, so that strangers cannot keep a scraper out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde::Serialize;
use subtle::ConstantTimeEq;

use super::health::{Health, State};
use super::metrics::metrics;
use super::snapshot::Snapshot;
use super::status::Status;
use crate::config::service::Secret;

/// Requests a second, and as many at once.
const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// No request needs a body.
const MOST_BODY: usize = 1024;

/// What the answers are made of.
pub struct Answers {
    snapshot: Box<dyn Fn() -> Snapshot + Send + Sync>,
    reload: Arc<AtomicBool>,
    token: Option<Secret>,
    /// For those who may ask, and for the others.
    rates: [DefaultDirectRateLimiter; 2],
}

impl Answers {
    /// Makes them: of what `snapshot` returns; `reload` is set when somebody asks for it, and only who knows the `token`, if there
    /// is one, may ask.
    pub fn new(snapshot: impl Fn() -> Snapshot + Send + Sync + 'static, reload: Arc<AtomicBool>, token: Option<Secret>) -> Self {
        let rates = [(); 2].map(|()| RateLimiter::direct(Quota::per_second(RATE)));
        Answers { snapshot: Box::new(snapshot), reload, token, rates }
    }

    /// Whether the headers of a request show the token; compared in a time that does not tell how much of it is right.
    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let shown = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        shown.is_some_and(|shown| bool::from(shown.ct_eq(token.expose().as_bytes())))
    }
}

/// Returns the routes, for [`converse`](super::converse).
pub fn routes(answers: Arc<Answers>) -> Router {
    Router::new()
        .route("/health/live", get(async || "live\n"))
        .route("/health/ready", get(ready))
        .route("/metrics", get(scrape))
        .route("/status", get(status))
        .route("/-/reload", post(reload))
        .fallback(async || (StatusCode::NOT_FOUND, "not found\n"))
        .layer(from_fn_with_state(Arc::clone(&answers), guard))
        .with_state(answers)
}

/// Lets a request through that is not too much, not too large, and whose sender may ask.
async fn guard(Shared(answers): Shared<Arc<Answers>>, request: Request, next: Next) -> Response {
    let (known, probe) = (answers.knows_token(request.headers()), request.uri().path().starts_with("/health/"));
    let mut response = if answers.rates[usize::from(!known)].check().is_err() {
        (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")], "too many requests\n").into_response()
    } else if !known && !probe {
        (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], "a token is needed\n").into_response()
    } else {
        let (parts, body) = request.into_parts();
        match to_bytes(body, MOST_BODY).await {
            Ok(_) => next.run(Request::from_parts(parts, Body::empty())).await,
            Err(_) => (StatusCode::PAYLOAD_TOO_LARGE, "no request needs a body\n").into_response(),
        }
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn ready(Shared(answers): Shared<Arc<Answers>>) -> Response {
    let health = Health::of(&(answers.snapshot)());
    let code = if health.state == State::Ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, json(&health)).into_response()
}

async fn scrape(Shared(answers): Shared<Arc<Answers>>) -> Response {
    match metrics(&(answers.snapshot)()) {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn status(Shared(answers): Shared<Arc<Answers>>) -> Response {
    json(&Status::of(&(answers.snapshot)()))
}

/// Asks for the rules to be read again. A browser that shows somebody else's page says whose it is, and is refused.
async fn reload(Shared(answers): Shared<Arc<Answers>>, headers: HeaderMap) -> Response {
    if headers.contains_key(ORIGIN) {
        return (StatusCode::FORBIDDEN, "not from a browser\n").into_response();
    }
    answers.reload.store(true, Ordering::Relaxed);
    (StatusCode::ACCEPTED, "the rules are read again; /status says what becomes of them\n").into_response()
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => ([(CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
