//! The single place that turns a refusal into an RFC 9457 problem. The match is exhaustive: a
//! new refusal does not compile until it has a status.

use crate::app::{FieldProblem, Refusal};
use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// A problem, as it is answered. Holds no personal data.
#[derive(Debug)]
pub struct Problem(Box<Said>);

/// What a problem says; boxed, so that an outcome that may be one stays small.
#[derive(Debug)]
struct Said {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldProblem>,
    also: Option<(&'static str, Value)>,
    retry_after: Option<u64>,
}

impl Problem {
    /// Its word.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.0.code
    }

    /// A problem without field errors.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self(Box::new(Said {
            status,
            code,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            also: None,
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
        }))
    }

    fn naming(mut self, errors: Vec<FieldProblem>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Fields that cannot be accepted.
    #[must_use]
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{} {}", only.pointer, only.detail),
            many => format!(
                "{} fields cannot be accepted; errors names each",
                many.len()
            ),
        };
        let title = "The request cannot be accepted as it is; nothing was written";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail).naming(errors)
    }

    /// The body is no JSON, or a header or parameter cannot be read.
    #[must_use]
    pub fn malformed(pointer: String, code: &'static str, detail: String) -> Self {
        let title = "The request cannot be read; nothing was written";
        let text = detail.clone();
        let errors = vec![FieldProblem::new(pointer, code, text)];
        Self::new(StatusCode::BAD_REQUEST, "malformed", title, detail).naming(errors)
    }

    /// The same as 400: where a protocol knows no other status for a request that cannot be used.
    #[must_use]
    pub fn as_bad_request(mut self) -> Self {
        self.0.status = StatusCode::BAD_REQUEST;
        self
    }

    /// The wrong fields, for an element of a batch at `pointer`.
    #[must_use]
    pub fn under(self, pointer: &str) -> Vec<FieldProblem> {
        let errors = self.0.errors.into_iter();
        let at = |error: FieldProblem| FieldProblem {
            pointer: format!("{pointer}{}", error.pointer),
            ..error
        };
        errors.map(at).collect()
    }

    /// No key, or one that opens nothing.
    #[must_use]
    pub fn no_key(detail: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "key_missing",
            "This needs an API key",
            detail,
        )
    }

    /// The body is too large.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let detail = format!(
            "a body may have at most {} KiB here; send it in several requests",
            limit / 1024
        );
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "The body is too large",
            detail,
        )
    }

    /// The body took too long.
    #[must_use]
    pub fn too_slow(patience: Duration) -> Self {
        let detail = format!(
            "the body did not arrive within {} seconds; nothing was written; send it again",
            patience.as_secs()
        );
        let title = "The body came too slowly";
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_late", title, detail)
    }

    /// Somebody asks too often; after so many seconds they need not wait.
    #[must_use]
    pub fn too_often(seconds: u64) -> Self {
        let detail = format!(
            "nothing was changed; ask again in {seconds} seconds, and not faster than RateLimit-Policy says; \
             a list of questions fits in one request to /v1/checks"
        );
        let (status, title) = (StatusCode::TOO_MANY_REQUESTS, "Too many requests at once");
        let mut problem = Self::new(status, "too_often", title, detail);
        problem.0.retry_after = Some(seconds);
        problem
    }

    /// A tool has as many lists under way as it may.
    #[must_use]
    pub fn too_many_lists() -> Self {
        let detail = "as many lists as may be are being filtered, of this key or of all together; nothing was recorded; \
                      wait until one has ended, and send this one again";
        let (status, title) = (StatusCode::TOO_MANY_REQUESTS, "Too many lists at once");
        let mut problem = Self::new(status, "too_many_lists", title, detail);
        problem.0.retry_after = Some(5);
        problem
    }

    /// More checks come than can be answered in time.
    #[must_use]
    pub fn overloaded() -> Self {
        let detail = "more checks come than can be answered in time; nothing was decided, so do not send: ask again in a moment \
                      (Retry-After), several questions in one request and fewer requests at once";
        let (status, title) = (StatusCode::SERVICE_UNAVAILABLE, "Too many checks at once");
        Self::new(status, "overloaded", title, detail).with("decision", json!("deny"))
    }

    /// Nothing is here.
    #[must_use]
    pub fn not_found() -> Self {
        let detail = "there is nothing at this address; GET /openapi.json lists what there is";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Nothing is here",
            detail,
        )
    }

    /// The node cannot answer now.
    #[must_use]
    pub fn unavailable() -> Self {
        let detail = "the registry cannot be reached; nothing was changed; try again in a moment";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The service cannot answer now",
            detail,
        )
    }

    /// The same with one more member, as RFC 9457 permits.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.0.also = Some((name, value));
        self
    }

    /// As JSON, for the element of a batch too.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({
            "type": format!("urn:placet:problem:{}", self.0.code),
            "title": self.0.title,
            "status": self.0.status.as_u16(),
            "detail": self.0.detail,
            "code": self.0.code,
        });
        if let Some(fields) = body.as_object_mut() {
            if !self.0.errors.is_empty() {
                let one = |e: &FieldProblem| json!({ "pointer": e.pointer, "code": e.code, "detail": e.detail });
                fields.insert("errors".into(), self.0.errors.iter().map(one).collect());
            }
            if let Some((name, value)) = &self.0.also {
                fields.insert((*name).into(), value.clone());
            }
        }
        body
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        response.content_type("application/problem+json");
        if self.0.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        if let Some(seconds) = self.0.retry_after {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from(seconds)));
        }
        let mut response = response.body(self.body().to_string());
        response.extensions_mut().insert(Why(self.0.code));
        response
    }
}

/// Why something was refused, in a word, for the line that the log has of the request.
#[derive(Debug, Clone, Copy)]
pub struct Why(pub &'static str);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(errors) => Self::invalid(errors),
            Refusal::NotFound(what) => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "It does not exist",
                format!("{what} does not exist"),
            ),
            Refusal::Conflict { code, what } => Self::new(
                StatusCode::CONFLICT,
                code,
                "It contradicts what is there",
                what,
            ),
            Refusal::Forbidden(forbidden) => {
                let detail = format!(
                    "{forbidden}; ask your administrator for a key with a role that has it"
                );
                Self::new(
                    StatusCode::FORBIDDEN,
                    "role_insufficient",
                    "This key may not do that",
                    detail,
                )
            }
            Refusal::Store(StoreError::KeyReused) => Self::new(
                StatusCode::CONFLICT,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request",
                "send a new key with a new request, and the same key only with the very same request",
            ),
            Refusal::Store(StoreError::Uncertain) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "outcome_unknown",
                "It is not known whether this was written",
                "the database went away while committing; send the very same request again with the same Idempotency-Key, or look it up first",
            ),
            Refusal::Store(StoreError::Crowded) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "Too many writes wait",
                "nothing of this request was written; send it again in a moment (Retry-After), with the same Idempotency-Key",
            ),
            Refusal::Store(error) => {
                tracing::error!(%error, "a request failed");
                Self::unavailable()
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Refusal::Store(error).into()
    }
}
