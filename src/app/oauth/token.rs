//! Access tokens as RFC 9068 has them: made, and read again.

use super::{AHEAD, LIFE};
use crate::app::jwt::Compact;
use crate::app::open::App;
use crate::audit::encoding::hex;
use crate::domain::ids::KeyId;
use crate::domain::peer::Thumbprint;
use crate::domain::registry::{PublicKey, Role};
use crate::domain::time::{Now, random};
use crate::store::StoreError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The type that its header names: no other token passes for it, and it for no other.
const TYPE: &str = "at+jwt";

/// All that is claimed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    client_id: String,
    /// The role at that time, for people; what counts is what the client may when it asks.
    scope: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    /// What the token is bound to (RFC 7800).
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
}

/// A certificate, by its thumbprint (RFC 8705, 3.1).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    #[serde(rename = "x5t#S256")]
    thumbprint: String,
}

impl Confirmation {
    fn of(certificate: Thumbprint) -> Self {
        let thumbprint = URL_SAFE_NO_PAD.encode(certificate.0);
        Self { thumbprint }
    }

    fn read(&self) -> Option<Thumbprint> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.thumbprint).ok()?;
        Some(Thumbprint(bytes.try_into().ok()?))
    }
}

/// Whose a token is, until when it holds, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The client.
    pub client: KeyId,
    /// When it holds no more.
    pub ends: DateTime<Utc>,
    /// The certificate that the line must show where it is used; of no certain one where none was shown for it.
    pub certificate: Option<Thumbprint>,
}

impl App {
    /// Makes a token of a client, bound to the certificate that it has shown, if it has.
    pub(super) fn token(
        &self,
        client: KeyId,
        role: Role,
        bound_to: Option<Thumbprint>,
        now: Now,
    ) -> Result<String, StoreError> {
        let (issuer, at) = (self.api_url(), now.utc().timestamp());
        let jti: [u8; 16] = random(self.entropy())?;
        let claims = Claims {
            iss: issuer.clone(),
            aud: issuer,
            sub: client.to_string(),
            client_id: client.to_string(),
            scope: role.as_str().to_owned(),
            iat: at,
            nbf: at,
            exp: at + LIFE.num_seconds(),
            jti: hex(&jti),
            cnf: bound_to.map(Confirmation::of),
        };
        self.token_key(now.utc())?.sign(TYPE, &claims)
    }

    /// Whose a text is; `None` where it is no token of ours that holds now.
    pub(in crate::app) fn holder(&self, text: &str, now: Now) -> Option<Holder> {
        if let Some(known) = self.held_tokens.find(text) {
            return Some(known);
        }
        let keys = self.token_keys(now.utc()).ok()?;
        let keys: Vec<&PublicKey> = keys.iter().map(|key| &key.public).collect();
        let holder = read(text, &keys, &self.api_url(), now.utc())?;
        self.held_tokens.keep(text, holder, now.utc());
        Some(holder)
    }
}

/// Reads a token as one of these keys signed it.
pub(super) fn read(
    text: &str,
    keys: &[&PublicKey],
    issuer: &str,
    now: DateTime<Utc>,
) -> Option<Holder> {
    let token = Compact::read(text)?;
    let (typ, kid) = (token.head.typ.as_deref()?, token.head.kid.as_deref()?);
    let key = keys.iter().find(|key| key.kid == kid && typ == TYPE)?;
    let claims: Claims = token.claims(key).ok()?;
    let ours = claims.iss == issuer && claims.aud == issuer && claims.sub == claims.client_id;
    let at = |seconds| DateTime::from_timestamp(seconds, 0);
    let (begins, ends) = (at(claims.nbf)?.max(at(claims.iat)?), at(claims.exp)?);
    let holds = begins <= now + AHEAD && now < ends && ends - at(claims.iat)? <= LIFE;
    let client = claims.sub.parse().ok()?;
    let certificate = match &claims.cnf {
        Some(bound) => Some(bound.read()?),
        None => None,
    };
    let holder = Holder {
        client,
        ends,
        certificate,
    };
    (ours && holds).then_some(holder)
}
