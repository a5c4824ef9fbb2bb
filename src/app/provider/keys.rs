//! The keys that sign for the provider (RFC 7517). A key is of one kind, and signs by the algorithms of that kind
//! alone: what a token's header says chooses among these, and among nothing else.

use super::token::Unfit;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

/// The longest document, in bytes.
pub(super) const MOST: u64 = 1 << 17;
/// Most keys of it that are looked at.
const KEYS: usize = 64;

/// The algorithms that are taken, with the kind of key that each needs. Neither `none` nor a shared secret is one.
const ALGORITHMS: [(&str, Algorithm, Kind); 4] = [
    ("RS256", Algorithm::RS256, Kind::Rsa),
    ("PS256", Algorithm::PS256, Kind::Rsa),
    ("ES256", Algorithm::ES256, Kind::P256),
    ("EdDSA", Algorithm::EdDSA, Kind::Ed25519),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    Ed25519,
}

/// A key of the provider.
pub(super) struct ProviderKey {
    kid: Option<String>,
    kind: Kind,
    /// The one algorithm that it is for, where it says so.
    only: Option<String>,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

/// Reads the document; keys of kinds that are not taken are passed over.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<ProviderKey>, Unfit> {
    let read: Document = serde_json::from_slice(bytes).map_err(|_| Unfit::Keys)?;
    let keys = read.keys.into_iter().take(KEYS);
    let keys = keys.filter_map(|one| key(serde_json::from_value(one).ok()?));
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() {
        Err(Unfit::Keys)
    } else {
        Ok(keys)
    }
}

fn key(written: Written) -> Option<ProviderKey> {
    if written.usage.is_some_and(|usage| usage != "sig") {
        return None;
    }
    let (kind, key) = match (written.kty.as_str(), written.crv.as_deref()) {
        ("RSA", _) => {
            let key = DecodingKey::from_rsa_components(&written.n?, &written.e?);
            (Kind::Rsa, key)
        }
        ("EC", Some("P-256")) => {
            let key = DecodingKey::from_ec_components(&written.x?, &written.y?);
            (Kind::P256, key)
        }
        ("OKP", Some("Ed25519")) => {
            let key = DecodingKey::from_ed_components(&written.x?);
            (Kind::Ed25519, key)
        }
        _ => return None,
    };
    Some(ProviderKey {
        kid: written.kid,
        kind,
        only: written.alg,
        key: key.ok()?,
    })
}

/// The key that has to have signed a token of this header. A token without a name for it fits where there is one key.
pub(super) fn chosen<'k>(
    keys: &'k [ProviderKey],
    alg: &str,
    kid: Option<&str>,
) -> Result<(Algorithm, &'k DecodingKey), Unfit> {
    let known = ALGORITHMS.iter().find(|(name, ..)| *name == alg);
    let (name, algorithm, kind) = known.ok_or(Unfit::Algorithm)?;
    let mut named = keys.iter().filter(|key| match kid {
        Some(kid) => key.kid.as_deref() == Some(kid),
        None => true,
    });
    let (Some(key), None) = (named.next(), named.next()) else {
        return Err(Unfit::Key);
    };
    let fits = key.kind == *kind && key.only.as_deref().is_none_or(|only| only == *name);
    if fits {
        Ok((*algorithm, &key.key))
    } else {
        Err(Unfit::Algorithm)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const RSA: &str = r#"{"kty":"RSA","kid":"r","n":"sXch","e":"AQAB"}"#;
    const EC: &str = r#"{"kty":"EC","crv":"P-256","kid":"e","alg":"ES256","x":"AAAA","y":"AAAA"}"#;

    fn of(keys: &str) -> Vec<ProviderKey> {
        read(format!(r#"{{"keys":[{keys}]}}"#).as_bytes()).unwrap()
    }

    fn fault(keys: &[ProviderKey], alg: &str, kid: Option<&str>) -> Option<Unfit> {
        chosen(keys, alg, kid).err()
    }

    #[test]
    fn a_key_signs_by_the_algorithms_of_its_kind() {
        let keys = of(&format!("{RSA},{EC}"));
        for (alg, kid) in [("RS256", "r"), ("PS256", "r"), ("ES256", "e")] {
            assert_eq!(fault(&keys, alg, Some(kid)), None, "{alg}");
        }
        for alg in ["none", "None", "HS256", "HS512", "RS512", "ES256K", ""] {
            assert_eq!(
                fault(&keys, alg, Some("r")),
                Some(Unfit::Algorithm),
                "{alg}"
            );
        }
        assert_eq!(fault(&keys, "ES256", Some("r")), Some(Unfit::Algorithm));
        assert_eq!(fault(&keys, "RS256", Some("e")), Some(Unfit::Algorithm));
        let only = of(r#"{"kty":"RSA","kid":"r","alg":"RS256","n":"sXch","e":"AQAB"}"#);
        assert_eq!(fault(&only, "PS256", Some("r")), Some(Unfit::Algorithm));
    }

    #[test]
    fn a_name_is_one_keys() {
        let keys = of(&format!("{RSA},{EC}"));
        assert_eq!(fault(&keys, "RS256", Some("x")), Some(Unfit::Key));
        assert_eq!(fault(&keys, "RS256", None), Some(Unfit::Key));
        assert_eq!(fault(&of(RSA), "RS256", None), None);
        assert_eq!(
            fault(&of(&format!("{RSA},{RSA}")), "RS256", Some("r")),
            Some(Unfit::Key)
        );
    }

    #[test]
    fn what_does_not_sign_is_no_key() {
        let oct = r#"{"kty":"oct","kid":"o","k":"c2VjcmV0"}"#;
        let enc = r#"{"kty":"RSA","use":"enc","kid":"n","n":"sXch","e":"AQAB"}"#;
        assert_eq!(of(&format!("{oct},{enc},{RSA}")).len(), 1);
        let none = format!(r#"{{"keys":[{oct},{enc}]}}"#);
        assert_eq!(read(none.as_bytes()).err(), Some(Unfit::Keys));
    }
}
