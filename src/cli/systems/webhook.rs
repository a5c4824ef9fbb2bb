//! Systems that are called, signed after Standard Webhooks. One that needs longer answers 202, and is
//! called again with the same id until it says what came of it.

use super::reach::{Bounds, LARGEST, Outward, Sent, fault, secret, understand};
use crate::app::systems::{Answer, Call, Fault, Posted};
use crate::cli::egress::{Headers, Kind, Order};
use crate::domain::personal::Secret;
use crate::domain::systems::{Failure, Webhook};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Seconds between two calls to a system that needs longer.
const LOOKS: u32 = 60;
/// Seconds by which the clocks of both sides may differ.
const SKEW: i64 = 300;

pub(super) fn call(
    hook: &Webhook,
    call: &Call<'_>,
    bounds: Bounds,
    outward: Outward<'_>,
) -> Result<Answer, Fault> {
    let id = format!("{}.{}", call.task, call.step.as_str());
    let body = serde_json::to_vec(&Sent::of(call)).map_err(|_| Failure::Garbage)?;
    let (status, body) = post(hook, &id, &body, bounds, outward)?;
    match status {
        202 => Ok(Answer::Later(Some(LOOKS))),
        200 => understand(&body),
        401 | 403 => Err(Failure::Credentials.into()),
        _ => Err(rejected(status)),
    }
}

pub(super) fn probe(hook: &Webhook, bounds: Bounds, outward: Outward<'_>) -> Result<(), Fault> {
    match post(hook, "probe", br#"{"step":"probe"}"#, bounds, outward)?.0 {
        200 | 202 | 204 => Ok(()),
        401 | 403 => Err(Failure::Credentials.into()),
        status => Err(rejected(status)),
    }
}

fn rejected(status: u16) -> Fault {
    Fault {
        why: Failure::Rejected,
        detail: Some(format!("status {status}")),
    }
}

fn signature(key: &Secret<String>, id: &str, at: i64, body: &[u8]) -> String {
    let tag = hmac::sign(&signing(key), &signed_text(id, at, body));
    format!("v1,{}", STANDARD.encode(tag))
}

fn signing(key: &Secret<String>) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes())
}

fn signed_text(id: &str, at: i64, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{at}.").as_bytes(), body].concat()
}

/// Status and body; a body of 200 is the system's own only where its signature says so.
fn post(
    hook: &Webhook,
    id: &str,
    body: &[u8],
    bounds: Bounds,
    outward: Outward<'_>,
) -> Result<(u16, Vec<u8>), Fault> {
    let key = secret(&hook.secret)?;
    let at = outward.clock.now().utc().timestamp();
    let (time, signature) = (at.to_string(), signature(&key, id, at, body));
    let order = Order {
        url: &hook.url,
        kind: Kind::of_hook(hook),
        content_type: "application/json",
        headers: &[
            ("webhook-id", id),
            ("webhook-timestamp", &time),
            ("webhook-signature", &signature),
        ],
        body,
        within: bounds.timeout,
        most: LARGEST,
    };
    let answer = outward.egress.post(&order).map_err(fault)?;
    let (status, body) = (answer.status, answer.body);
    if status == 200 && id != "probe" && !signed(&key, id, &answer.headers, &body, at) {
        return Err(Fault {
            why: Failure::Garbage,
            detail: Some("its answer is not signed with the shared secret".into()),
        });
    }
    Ok((status, body))
}

fn signed(key: &Secret<String>, id: &str, headers: &Headers, body: &[u8], now: i64) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(timestamp), Some(signature)) = (text("webhook-timestamp"), text("webhook-signature"))
    else {
        return false;
    };
    let posted = Posted {
        id,
        timestamp,
        signature,
        body,
    };
    verified(key, &posted, now).is_some()
}

/// When it was signed, where it was with this key and a moment ago.
fn verified(key: &Secret<String>, posted: &Posted<'_>, now: i64) -> Option<i64> {
    let at: i64 = posted.timestamp.parse().ok()?;
    let fresh = at.abs_diff(now) <= SKEW.unsigned_abs();
    let (key, text) = (signing(key), signed_text(posted.id, at, posted.body));
    let each = posted.signature.split(' ');
    let ours = each
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(|one| STANDARD.decode(one).ok())
        .any(|tag| hmac::verify(&key, &text, &tag).is_ok());
    (fresh && ours).then_some(at)
}

/// The same of what was posted to us.
pub(super) fn signed_at(hook: &Webhook, posted: &Posted<'_>, now: i64) -> Option<i64> {
    let key = secret(&hook.secret).ok()?;
    verified(&key, posted, now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// As Standard Webhooks signs: HMAC-SHA-256 of id, time and body with dots between them.
    #[test]
    fn a_signature_is_that_of_id_time_and_body() {
        let key = Secret::new("whsec".to_owned());
        let sign = signature(&key, "msg_1", 1_700_000_000, b"{}");
        let mut headers = Headers::new();
        headers.insert("webhook-timestamp", "1700000000".parse().unwrap());
        headers.insert(
            "webhook-signature",
            format!("v1,AAAA {sign}").parse().unwrap(),
        );
        assert!(signed(&key, "msg_1", &headers, b"{}", 1_700_000_010));
        assert!(!signed(&key, "msg_1", &headers, b"{ }", 1_700_000_010));
        assert!(!signed(&key, "msg_2", &headers, b"{}", 1_700_000_010));
        assert!(!signed(&key, "msg_1", &headers, b"{}", 1_700_001_000));
        assert!(!signed(
            &Secret::new("other".into()),
            "msg_1",
            &headers,
            b"{}",
            1_700_000_010
        ));
    }
}
