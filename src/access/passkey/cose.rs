//! The public half of a passkey's key, as COSE writes it (RFC 9052, 9053 and 8230): ES256, `EdDSA`, RS256.

use super::PasskeyError;
use minicbor::Decoder;
use minicbor::data::Type;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use std::collections::BTreeMap;

/// The algorithms that are asked for, the preferred first, as COSE numbers them.
pub const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];
const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

// the labels of a key's parameters
const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
/// The curve; of RSA the modulus.
const FIRST: i64 = -1;
/// x; of RSA the exponent.
const SECOND: i64 = -2;
/// y.
const THIRD: i64 = -3;

// the kinds of keys, and the curves
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const CURVE_25519: i64 = 6;

/// RSA of 2,048 to 4,096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
/// The largest exponent that is in use has three bytes.
const EXPONENT: usize = 4;

/// A key as it is kept: the bytes of its map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey(Vec<u8>);

enum Parts<'a> {
    Es256([u8; 65]),
    EdDsa(&'a [u8]),
    Rs256(&'a [u8], &'a [u8]),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

impl PublicKey {
    /// Takes the key that stands first; with what comes after it.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), PasskeyError> {
        let (_, length) = parts(bytes)?;
        let split = bytes.split_at_checked(length);
        let (key, rest) = split.ok_or(PasskeyError::Malformed)?;
        Ok((Self(key.to_vec()), rest))
    }

    /// Takes one that was kept.
    ///
    /// # Errors
    /// Where it is none.
    pub fn kept(bytes: &[u8]) -> Result<Self, PasskeyError> {
        match Self::read(bytes)? {
            (key, []) => Ok(key),
            _ => Err(PasskeyError::Malformed),
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Looks at a signature.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        let verified = match parts(&self.0)?.0 {
            Parts::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Parts::EdDsa(x) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            Parts::Rs256(n, e) => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verified.map_err(|_| PasskeyError::Signature)
    }
}

/// The parts of the key that stands first, and how many bytes it takes.
fn parts(bytes: &[u8]) -> Result<(Parts<'_>, usize), PasskeyError> {
    let mut decoder = Decoder::new(bytes);
    let map = map(&mut decoder).ok_or(PasskeyError::Malformed)?;
    let number = |label| match map.get(&label) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    };
    let text = |label| match map.get(&label) {
        Some(Value::Bytes(bytes)) => Some(*bytes),
        _ => None,
    };
    let found = match (number(KIND), number(ALGORITHM), number(FIRST), map.len()) {
        (Some(EC2), Some(ES256), Some(P256), 5) => point(text(SECOND), text(THIRD)),
        (Some(OKP), Some(EDDSA), Some(CURVE_25519), 4) => {
            let x = text(SECOND).filter(|x| x.len() == 32);
            x.map(Parts::EdDsa)
        }
        (Some(RSA), Some(RS256), None, 4) => {
            let n = text(FIRST).filter(|n| MODULUS.contains(&n.len()));
            let e = text(SECOND).filter(|e| e.len() <= EXPONENT);
            n.zip(e).map(|(n, e)| Parts::Rs256(n, e))
        }
        _ => None,
    };
    Ok((found.ok_or(PasskeyError::Key)?, decoder.position()))
}

/// A point of P-256, uncompressed.
fn point<'a>(x: Option<&[u8]>, y: Option<&[u8]>) -> Option<Parts<'a>> {
    let (x, y): ([u8; 32], [u8; 32]) = (x?.try_into().ok()?, y?.try_into().ok()?);
    let mut point = [4; 65];
    point.get_mut(1..33)?.copy_from_slice(&x);
    point.get_mut(33..)?.copy_from_slice(&y);
    Some(Parts::Es256(point))
}

/// A map of a few numbers and byte strings, each label once. Nothing in it has anything in itself.
fn map<'a>(decoder: &mut Decoder<'a>) -> Option<BTreeMap<i64, Value<'a>>> {
    let length = decoder.map().ok()?.filter(|length| *length <= 5)?;
    let mut map = BTreeMap::new();
    for _ in 0..length {
        let label = decoder.i64().ok()?;
        let value = match decoder.datatype().ok()? {
            Type::Bytes => Value::Bytes(decoder.bytes().ok()?),
            _ => Value::Number(decoder.i64().ok()?),
        };
        if map.insert(label, value).is_some() {
            return None;
        }
    }
    Some(map)
}
