//! Who is asking: an API key becomes a grant, or the request ends here.

use super::problem::Problem;
use super::pulse::Pulse;
use super::site::Site;
use super::{limits, network};
use crate::access::{CheckDecisions, Grant, Permission};
use crate::app::admit::{Badge, Shut};
use crate::domain::event::Actor;
use crate::domain::registry::Outside;
use crate::store::IdempotencyKey;
use crate::store::keys::Keyring;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use futures_util::future::Either;
use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;

/// A caller who may do `P`.
pub struct Allowed<P> {
    /// The proof of it.
    pub grant: Grant<P>,
    /// Whether the index is known to be at the head of the ledger.
    pub fresh: bool,
    /// What they showed.
    pub badge: Badge,
}

type Waiting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<P: Permission + 'static> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = Either<Ready<Result<Self, Problem>>, Waiting<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(site) = request.app_data::<web::Data<Site>>() else {
            return Either::Left(ready(Err(Problem::unavailable())));
        };
        let badge = match shown(site, request) {
            Ok(badge) => badge,
            Err(problem) => return Either::Left(ready(Err(problem))),
        };
        // a key that was made or revoked a moment ago is known only at the head
        if site.app.is_fresh() {
            return Either::Left(ready(let_in(site, request, badge, true)));
        }
        let (site, request) = (site.clone(), request.clone());
        Either::Right(Box::pin(async move {
            let fresh = site.app.fresh().await.is_ok();
            let_in(&site, &request, badge, fresh)
        }))
    }
}

fn admit<P: Permission>(
    site: &Site,
    request: &HttpRequest,
    badge: Badge,
    fresh: bool,
) -> Result<Allowed<P>, Problem> {
    let grant = site.app.admit(badge, || network::peer(request, site));
    let grant = grant.map_err(|why| turned_away(site, request, Some(badge), shut(why)))?;
    Ok(Allowed {
        grant,
        fresh,
        badge,
    })
}

/// The same, and counts that they asked.
fn let_in<P: Permission>(
    site: &Site,
    request: &HttpRequest,
    badge: Badge,
    fresh: bool,
) -> Result<Allowed<P>, Problem> {
    let allowed: Allowed<P> = admit(site, request, badge, fresh)?;
    count(site, request, &allowed.grant)?;
    Ok(allowed)
}

fn count<P: Permission>(
    site: &Site,
    request: &HttpRequest,
    grant: &Grant<P>,
) -> Result<(), Problem> {
    if P::NAME == CheckDecisions::NAME {
        Pulse::take_on(site, request)?;
    }
    match grant.actor() {
        Actor::Key(client) => limits::count(site, request, *client),
        _ => Ok(()),
    }
}

/// What the request's header shows.
fn shown(site: &Site, request: &HttpRequest) -> Result<Badge, Problem> {
    let mend = "send the header Authorization: Bearer KEY";
    let badge = bearer(request)
        .ok_or_else(|| Problem::no_key(mend))
        .and_then(|text| site.app.badge(text).map_err(shut));
    badge.map_err(|problem| turned_away(site, request, None, problem))
}

/// Why, or that they are turned away too often to be told again.
fn turned_away(site: &Site, request: &HttpRequest, badge: Option<Badge>, why: Problem) -> Problem {
    let key = badge.and_then(|badge| site.app.whose(badge));
    tracing::info!(
        why = why.code(),
        key = key.map(tracing::field::display),
        path = request.match_pattern(),
        "turned away"
    );
    limits::count_stranger(site, request).err().unwrap_or(why)
}

