//! An authority's signature on a timestamp: CMS (RFC 5652) with the attributes that RFC 3161 demands, and
//! the chain of certificates (RFC 5280, by `webpki`) up to one that whoever checks trusts.

use super::der::{CONTEXT, INTEGER, OCTETS, OID, Reader, SEQUENCE, SET, element};
use super::request::SHA256;
use super::response::{TST_INFO, Token, read, signed};
use crate::audit::encoding::{hex, unb64_any};
use pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use ring::digest::{self, Algorithm, digest};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// id-sha384 and id-sha512 (RFC 5754), id-sha1 (RFC 3370).
const SHA384: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
const SHA512: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
/// id-contentType and id-messageDigest (RFC 5652, 11).
const CONTENT_TYPE: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// id-aa-signingCertificate (RFC 2634) and id-aa-signingCertificateV2 (RFC 5035).
const SIGNED_WITH: [u8; 11] = [
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c,
];
const SIGNED_WITH_V2: [u8; 11] = [
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f,
];
/// id-kp-timeStamping (RFC 5280).
const TIME_STAMPING: [u8; 8] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
/// id-at-commonName.
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
/// id-ce-extKeyUsage.
const PURPOSES: [u8; 3] = [0x55, 0x1d, 0x25];
/// `[0]` and `[3]` of a certificate: its version, its extensions.
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// More certificates than any chain has.
const MOST: usize = 32;

/// Why a signature does not hold, or not for whoever checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It does not read, or is not there.
    #[error("the authority's signature does not read")]
    Unreadable,
    /// What is signed is not what the token says.
    #[error("the authority signed something else")]
    Content,
    /// The certificate that the signature names is not there.
    #[error("the certificate that the authority's signature names is not in the token")]
    Certificate,
    /// The signature is not the certificate's, or of a kind that is not known here.
    #[error("the authority's signature is not that of its certificate, or of an unknown kind")]
    Signature,
    /// The certificate is nobody's whom the given authorities vouch for.
    #[error("its certificate does not lead to the given CA, or was not valid for timestamps then")]
    Untrusted,
}

/// The certificates in a PEM file, as DER.
#[must_use]
pub fn certificates(pem: &str) -> Vec<Vec<u8>> {
    let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    let body = blocks.filter_map(|block| block.split("-----END CERTIFICATE-----").next());
    body.filter_map(|body| unb64_any(&body.split_whitespace().collect::<String>()))
        .collect()
}

/// Who signed a response, by the common name in their certificate: the signature holds, and the
/// certificate was, at the token's time, that of a timestamping authority for which one of `trusted` (DER)
/// vouches.
///
/// # Errors
/// See [`SignatureError`].
pub fn signer(response: &[u8], trusted: &[Vec<u8>]) -> Result<String, SignatureError> {
    let token = read(response).map_err(|_| SignatureError::Unreadable)?;
    let message = Message::read(response).ok_or(SignatureError::Unreadable)?;
    let certificate = message.certificate()?;
    if !is_for_timestamps(certificate) {
        return Err(SignatureError::Untrusted);
    }
    let der = CertificateDer::from(certificate);
    let signer = EndEntityCert::try_from(&der).map_err(|_| SignatureError::Certificate)?;
    message.check_signature(&signer)?;
    message.check_chain(&signer, &token, trusted)?;
    Ok(common_name(certificate)
        .unwrap_or_else(|| hex(digest(&digest::SHA256, certificate).as_ref())))
}

