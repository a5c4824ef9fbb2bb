//! Around every request: an id, a log line without personal data, a count, the headers that
//! guard a browser. Routes are logged by their pattern, since an address may hold a token.

use super::browser::FramedBy;
use super::metrics::CHECKS;
use super::problem::Why;
use super::site::Site;
use super::unread::Chunked;
use super::{hosts, limits};
use crate::domain::ids::RequestId;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use std::borrow::Cow;
use std::time::Instant;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
macro_rules! pages_but_for_ancestors {
    () => {
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors "
    };
}
macro_rules! nothing_more_but_for_passkeys {
    () => {
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
    };
}
/// What is no page loads nothing, and is framed by nobody.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";
const FRAMED: &str = pages_but_for_ancestors!();
const PAGES: &str = concat!(pages_but_for_ancestors!(), "'none'");

/// Two years, as the lists of browsers want it.
const ENCRYPTED: &str = "max-age=63072000; includeSubDomains";
/// What no page of ours asks of a browser.
const NOTHING_MORE: &str = concat!(
    nothing_more_but_for_passkeys!(),
    "publickey-credentials-create=(), publickey-credentials-get=()"
);

/// The policy of a page of staff with passkeys: our own script, which asks our own origin and makes no page of a text.
pub(super) const SCRIPTED: &str = concat!(
    pages_but_for_ancestors!(),
    "'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
);
/// What such a page asks of a browser.
pub(super) const PASSKEYS: &str = concat!(
    nothing_more_but_for_passkeys!(),
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
);

/// The middleware. Where the service leaves, it closes each connection that it has answered on, so that whoever comes next
/// by it is served elsewhere.
///
/// # Errors
/// What the handler refuses.
pub async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    // HEAD is GET without its body (RFC 9110, 9.3.2), which the connection leaves out
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let site = request.app_data::<web::Data<Site>>().cloned();
    let id = site
        .as_ref()
        .and_then(|site| RequestId::new(site.app.now(), site.app.entropy()).ok());
    let own = id.and_then(|id| HeaderValue::from_str(id.text(&mut [0; 36])).ok());
    let given_back = echoed(&request).or(own);
    let chunked = Chunked::of(&mut request);
    let refused = match &site {
        Some(site) => refused(site, &request).await,
        None => None,
    };
    let mut response = match refused {
        Some(answer) => request.into_response(answer).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    if let Some(chunked) = chunked {
        chunked.answered(site.as_ref().map(|site| site.patience).unwrap_or_default());
    }
    if let Some(value) = given_back {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    limits::tell(&mut response);
    let framed = framed(&response);
    let https = site.as_ref().is_some_and(|site| site.is_https());
    guard(response.headers_mut(), framed, https);
    if let Some(site) = site {
        if site.leaving.is_so() {
            let head = response.response_mut().head_mut();
            head.set_connection_type(ConnectionType::Close);
        }
        tell(&site, &response, id, started);
    }
    Ok(response)
}

/// The answer to what is not for this host, or is asked too often.
async fn refused(site: &web::Data<Site>, request: &ServiceRequest) -> Option<HttpResponse> {
    if let Some(problem) = hosts::refusal(site, request) {
        return Some(problem.error_response());
    }
    limits::slow_down(site, request.request()).await
}

/// The caller's own id of an AuthZEN request, which must come back. It is not logged: it may hold
/// anything.
fn echoed(request: &ServiceRequest) -> Option<HeaderValue> {
    let authzen = request.path().starts_with("/access/");
    let sent = request.headers().get(&REQUEST_ID).filter(|_| authzen)?;
    (sent.len() <= 200).then(|| sent.clone())
}

/// The policy of a page that a brand's own sites may frame; no other page has one.
fn framed<B>(response: &ServiceResponse<B>) -> Option<HeaderValue> {
    let extensions = response.request().extensions();
    let FramedBy(sources) = extensions.get()?;
    HeaderValue::from_str(&format!("{FRAMED}{sources}")).ok()
}

/// What guards a browser. A body that is plain JSON needs a key that no browser holds, and opens no
/// window: it is not to be kept, nor taken for something else.
fn guard(headers: &mut header::HeaderMap, framed: Option<HeaderValue>, https: bool) {
    let json = HeaderValue::from_static("application/json");
    let is_json = headers.get(header::CONTENT_TYPE) == Some(&json);
    if let Some(policy) = framed {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        // a site that isolates itself takes frames only that allow it
        let anywhere = HeaderValue::from_static("cross-origin");
        headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, anywhere);
    }
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, ENCRYPTED);
    }
    if is_json {
        set(header::CONTENT_SECURITY_POLICY, NO_PAGE);
    } else {
        set(header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
        set(header::CONTENT_SECURITY_POLICY, PAGES);
        set(header::REFERRER_POLICY, "no-referrer");
        set(header::CROSS_ORIGIN_OPENER_POLICY, "same-origin");
        set(header::PERMISSIONS_POLICY, NOTHING_MORE);
    }
}

/// The route's pattern. The one that is asked most has no parameter and is its own.
fn route<B>(response: &ServiceResponse<B>) -> Cow<'static, str> {
    let request = response.request();
    if request.path() == CHECKS {
        return Cow::Borrowed(CHECKS);
    }
    let pattern = request.match_pattern();
    pattern.map_or(Cow::Borrowed("none"), Cow::Owned)
}

fn tell<B>(site: &Site, response: &ServiceResponse<B>, id: Option<RequestId>, started: Instant) {
    let route = route(response);
    let (status, seconds) = (response.status().as_u16(), started.elapsed().as_secs_f64());
    site.metrics.answered(&route, status, seconds);
    let (id, method) = (
        id.map(tracing::field::display),
        response.request().method().as_str(),
    );
    let refusal = response.response().extensions();
    let why = refusal.get().map(|Why(word)| *word);
    if status >= 500 {
        tracing::warn!(request = id, method, %route, status, why, seconds, "answered");
    } else if [401, 403].contains(&status) || (method != "GET" && route != CHECKS) {
        tracing::info!(request = id, method, %route, status, why, seconds, "answered");
    } else {
        tracing::debug!(request = id, method, %route, status, why, seconds, "answered");
    }
}
