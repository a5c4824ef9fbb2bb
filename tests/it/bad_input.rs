//! What cannot be accepted is refused with a problem (RFC 9457) that names the field and says how
//! to mend it, repeats nothing of what was sent, and writes nothing.

mod addresses;
mod batches;
mod bodies;
mod retries;
mod roles;
mod sizes;

use serde_json::Value;

use crate::support::http::Reply;

/// Stands in every bad value that is sent, and in no answer.
const MARK: &str = "zq7";

/// A problem with this status and code; it is whole and repeats nothing.
#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) -> Value {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json")
    );
    let problem = reply.json();
    whole(&problem, status);
    assert_eq!(problem["code"], code, "{problem}");
    assert!(!reply.text.to_lowercase().contains(MARK), "{}", reply.text);
    problem
}

/// The problem has every member that RFC 9457 and the contract promise, in words.
#[track_caller]
fn whole(problem: &Value, status: u16) {
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        text("type"),
        format!("urn:placet:problem:{}", text("code")),
        "{problem}"
    );
    assert_eq!(problem["status"], status, "{problem}");
    assert!(text("title").len() > 10, "{problem}");
    assert!(text("detail").len() > 15, "{problem}");
    for error in problem["errors"].as_array().into_iter().flatten() {
        assert!(error["pointer"].is_string(), "{problem}");
        assert!(error["code"].is_string(), "{problem}");
        let detail = error["detail"].as_str().unwrap_or_default();
        assert!(detail.len() > 10, "{problem}");
    }
}

/// The errors of a problem as `pointer code`.
fn errors(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().into_iter().flatten();
    let line = |error: &Value| {
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("pointer"), text("code"))
    };
    errors.map(line).collect()
}
