//! Who is asking: an API key becomes a grant, or the request ends here.

use super::problem::Problem;
use super::site::Site;
use crate::access::token::TokenHash;
use crate::access::{Grant, Permission, Principal, authorize};
use crate::app::Refusal;
use crate::store::IdempotencyKey;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;

/// A caller who may do `P`.
pub struct Allowed<P> {
    /// The proof of it.
    pub grant: Grant<P>,
    /// Whether the index is known to be at the head of the ledger.
    pub fresh: bool,
}

impl<P: Permission + 'static> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let hash = bearer(request).map(TokenHash::of);
        let site = request.app_data::<web::Data<Site>>().cloned();
        Box::pin(async move {
            let site = site.ok_or_else(Problem::unavailable)?;
            let hash =
                hash.ok_or_else(|| Problem::no_key("send the header Authorization: Bearer KEY"))?;
            // a key that was made or revoked a moment ago is known only at the head
            let fresh = site.app.fresh().await.is_ok();
            let key = site.app.index().view().key(&hash.0).cloned();
            let wrong = || {
                Problem::no_key(
                    "this key opens nothing: it is mistyped or was revoked; ask your administrator for one",
                )
            };
            let key = key.ok_or_else(wrong)?;
            let grant = authorize::<P>(&Principal::Key(key.id, key.role)).map_err(Refusal::from)?;
            Ok(Self { grant, fresh })
        })
    }
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