/// What a response holds around the token.
struct Message<'a> {
    content: &'a [u8],
    certificates: Vec<&'a [u8]>,
    digest: &'static Algorithm,
    attributes: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Message<'a> {
    fn read(response: &'a [u8]) -> Option<Self> {
        let mut fields = Reader(response).within(SEQUENCE)?;
        fields.expect(SEQUENCE)?;
        let (content, mut rest) = signed(&mut fields)?;
        let mut certificates = Vec::new();
        let mut signers = None;
        while let Some((tag, bytes)) = rest.take() {
            match tag {
                CONTEXT => certificates = elements(bytes)?,
                SET => signers = Some(bytes),
                _ => {}
            }
        }
        let mut signers = Reader(signers?);
        let mut info = signers.within(SEQUENCE)?;
        // one authority, one signature
        signers.take().is_none().then_some(())?;
        info.expect(INTEGER)?;
        info.take()?;
        let digest = algorithm(info.within(SEQUENCE)?.expect(OID)?)?;
        let attributes = info.expect(CONTEXT)?;
        info.expect(SEQUENCE)?;
        let signature = info.expect(OCTETS)?;
        Some(Self {
            content,
            certificates,
            digest,
            attributes,
            signature,
        })
    }

    /// The certificate that the signed attributes name by its hash.
    fn certificate(&self) -> Result<&'a [u8], SignatureError> {
        let named = self.names_certificate();
        let (algorithm, hash) = named.ok_or(SignatureError::Unreadable)?;
        let is_it = |one: &&&[u8]| digest(algorithm, one).as_ref() == hash;
        let found = self.certificates.iter().find(is_it);
        found.copied().ok_or(SignatureError::Certificate)
    }

    fn names_certificate(&self) -> Option<(&'static Algorithm, &'a [u8])> {
        let first = |oid: &[u8]| {
            let mut named = self.attribute(oid)?.within(SEQUENCE)?;
            named.within(SEQUENCE)?.within(SEQUENCE)
        };
        if let Some(mut one) = first(&SIGNED_WITH_V2) {
            return match one.take()? {
                (OCTETS, hash) => Some((&digest::SHA256, hash)),
                (SEQUENCE, kind) => {
                    let algorithm = algorithm(Reader(kind).expect(OID)?)?;
                    Some((algorithm, one.expect(OCTETS)?))
                }
                _ => None,
            };
        }
        let hash = first(&SIGNED_WITH)?.expect(OCTETS)?;
        Some((&digest::SHA1_FOR_LEGACY_USE_ONLY, hash))
    }

    /// The values of the signed attribute of that name, which stands there once.
    fn attribute(&self, oid: &[u8]) -> Option<Reader<'a>> {
        let mut all = Reader(self.attributes);
        let mut found = None;
        while let Some(mut one) = all.within(SEQUENCE) {
            if one.expect(OID)? == oid {
                found.is_none().then_some(())?;
                found = Some(one.within(SET)?);
            }
        }
        found
    }

    /// The attributes are about this content, and signed by that certificate's key.
    fn check_signature(&self, signer: &EndEntityCert<'_>) -> Result<(), SignatureError> {
        let mut kind = self.attribute(&CONTENT_TYPE);
        let mut hash = self.attribute(&MESSAGE_DIGEST);
        let kind = kind.as_mut().and_then(|kind| kind.expect(OID));
        let hash = hash.as_mut().and_then(|hash| hash.expect(OCTETS));
        let is = digest(self.digest, self.content);
        if kind != Some(&TST_INFO) || hash != Some(is.as_ref()) {
            return Err(SignatureError::Content);
        }
        // as a set, though the message marks them otherwise (RFC 5652, 5.4)
        let covered = element(SET, self.attributes);
        let holds = |algorithm: &&dyn SignatureVerificationAlgorithm| {
            signer
                .verify_signature(*algorithm, &covered, self.signature)
                .is_ok()
        };
        if kinds(self.digest).iter().any(holds) {
            Ok(())
        } else {
            Err(SignatureError::Signature)
        }
    }

    fn check_chain(
        &self,
        signer: &EndEntityCert<'_>,
        token: &Token,
        trusted: &[Vec<u8>],
    ) -> Result<(), SignatureError> {
        let trusted: Vec<_> = trusted
            .iter()
            .map(|der| CertificateDer::from(der.as_slice()))
            .collect();
        let anchors: Vec<_> = trusted
            .iter()
            .filter_map(|der| anchor_from_trusted_cert(der).ok())
            .collect();
        let between = self.certificates.iter().copied();
        let between: Vec<_> = between.map(CertificateDer::from).collect();
        let at = u64::try_from(token.at.timestamp()).unwrap_or(0);
        let chain = signer.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &between,
            UnixTime::since_unix_epoch(Duration::from_secs(at)),
            KeyUsage::required_if_present(&TIME_STAMPING),
            None,
            None,
        );
        chain.map(drop).map_err(|_| SignatureError::Untrusted)
    }
}

