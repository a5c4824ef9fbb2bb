//! What the provider says of itself (OpenID Connect Discovery 1.0). It has to name itself as we do, to the letter, and
//! its doors have to be as well guarded as it is.

use super::token::Unfit;
use serde::Deserialize;

/// The longest document, in bytes.
pub(super) const MOST: u64 = 1 << 16;

/// Where its doors are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where codes become tokens.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Whether it always says who it is when a browser comes back (RFC 9207).
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub says_who: bool,
}

/// Where the document of an issuer is.
pub(super) fn address(issuer: &str) -> String {
    let bare = issuer.trim_end_matches('/');
    format!("{bare}/.well-known/openid-configuration")
}

impl Metadata {
    /// Reads the document of an issuer.
    pub fn read(bytes: &[u8], issuer: &str) -> Result<Self, Unfit> {
        let read: Self = serde_json::from_slice(bytes).map_err(|_| Unfit::Metadata)?;
        if read.issuer != issuer {
            return Err(Unfit::Issuer);
        }
        let doors = [
            &read.authorization_endpoint,
            &read.token_endpoint,
            &read.jwks_uri,
        ];
        let guarded = |door: &&String| {
            let plain = door.bytes().all(|byte| byte.is_ascii_graphic()) && !door.contains('#');
            let clear = issuer.starts_with("http://") && door.starts_with("http://");
            plain && (door.starts_with("https://") || clear)
        };
        if doors.iter().all(guarded) {
            Ok(read)
        } else {
            Err(Unfit::Metadata)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const ISSUER: &str = "https://id.example/realms/shop";

    fn read(issuer: &str, token: &str) -> Result<Metadata, Unfit> {
        let text = format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"https://id.example/a","token_endpoint":"{token}","jwks_uri":"https://id.example/k","x":1}}"#
        );
        Metadata::read(text.as_bytes(), ISSUER)
    }

    #[test]
    fn it_names_itself_to_the_letter_and_its_doors_are_guarded() {
        assert!(read(ISSUER, "https://id.example/t").is_ok());
        for other in [
            "https://id.example/realms/shop/",
            "https://ID.example/realms/shop",
            "https://evil.example",
        ] {
            assert_eq!(
                read(other, "https://id.example/t").unwrap_err(),
                Unfit::Issuer
            );
        }
        for token in ["http://id.example/t", "javascript:x", "https://id example/"] {
            assert_eq!(read(ISSUER, token).unwrap_err(), Unfit::Metadata);
        }
        assert_eq!(Metadata::read(b"[]", ISSUER).unwrap_err(), Unfit::Metadata);
    }

    #[test]
    fn the_document_is_below_the_issuer() {
        let below = "https://id.example/realms/shop/.well-known/openid-configuration";
        assert_eq!(address(ISSUER), below);
        assert_eq!(address(&format!("{ISSUER}/")), below);
    }
}
