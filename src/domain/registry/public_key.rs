//! A public key that checks what others sign (RFC 7517, RFC 8037): a brand's site, or a client of the API.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// Which signatures it checks. There is no other: no shared secret, and never none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignatureAlgorithm {
    /// Ed25519 (`EdDSA`).
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

/// A public key as a JWK.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Jwk", into = "Jwk")]
pub struct PublicKey {
    /// Its name, by which what it signed says so.
    pub kid: String,
    /// Which signatures it checks.
    pub algorithm: SignatureAlgorithm,
    /// The coordinate, or the first of both, in base64url.
    pub x: String,
    /// The second coordinate; empty for Ed25519.
    pub y: String,
}

/// As it is written. `use` and `alg` are taken where they say what is so anyway.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kid: String,
    kty: String,
    crv: String,
    x: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(default, skip_serializing)]
    alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing)]
    used: Option<String>,
    #[serde(default, skip_serializing)]
    d: Option<serde::de::IgnoredAny>,
}

impl SignatureAlgorithm {
    /// The name in a JWT's header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }
}

impl TryFrom<Jwk> for PublicKey {
    type Error = &'static str;
    fn try_from(jwk: Jwk) -> Result<Self, Self::Error> {
        if jwk.d.is_some() {
            return Err(
                "is a private key: give the public half only, and make a new key, since this one was shown",
            );
        }
        let (algorithm, alg) = match (jwk.kty.as_str(), jwk.crv.as_str()) {
            ("OKP", "Ed25519") => (SignatureAlgorithm::EdDsa, "EdDSA"),
            ("EC", "P-256") => (SignatureAlgorithm::Es256, "ES256"),
            _ => return Err("must be an Ed25519 key (OKP) or a P-256 key (EC)"),
        };
        let whole = |text: &str| {
            URL_SAFE_NO_PAD
                .decode(text)
                .is_ok_and(|bytes| bytes.len() == 32)
        };
        let y = jwk.y.unwrap_or_default();
        let both = algorithm == SignatureAlgorithm::Es256;
        if !whole(&jwk.x) || (both && !whole(&y)) || (!both && !y.is_empty()) {
            return Err("must have coordinates of 32 bytes in base64url: x, and y for P-256");
        }
        if jwk.alg.is_some_and(|said| said != alg) || jwk.used.is_some_and(|said| said != "sig") {
            return Err("is not said to be for signatures: leave alg and use out, or mend them");
        }
        if jwk.kid.is_empty() || jwk.kid.len() > 64 {
            return Err("must have a kid of 1 to 64 characters");
        }
        Ok(Self {
            kid: jwk.kid,
            algorithm,
            x: jwk.x,
            y,
        })
    }
}

impl From<PublicKey> for Jwk {
    fn from(key: PublicKey) -> Self {
        let (kty, crv) = match key.algorithm {
            SignatureAlgorithm::EdDsa => ("OKP", "Ed25519"),
            SignatureAlgorithm::Es256 => ("EC", "P-256"),
        };
        Self {
            kid: key.kid,
            kty: kty.into(),
            crv: crv.into(),
            x: key.x,
            y: (!key.y.is_empty()).then_some(key.y),
            alg: None,
            used: None,
            d: None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use serde_json::{Value, json};

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn read(jwk: Value) -> Result<PublicKey, String> {
        serde_json::from_value(jwk).map_err(|error| error.to_string())
    }

    #[test]
    fn public_keys_of_two_kinds_and_no_other() {
        let ed = json!({ "kid": "a", "kty": "OKP", "crv": "Ed25519", "x": X, "use": "sig", "alg": "EdDSA" });
        let key = read(ed.clone()).unwrap();
        let written = serde_json::to_value(&key).unwrap();
        assert_eq!(
            written,
            json!({ "kid": "a", "kty": "OKP", "crv": "Ed25519", "x": X })
        );
        assert!(read(json!({ "kid": "a", "kty": "EC", "crv": "P-256", "x": X, "y": X })).is_ok());
        let with = |name: &str, value: Value| {
            let mut one = ed.clone();
            one[name] = value;
            read(one).unwrap_err()
        };
        assert!(with("d", json!(X)).contains("private key"));
        assert!(with("kty", json!("oct")).contains("must be an Ed25519"));
        assert!(with("alg", json!("none")).contains("mend"));
        assert!(with("alg", json!("HS256")).contains("mend"));
        assert!(with("y", json!(X)).contains("32 bytes"));
        assert!(with("x", json!("AAAA")).contains("32 bytes"));
        assert!(with("kid", json!("")).contains("kid"));
        assert!(with("k", json!("secret")).contains("unknown field"));
    }
}
