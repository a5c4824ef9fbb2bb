//! Reads a body strictly: bounded, UTF-8, JSON, no unknown fields. What is wrong is said with its
//! place and without repeating what was sent.

use super::problem::Problem;
use super::site::Site;
use crate::app::FieldProblem;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::rt::time::{Sleep, sleep};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::Stream;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// A body of at most `LIMIT` bytes.
pub struct Body<const LIMIT: usize>(pub web::Bytes);

/// 1 MiB: every body but a batch of checks.
pub const SMALL: usize = 1024 * 1024;
/// 8 MiB: a batch of checks.
pub const LARGE: usize = 8 * 1024 * 1024;

impl<const LIMIT: usize> FromRequest for Body<LIMIT> {
    type Error = Problem;
    type Future = Reading<LIMIT>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|text| text.to_str().ok()?.parse().ok());
        let site = request.app_data::<web::Data<Site>>();
        Reading {
            patience: site.map(|site| site.patience).unwrap_or_default().body,
            late: None,
            payload: payload.take(),
            too_large: announced.is_some_and(|bytes: usize| bytes > LIMIT),
            first: web::Bytes::new(),
            whole: web::BytesMut::new(),
        }
    }
}

/// A body that is arriving. Most come in one piece, which is then kept as it came.
pub struct Reading<const LIMIT: usize> {
    patience: Duration,
    /// Wakes us when it has taken too long; only where it did not come at once.
    late: Option<Pin<Box<Sleep>>>,
    payload: Payload,
    too_large: bool,
    first: web::Bytes,
    whole: web::BytesMut,
}

impl<const LIMIT: usize> Reading<LIMIT> {
    fn take(&mut self, piece: web::Bytes) {
        self.too_large |= self.first.len().max(self.whole.len()) + piece.len() > LIMIT;
        if self.first.is_empty() {
            self.first = piece;
            return;
        }
        if self.whole.is_empty() {
            self.whole.extend_from_slice(&self.first);
        }
        self.whole.extend_from_slice(&piece);
    }

    fn lateness(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let patience = self.patience;
        let late = self.late.get_or_insert_with(|| Box::pin(sleep(patience)));
        late.as_mut().poll(context)
    }

    fn arrived(&mut self) -> web::Bytes {
        if self.whole.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            std::mem::take(&mut self.whole).freeze()
        }
    }
}

impl<const LIMIT: usize> Future for Reading<LIMIT> {
    type Output = Result<Body<LIMIT>, Problem>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        while !self.too_large {
            match Pin::new(&mut self.payload).poll_next(context) {
                Poll::Ready(Some(Ok(piece))) => self.take(piece),
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(cut_off())),
                Poll::Ready(None) => return Poll::Ready(Ok(Body(self.arrived()))),
                Poll::Pending => {
                    ready!(self.lateness(context));
                    return Poll::Ready(Err(Problem::too_slow(self.patience)));
                }
            }
        }
        Poll::Ready(Err(Problem::too_large(LIMIT)))
    }
}

fn cut_off() -> Problem {
    Problem::malformed(
        String::new(),
        "body_incomplete",
        "the body did not arrive whole; send it again".into(),
    )
}

/// Reads JSON of the wanted shape. The quick way first; where it fails, once more to say where.
///
/// # Errors
/// A problem with the place and how to mend it.
pub fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|_| explain::<T>(bytes))
}

