//! A client's public key out of a file: a JWK, or the PEM that OpenSSL writes.

use super::output::Failure;
use crate::audit::tree::sha256;
use crate::domain::registry::PublicKey;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::path::Path;

/// What stands before the 32 bytes of an Ed25519 key (RFC 8410).
const ED25519: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// What stands before the two coordinates of an uncompressed point of P-256 (RFC 5480).
const P256: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

/// Reads a public key.
///
/// # Errors
/// Where the file cannot be read, or holds no such key.
pub fn read(file: &Path) -> Result<PublicKey, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("{shown} cannot be read: {error}")))?;
    key(&text).map_err(|mend| Failure::usage(format!("the key in {shown} {mend}")))
}

fn key(text: &str) -> Result<PublicKey, String> {
    let mut jwk = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|_| "is no JSON".to_owned())?
    } else {
        of_pem(text)?
    };
    if let Some(fields) = jwk.as_object_mut()
        && !fields.contains_key("kid")
    {
        let kid = thumbprint(&Value::Object(fields.clone()));
        fields.insert("kid".into(), kid.into());
    }
    serde_json::from_value(jwk).map_err(|error| error.to_string())
}

/// The name of a key that has none (RFC 7638): the hash of what it must have, in this order.
fn thumbprint(jwk: &Value) -> String {
    let names = ["crv", "kty", "x", "y"];
    let fields = names
        .iter()
        .filter_map(|name| Some((*name, jwk.get(*name)?)));
    let told: Vec<String> = fields
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    let text = format!("{{{}}}", told.join(","));
    URL_SAFE_NO_PAD.encode(sha256(&[text.as_bytes()]))
}

fn of_pem(text: &str) -> Result<Value, String> {
    if text.contains("PRIVATE KEY") {
        let mend = "is a private key: give the public half only (openssl pkey -pubout)";
        return Err(mend.into());
    }
    let body: String = text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "-----BEGIN PUBLIC KEY-----")
        .skip(1)
        .take_while(|line| *line != "-----END PUBLIC KEY-----")
        .collect();
    let der = STANDARD.decode(body).unwrap_or_default();
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    if let Some(x) = der.strip_prefix(&ED25519) {
        return Ok(json!({ "kty": "OKP", "crv": "Ed25519", "x": part(x) }));
    }
    let point = der.strip_prefix(&P256);
    match point.and_then(|point| point.split_at_checked(32)) {
        Some((x, y)) => Ok(json!({ "kty": "EC", "crv": "P-256", "x": part(x), "y": part(y) })),
        None => Err("is neither a JWK nor PUBLIC KEY in PEM, of Ed25519 or P-256".into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The key of RFC 8037, appendix A, with its thumbprint, and the same as OpenSSL writes it.
    #[test]
    fn a_jwk_and_a_pem_of_one_key_are_the_same() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
        let read = key(jwk).unwrap();
        assert_eq!(read.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(key(pem).unwrap(), read);
        let named = jwk.replace("\"kty\"", "\"kid\":\"a\",\"kty\"");
        assert_eq!(key(&named).unwrap().kid, "a");
    }

    /// `openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout`
    #[test]
    fn p256_reads_too_and_others_do_not() {
        let pem = "-----BEGIN PUBLIC KEY-----\n\
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3iR6FvuR9QmR0GggDxjEvS6I++In\n\
            sbpJZmrk/H4vZIczbuNY3+htJSjdLtNatCrWwG0HFIjKMXazqlhByHfxgA==\n-----END PUBLIC KEY-----\n";
        let read = key(pem).unwrap();
        assert_eq!(read.x, "3iR6FvuR9QmR0GggDxjEvS6I--InsbpJZmrk_H4vZIc");
        assert_eq!(read.y, "M27jWN_obSUo3S7TWrQq1sBtBxSIyjF2s6pYQch38YA");
        // a point that is cut short is none
        assert!(key(&pem.replace("sbpJZmrk", "")).is_err());
        let private =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";
        assert!(key(private).unwrap_err().contains("private key"));
        for bad in [
            "",
            "x",
            "{",
            "{}",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        ] {
            assert!(key(bad).is_err(), "{bad}");
        }
    }
}
