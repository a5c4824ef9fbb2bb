//! Systems that are called, signed after Standard Webhooks. One that needs longer answers 202, and is
//! called again with the same id until it says what came of it.

use super::reach::{Bounds, LARGEST, Sent, secret, understand};
use crate::app::systems::{Answer, Call, Fault};
use crate::domain::personal::Secret;
use crate::domain::systems::{Failure, Webhook};
use crate::domain::time::Clock;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use std::net::IpAddr;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Seconds between two calls to a system that needs longer.
const LOOKS: u32 = 60;
/// Seconds by which the clocks of both sides may differ.
const SKEW: i64 = 300;

pub(super) fn call(
    hook: &Webhook,
    call: &Call<'_>,
    bounds: Bounds,
    clock: &dyn Clock,
) -> Result<Answer, Fault> {
    let id = format!("{}.{}", call.task, call.step.as_str());
    let body = serde_json::to_vec(&Sent::of(call)).map_err(|_| Failure::Garbage)?;
    let (status, body) = post(hook, &id, &body, bounds, clock)?;
    match status {
        202 => Ok(Answer::Later(Some(LOOKS))),
        200 => understand(&body),
        401 | 403 => Err(Failure::Credentials.into()),
        _ => Err(rejected(status)),
    }
}

pub(super) fn probe(hook: &Webhook, bounds: Bounds, clock: &dyn Clock) -> Result<(), Fault> {
    match post(hook, "probe", br#"{"step":"probe"}"#, bounds, clock)?.0 {
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
    clock: &dyn Clock,
) -> Result<(u16, Vec<u8>), Fault> {
    let key = secret(&hook.secret)?;
    let at = clock.now().utc().timestamp();
    let sent = agent(hook, bounds)
        .post(&hook.url)
        .content_type("application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", signature(&key, id, at, body))
        .send(body);
    let mut answer = sent.map_err(|error| fault(&error))?;
    let status = answer.status().as_u16();
    let limited = answer.body_mut().with_config().limit(LARGEST);
    let body = limited.read_to_vec().map_err(|error| fault(&error))?;
    if status == 200 && id != "probe" && !signed(&key, id, answer.headers(), &body, at) {
        return Err(Fault {
            why: Failure::Garbage,
            detail: Some("its answer is not signed with the shared secret".into()),
        });
    }
    Ok((status, body))
}

fn signed(key: &Secret<String>, id: &str, headers: &HeaderMap, body: &[u8], now: i64) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let at: Option<i64> = text("webhook-timestamp").and_then(|at| at.parse().ok());
    let (Some(at), Some(given)) = (at, text("webhook-signature")) else {
        return false;
    };
    let fresh = at.abs_diff(now) <= SKEW.unsigned_abs();
    let (key, text) = (signing(key), signed_text(id, at, body));
    let each = given.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    fresh
        && each
            .filter_map(|one| STANDARD.decode(one).ok())
            .any(|tag| hmac::verify(&key, &text, &tag).is_ok())
}

fn agent(hook: &Webhook, bounds: Bounds) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent("placet")
        .timeout_global(Some(bounds.timeout))
        .build();
    let resolver = Guarded {
        private: hook.private,
        names: DefaultResolver::default(),
    };
    Agent::with_parts(config, DefaultConnector::new(), resolver)
}

fn fault(error: &ureq::Error) -> Fault {
    let why = match error {
        ureq::Error::Timeout(_) => Failure::TimedOut,
        ureq::Error::BodyExceedsLimit(_) => Failure::TooMuch,
        ureq::Error::Other(other) if other.is::<NotAllowed>() => Failure::NotAllowed,
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => Failure::Garbage,
        _ => Failure::Unreachable,
    };
    why.into()
}

/// An address of an own network that was not meant.
#[derive(Debug, thiserror::Error)]
#[error("an address of an own network")]
struct NotAllowed;

/// Looks at the very addresses that are then called, so that a name cannot lead elsewhere meanwhile.
#[derive(Debug)]
struct Guarded {
    private: bool,
    names: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        if !self.private && found.iter().any(|one| !is_public(one.ip())) {
            return Err(ureq::Error::Other(Box::new(NotAllowed)));
        }
        Ok(found)
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast())
                && !(ip.is_broadcast() || ip.is_documentation() || first == 0 || shared)
                && first < 240
                && !(first == 198 && (second == 18 || second == 19))
        }
        IpAddr::V6(ip) => match ip.to_ipv4() {
            Some(inner) => is_public(IpAddr::V4(inner)),
            // one that stands for an address of the old kind could lead anywhere
            None => (ip.segments()[0] & 0xe000) == 0x2000 && ip.segments()[0] != 0x2002,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn own_networks_are_not_public() {
        for own in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.9",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1",
            "2002:a00:1::",
            "64:ff9b::a00:1",
        ] {
            assert!(!is_public(own.parse().unwrap()), "{own}");
        }
        for public in ["93.184.216.34", "2a00:1450:4007::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    /// As Standard Webhooks signs: HMAC-SHA-256 of id, time and body with dots between them.
    #[test]
    fn a_signature_is_that_of_id_time_and_body() {
        let key = Secret::new("whsec".to_owned());
        let sign = signature(&key, "msg_1", 1_700_000_000, b"{}");
        let mut headers = HeaderMap::new();
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