fn explain<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Problem {
    if std::str::from_utf8(bytes).is_err() {
        return Problem::malformed(String::new(), "not_utf8", "the body must be UTF-8".into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    if let Err(error) = IgnoredAny::deserialize(&mut reader) {
        return broken(&error);
    }
    if reader.end().is_err() {
        let detail = "the body goes on after the JSON ends".to_owned();
        return Problem::malformed(String::new(), "trailing_data", detail);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) if error.inner().is_data() => misfit(&error),
        Err(error) => broken(error.inner()),
        Ok(_) => Problem::unavailable(),
    }
}

/// Makes something of each body of a batch, or names every fault of all of them.
///
/// # Errors
/// The faults.
pub fn each<B, C>(
    bodies: Vec<(String, Result<B, Vec<FieldProblem>>)>,
    make: impl Fn(&str, B) -> Result<C, Vec<FieldProblem>>,
) -> Result<Vec<(String, C)>, Problem> {
    let (mut made, mut problems) = (Vec::with_capacity(bodies.len()), Vec::new());
    for (pointer, body) in bodies {
        match body.and_then(|body| make(&pointer, body)) {
            Ok(one) => made.push((pointer, one)),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(made)
    } else {
        Err(Problem::invalid(problems))
    }
}

fn broken(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let detail = format!("the body is no JSON: it breaks at line {line}, column {column}");
    Problem::malformed(String::new(), "not_json", detail)
}

/// It is JSON, of another shape than the wanted one.
fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let message = error.inner().to_string();
    let (code, detail) = mend(&message);
    let mut pointer = pointer(&error.path().to_string());
    if code == "field_unknown"
        && let Some(name) = quoted(&message).filter(|name| is_plain(name))
        && !pointer.ends_with(&format!("/{name}"))
    {
        pointer = format!("{pointer}/{name}");
    }
    if matches!(code, "field_missing" | "field_twice")
        && let Some(name) = quoted(&message)
    {
        pointer = format!("{pointer}/{name}");
    }
    Problem::invalid(vec![FieldProblem::new(pointer, code, detail)])
}

/// serde's message with what was sent left out: only what is expected is kept.
fn mend(message: &str) -> (&'static str, String) {
    let place = |text: &str| text.split(" at line ").next().unwrap_or(text).to_owned();
    // the last one: what was sent comes before it and may hold the same words
    let expected = message
        .rsplit_once(", expected ")
        .map(|(_, expected)| place(expected));
    if message.starts_with("unknown field") {
        let detail = format!(
            "no such field; there are {}",
            expected.unwrap_or_default().trim_start_matches("one of ")
        );
        return ("field_unknown", detail);
    }
    if message.starts_with("missing field") {
        return ("field_missing", "this field is needed".into());
    }
    if message.starts_with("duplicate field") {
        return (
            "field_twice",
            "this field is there twice; send it once".into(),
        );
    }
    match expected {
        Some(expected) => ("type_wrong", format!("must be {}", in_json(&expected))),
        None if is_time(message) => (
            "value_wrong",
            "must be a time with its offset, as in RFC 3339: 2026-11-20T10:15:00+01:00".into(),
        ),
        // messages of our own types say how to mend it and repeat nothing
        None if is_our_own(message) => ("value_wrong", place(message)),
        None => (
            "value_wrong",
            "does not have the form that this field needs".into(),
        ),
    }
}

/// What serde calls by its name in Rust, by its name in JSON.
fn in_json(expected: &str) -> String {
    match expected.split(' ').next().unwrap_or_default() {
        "struct" | "map" => "an object".into(),
        "sequence" => "an array".into(),
        "u8" | "u16" | "u32" | "u64" => "a whole number, not negative".into(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".into(),
        _ => match expected.strip_prefix("a ") {
            Some("map") => "an object".into(),
            Some("sequence") => "an array".into(),
            _ => expected.to_owned(),
        },
    }
}

/// chrono's messages; they hold nothing of what was sent, and do not say how to mend it.
fn is_time(message: &str) -> bool {
    const TIMES: [&str; 6] = [
        "input ",
        "premature end",
        "trailing input",
        "no possible date",
        "bad or unsupported",
        "out of range",
    ];
    TIMES.iter().any(|start| message.starts_with(start))
}

fn is_our_own(message: &str) -> bool {
    message.starts_with("must ") || message.starts_with("is not a ")
}

fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

fn is_plain(name: &str) -> bool {
    name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `consents[3].subject.email` as `/consents/3/subject/email`; names that were sent and are not
/// plain words are left out.
fn pointer(path: &str) -> String {
    let spread = path.replace('[', ".").replace(']', "");
    let parts = spread
        .split('.')
        .filter(|part| !part.is_empty() && *part != "?" && is_plain(part));
    parts.map(|part| format!("/{part}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its reading is looked at")]
    struct Outer {
        list: Vec<Inner>,
    }
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its reading is looked at")]
    struct Inner {
        name: String,
        age: u32,
    }

    fn error(body: &str) -> serde_json::Value {
        read::<Outer>(body.as_bytes()).unwrap_err().body()
    }

    #[test]
    fn a_wrong_field_is_named_and_its_content_is_not_repeated() {
        let body = error(r#"{"list":[{"name":"a","age":1},{"name":"b","age":"anne@example.fr"}]}"#);
        assert_eq!(body["errors"][0]["pointer"], "/list/1/age");
        assert_eq!(body["errors"][0]["code"], "type_wrong");
        assert!(!body.to_string().contains("anne"));
        let body = error(r#"{"list":[{"name":"a","age":1,"agee":2}]}"#);
        assert_eq!(body["errors"][0]["pointer"], "/list/0/agee");
        assert_eq!(body["errors"][0]["code"], "field_unknown");
        let body = error(r#"{"list":[{"name":"a","anne@example.fr":2}]}"#);
        assert!(!body.to_string().contains("anne"), "{body}");
        let body = error(r#"{"list":"a, expected anne@example.fr"}"#);
        assert!(!body.to_string().contains("anne"), "{body}");
        let body = error(r#"{"list":[{"name":"a"}]}"#);
        assert_eq!(body["errors"][0]["pointer"], "/list/0/age");
    }

    #[test]
    fn broken_json_is_told_with_its_place() {
        assert_eq!(error("{\"list\":[}")["errors"][0]["code"], "not_json");
        assert_eq!(error("")["errors"][0]["code"], "not_json");
        assert_eq!(
            error("{\"list\":[]} x")["errors"][0]["code"],
            "trailing_data"
        );
        assert_eq!(error("{\"lost\":[],")["errors"][0]["code"], "not_json");
        let broken = read::<Outer>(b"{\"list\":\"\xff\"}").unwrap_err().body();
        assert_eq!(broken["errors"][0]["code"], "not_utf8");
    }
}
