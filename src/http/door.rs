//! Who is asking: an API key becomes a grant, or the request ends here.

use super::problem::Problem;
use super::site::Site;
use crate::access::token::TokenHash;
use crate::access::{Grant, Permission, Principal, authorize};
use crate::app::{App, Refusal};
use crate::store::IdempotencyKey;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::Either;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

/// A caller who may do `P`.
pub struct Allowed<P> {
    /// The proof of it.
    pub grant: Grant<P>,
    /// Whether the index is known to be at the head of the ledger.
    pub fresh: bool,
}

type Waiting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<P: Permission + 'static> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = Either<Ready<Result<Self, Problem>>, Waiting<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(site) = request.app_data::<web::Data<Site>>() else {
            return Either::Left(ready(Err(Problem::unavailable())));
        };
        let Some(hash) = bearer(request).map(TokenHash::of) else {
            let mend = "send the header Authorization: Bearer KEY";
            return Either::Left(ready(Err(Problem::no_key(mend))));
        };
        // a key that was made or revoked a moment ago is known only at the head
        if site.app.is_fresh() {
            return Either::Left(ready(admit(&site.app, &hash, true)));
        }
        let site = site.clone();
        Either::Right(Box::pin(async move {
            let fresh = site.app.fresh().await.is_ok();
            admit(&site.app, &hash, fresh)
        }))
    }
}

fn admit<P: Permission>(app: &App, hash: &TokenHash, fresh: bool) -> Result<Allowed<P>, Problem> {
    let known = app
        .index()
        .view()
        .key(&hash.0)
        .map(|key| Principal::Key(key.id, key.role));
    let wrong = || {
        Problem::no_key(
            "this key opens nothing: it is mistyped or was revoked; ask your administrator for one",
        )
    };
    let grant = authorize::<P>(&known.ok_or_else(wrong)?).map_err(Refusal::from)?;
    Ok(Allowed { grant, fresh })
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, key) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The caller's key for retries, bound to the caller and to the request.
///
/// # Errors
/// Where the header is no such key.
pub fn idempotency<P>(
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
        fingerprint: crate::audit::tree::sha256(&[
            request.method().as_str().as_bytes(),
            route,
            b"\n",
            body,
        ]),
    }))
}
