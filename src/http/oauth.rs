//! `/oauth/token` and the metadata of the authorization server (RFC 6749, RFC 7523, RFC 8414). Errors are those of
//! RFC 6749, 5.2: clients' libraries know no others here.

use super::json::Body;
use super::network::peer;
use super::site::Site;
use super::work::block;
use crate::app::oauth::{Asked, Denied, Issued, PATH, Unfit};
use crate::domain::registry::Role;
use crate::store::StoreError;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// The longest body.
const LONGEST: usize = 16 * 1024;

/// What a client sends, as a form.
#[derive(Deserialize, ToSchema)]
pub struct TokenForm {
    /// `client_credentials`.
    #[schema(value_type = String)]
    grant_type: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(value_type = String)]
    client_assertion_type: Option<String>,
    /// A JWT that the client has signed: `iss` and `sub` are its id, `aud` is the issuer or this address, `exp` is at
    /// most five minutes ahead, `jti` is used once.
    #[schema(value_type = String)]
    client_assertion: Option<String>,
    /// Need not be sent.
    client_id: Option<String>,
    /// The client's role, or nothing.
    scope: Option<String>,
    /// There are none: who sends one is refused.
    #[schema(ignore)]
    client_secret: Option<String>,
}

/// A token.
#[derive(Serialize, ToSchema)]
pub struct TokenBody {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    /// For how many seconds.
    pub expires_in: i64,
    /// The client's role.
    #[schema(example = "marketing")]
    pub scope: &'static str,
}

/// Why there is no token (RFC 6749, 5.2).
#[derive(Serialize, ToSchema)]
pub struct TokenError {
    /// `invalid_client`, `invalid_request`, `unsupported_grant_type`, `invalid_scope` or `temporarily_unavailable`.
    pub error: &'static str,
    /// What is wrong and how to mend it.
    pub error_description: String,
}

/// A token for a client that proves itself by its own key (OAuth 2 client credentials with `private_key_jwt`).
#[utoipa::path(
    tag = "operations",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token, for five minutes", body = TokenBody),
        (status = 400, description = "The request is no such request", body = TokenError),
        (status = 401, description = "The client is not proved", body = TokenError),
        (status = 413, description = "The body is over 16 KiB", body = super::openapi::ProblemBody),
        (status = 503, description = "The registry cannot be reached; try again", body = TokenError),
    ),
)]
#[post("/oauth/token")]
pub async fn token(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LONGEST>,
) -> HttpResponse {
    let Some(asked) = asked(&request, &body.0) else {
        return denied(&Denied::Request(
            "send a form with each parameter once, and no other proof of the client than client_assertion",
        ));
    };
    // a client that was added or revoked a moment ago is known only at the head
    if site.app.fresh().await.is_err() {
        return denied(&Denied::Store(StoreError::Stopping));
    }
    let peer = peer(&request, &site);
    let issued = block(move || {
        let issued = site.app.issue_token(&asked, &peer, site.app.now());
        Ok::<_, crate::app::Refusal>(issued)
    });
    match issued.await {
        Ok(Ok(issued)) => given(issued),
        Ok(Err(why)) => denied(&why),
        Err(_) => denied(&Denied::Store(StoreError::Stopping)),
    }
}

fn asked(request: &HttpRequest, body: &[u8]) -> Option<Asked> {
    let kind = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = kind.split(';').next()?.trim();
    let is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let form: TokenForm = serde_urlencoded::from_bytes(body).ok()?;
    let two_proofs = form.client_secret.is_some()
        || request.headers().contains_key(header::AUTHORIZATION)
        || !request.query_string().is_empty();
    (is_form && !two_proofs).then_some(Asked {
        grant_type: form.grant_type,
        assertion_type: form.client_assertion_type,
        assertion: form.client_assertion,
        client_id: form.client_id,
        scope: form.scope,
    })
}

fn given(issued: Issued) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::PRAGMA, "no-cache"))
        .json(TokenBody {
            access_token: issued.token,
            token_type: "Bearer",
            expires_in: issued.expires_in,
            scope: issued.role.as_str(),
        })
}

/// Whoever cannot prove who they are is told the same, whatever it is: the reason is for the log, in a word.
fn denied(why: &Denied) -> HttpResponse {
    let (status, error) = match why {
        Denied::Request(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        Denied::Grant => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        Denied::Scope => (StatusCode::BAD_REQUEST, "invalid_scope"),
        Denied::Client(_) => (StatusCode::UNAUTHORIZED, "invalid_client"),
        Denied::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
    };
    let error_description = match why {
        Denied::Client(reason) => {
            tracing::info!(%reason, "a client's assertion proves nothing");
            not_proved(*reason)
        }
        Denied::Store(_) => "the registry cannot be reached; try again in a moment".into(),
        other => other.to_string(),
    };
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.insert_header((header::RETRY_AFTER, "1"));
    }
    answer.json(TokenError {
        error,
        error_description,
    })
}

fn not_proved(_: Unfit) -> String {
    "the assertion proves no client: see the service's log for the reason, and docs/integrator.md for what it must say"
        .into()
}

/// The metadata of the authorization server (RFC 8414).
#[utoipa::path(tag = "operations", responses((status = 200, description = "The metadata", body = Object)))]
#[get("/.well-known/oauth-authorization-server")]
pub async fn metadata(site: web::Data<Site>) -> HttpResponse {
    let issuer = site.app.api_url();
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}{PATH}"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": roles,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["EdDSA", "ES256"],
        "tls_client_certificate_bound_access_tokens": site.asks_for_certificates,
    }))
}
