//! Compact JWTs (RFC 7519), read as strictly as RFC 8725 asks. A key has one algorithm, and the header has to agree
//! with it; no header names a key that is not known here, or says anything else.

use crate::domain::personal::Secret;
use crate::domain::registry::{PublicKey, SignatureAlgorithm};
use crate::store::StoreError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::crypto::verify;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Longest text.
pub(super) const MOST: usize = 4096;

/// The DER head of a PKCS #8 Ed25519 private key (RFC 8410); the 32 bytes of the seed follow.
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// All that a header may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub alg: String,
    pub kid: Option<String>,
    pub typ: Option<String>,
}

/// A token in its three parts; nothing that it claims is believed yet.
#[derive(Debug)]
pub(super) struct Compact<'a> {
    pub head: Head,
    message: &'a str,
    claims: &'a str,
    signature: &'a str,
}

/// Why a token's claims cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// The header names another algorithm than the key has.
    Algorithm,
    /// The key did not sign it.
    Signature,
    /// They are not what they should be.
    Claims,
}

impl<'a> Compact<'a> {
    /// Takes a text apart; `None` where it is no such token, or too long.
    pub fn read(text: &'a str) -> Option<Self> {
        Self::read_within(text, MOST)
    }

    /// The same of tokens that may be longer, or must be shorter.
    pub fn read_within(text: &'a str, most: usize) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.').filter(|_| text.len() <= most)?;
        let (head, claims) = message.split_once('.')?;
        Some(Self {
            head: part(head)?,
            message,
            claims,
            signature,
        })
    }

    /// What it claims, where the key signed it.
    pub fn claims<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<T, Unread> {
        if self.head.alg != key.algorithm.as_str() {
            return Err(Unread::Algorithm);
        }
        let (algorithm, key) = verifying(key).ok_or(Unread::Algorithm)?;
        self.signed(algorithm, &key)
    }

    /// What it claims, where a key signed it that is one of this algorithm: whoever calls has looked at that, and at
    /// what the header says.
    pub fn signed<T: DeserializeOwned>(
        &self,
        algorithm: Algorithm,
        key: &DecodingKey,
    ) -> Result<T, Unread> {
        match verify(self.signature, self.message.as_bytes(), key, algorithm) {
            Ok(true) => part(self.claims).ok_or(Unread::Claims),
            _ => Err(Unread::Signature),
        }
    }

    /// What it claims, whoever wrote it: to find the key that has to have signed it, and for nothing else.
    pub fn unproved<T: DeserializeOwned>(&self) -> Option<T> {
        part(self.claims)
    }
}

fn verifying(key: &PublicKey) -> Option<(Algorithm, DecodingKey)> {
    Some(match key.algorithm {
        SignatureAlgorithm::EdDsa => {
            let key = DecodingKey::from_ed_components(&key.x).ok()?;
            (Algorithm::EdDSA, key)
        }
        SignatureAlgorithm::Es256 => {
            let key = DecodingKey::from_ec_components(&key.x, &key.y).ok()?;
            (Algorithm::ES256, key)
        }
    })
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A key of our own that signs; its public half is named by the first bytes of its hash, enough to tell keys apart.
pub(super) struct OwnKey {
    seed: Secret<[u8; 32]>,
    /// The public half, with its name.
    pub public: PublicKey,
}

impl OwnKey {
    /// The key of a seed.
    pub fn of(seed: Secret<[u8; 32]>) -> Result<Self, StoreError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose())
            .map_err(|_| StoreError::Log("a key of our own does not work".into()))?;
        let public = pair.public_key().as_ref();
        let hash = crate::audit::tree::sha256(&[public]);
        let name = URL_SAFE_NO_PAD.encode(hash);
        let public = PublicKey {
            kid: name.chars().take(11).collect(),
            algorithm: SignatureAlgorithm::EdDsa,
            x: URL_SAFE_NO_PAD.encode(public),
            y: String::new(),
        };
        Ok(Self { seed, public })
    }

    /// Signs claims as a token of that type.
    pub fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, StoreError> {
        let header = Header {
            typ: Some(typ.into()),
            kid: Some(self.public.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let key = EncodingKey::from_ed_der(&[PKCS8.as_slice(), self.seed.expose()].concat());
        encode(&header, claims, &key)
            .map_err(|_| StoreError::Log("a token could not be signed".into()))
    }

    /// The public half as a JWK (RFC 7517, RFC 8037).
    pub fn jwk(&self) -> serde_json::Value {
        let PublicKey { kid, x, .. } = &self.public;
        serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x })
    }
}