/// Each element of a sequence, with its tag and its length.
fn elements(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut rest, mut found) = (Reader(bytes), Vec::new());
    while !rest.0.is_empty() {
        let before = rest.0;
        rest.take()?;
        found.push(before.get(..before.len() - rest.0.len())?);
        (found.len() <= MOST).then_some(())?;
    }
    Some(found)
}

fn algorithm(oid: &[u8]) -> Option<&'static Algorithm> {
    match oid {
        oid if oid == SHA256 => Some(&digest::SHA256),
        oid if oid == SHA384 => Some(&digest::SHA384),
        oid if oid == SHA512 => Some(&digest::SHA512),
        _ => None,
    }
}

/// The kinds of signature over that digest.
fn kinds(digest: &'static Algorithm) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    use webpki::ring as kind;
    if *digest == digest::SHA256 {
        vec![
            kind::ECDSA_P256_SHA256,
            kind::ECDSA_P384_SHA256,
            kind::RSA_PKCS1_2048_8192_SHA256,
            kind::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        ]
    } else if *digest == digest::SHA384 {
        vec![
            kind::ECDSA_P256_SHA384,
            kind::ECDSA_P384_SHA384,
            kind::RSA_PKCS1_2048_8192_SHA384,
            kind::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        ]
    } else {
        vec![
            kind::RSA_PKCS1_2048_8192_SHA512,
            kind::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        ]
    }
}

/// Whether a certificate is good for timestamps, and for nothing else (RFC 3161, 2.3). Those above it need
/// not say so.
fn is_for_timestamps(certificate: &[u8]) -> bool {
    let purposes = || {
        let mut fields = up_to_subject(certificate)?;
        // the subject and its key
        fields.expect(SEQUENCE)?;
        fields.expect(SEQUENCE)?;
        // unique identifiers may stand before the extensions
        let mut extensions = loop {
            let (tag, bytes) = fields.take()?;
            if tag == EXTENSIONS {
                break Reader(bytes).within(SEQUENCE)?;
            }
        };
        while let Some(mut one) = extensions.within(SEQUENCE) {
            if one.expect(OID)? == PURPOSES {
                // whether it is critical may stand between
                let value = match one.take()? {
                    (OCTETS, value) => value,
                    _ => one.expect(OCTETS)?,
                };
                return Reader(value).expect(SEQUENCE);
            }
        }
        None
    };
    purposes() == Some(&element(OID, &TIME_STAMPING)[..])
}

/// A certificate's fields from its subject on.
fn up_to_subject(certificate: &[u8]) -> Option<Reader<'_>> {
    let mut fields = Reader(certificate).within(SEQUENCE)?.within(SEQUENCE)?;
    let (tag, _) = fields.take()?;
    if tag == VERSION {
        fields.expect(INTEGER)?;
    }
    // the kind of signature, issuer, validity
    for _ in 0..3 {
        fields.expect(SEQUENCE)?;
    }
    Some(fields)
}

/// The common name of a certificate's subject.
fn common_name(certificate: &[u8]) -> Option<String> {
    let mut fields = up_to_subject(certificate)?;
    let (mut subject, mut name) = (fields.within(SEQUENCE)?, None);
    while let Some(mut part) = subject.within(SET) {
        let mut pair = part.within(SEQUENCE)?;
        if pair.expect(OID)? == COMMON_NAME {
            let (_, text) = pair.take()?;
            name = std::str::from_utf8(text).ok().map(str::to_owned);
        }
    }
    name
}