/// What is told to whoever is not let in.
#[must_use]
pub fn shut(why: Shut) -> Problem {
    let mend = match why {
        Shut::Refused(refusal) => return refusal.into(),
        Shut::Outside(Outside::Network) => return elsewhere(),
        Shut::Outside(Outside::Certificate) => return unshown(),
        Shut::Mistyped => {
            "this is no key: letters of it are wrong or missing; copy it again, whole"
        }
        Shut::Unknown => {
            "this key opens nothing: it was revoked, or is another registry's; ask your administrator for one"
        }
        Shut::Token => {
            "this access token does not hold: it ended, is not of this service, or is bound to a client certificate that was not shown; get a new one at /oauth/token"
        }
        Shut::Over => "the time of this key is over; ask your administrator for a new one",
    };
    Problem::no_key(mend)
}

fn elsewhere() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "network_not_allowed",
        "This key may not be used from here",
        "use it from the networks that it was made for; ask your administrator which they are",
    )
}

fn unshown() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "certificate_not_shown",
        "This key is used with a client certificate",
        "show the certificate that the key was bound to, on a line to this service itself; your administrator knows its name",
    )
}

/// A caller whose key is known and seemed to allow `P` a moment ago. Whether it still does is found
/// out where what they ask is done: at the head of the ledger.
pub struct Knock<P> {
    /// What they showed.
    pub badge: Badge,
    permission: PhantomData<P>,
}

impl<P: Permission + 'static> FromRequest for Knock<P> {
    type Error = Problem;
    type Future = Either<Ready<Result<Self, Problem>>, Waiting<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Some(site) = request.app_data::<web::Data<Site>>() else {
            return Either::Left(ready(Err(Problem::unavailable())));
        };
        let badge = match shown(site, request) {
            Ok(badge) => badge,
            Err(problem) => return Either::Left(ready(Err(problem))),
        };
        // whoever is not known yet is not counted as a stranger before it is certain
        let known = site.app.admit::<P>(badge, || network::peer(request, site));
        if let Ok(grant) = known {
            let counted = count(site, request, &grant);
            return Either::Left(ready(counted.map(|()| Self::of(badge))));
        }
        // a key that was made a moment ago is known only at the head
        let allowed = Allowed::<P>::from_request(request, payload);
        Either::Right(Box::pin(async move {
            allowed.await?;
            Ok(Self::of(badge))
        }))
    }
}

impl<P: Permission> Knock<P> {
    const fn of(badge: Badge) -> Self {
        let permission = PhantomData;
        Self { badge, permission }
    }

    /// Lets the caller in, at the head of the ledger.
    ///
    /// # Errors
    /// Where the key opens nothing, or does not allow `P`.
    pub async fn come_in(&self, site: &Site, request: &HttpRequest) -> Result<Allowed<P>, Problem> {
        let fresh = site.app.fresh().await.is_ok();
        admit(site, request, self.badge, fresh)
    }
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, key) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// What was written, or had been under the same key.
#[must_use]
pub fn created(replayed: bool) -> HttpResponseBuilder {
    let mut response = HttpResponse::Created();
    if replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    response
}

/// The caller's key for retries, bound to the caller and to the request. What is kept of the request is a
/// keyed hash: it may name somebody who can be guessed, and outlives their erasure.
///
/// # Errors
/// Where the header is no such key.
pub fn idempotency<P>(
    keys: &Keyring,
    request: &HttpRequest,
    grant: &Grant<P>,
    body: &[u8],
) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(header) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let fits =
        |text: &&str| (1..=200).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic());
    let malformed = || {
        let detail = "must have 1 to 200 visible ASCII characters; a UUID is a good one";
        Problem::malformed(
            "Idempotency-Key".into(),
            "idempotency_key_malformed",
            detail.into(),
        )
    };
    let text = header.to_str().ok().filter(fits).ok_or_else(malformed)?;
    let caller = serde_json::to_vec(grant.actor()).unwrap_or_default();
    let route = request.path().as_bytes();
    Ok(Some(IdempotencyKey {
        key: crate::audit::tree::sha256(&[b"key/", &caller, b"/", text.as_bytes()]),
        fingerprint: keys.request_print([request.method().as_str().as_bytes(), route, b"\n", body]),
    }))
}
