//! What an authority answers (RFC 3161 section 2.4.2): a status, and a CMS message (RFC 5652) around
//! what it attests.

use super::TimestampError;
use super::der::{CONTEXT, INTEGER, OCTETS, OID, Reader, SEQUENCE, SET, TIME};
use super::request::SHA256;
use crate::audit::Hash;
use chrono::{DateTime, NaiveDateTime, Utc};

/// id-signedData (RFC 5652).
const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// id-ct-TSTInfo (RFC 3161).
pub(super) const TST_INFO: [u8; 11] = [
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04,
];

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The SHA-256 of what was stamped.
    pub imprint: Hash,
    /// The request that it answers, as a number in big-endian bytes.
    pub nonce: Option<Vec<u8>>,
    /// When, by the authority's clock.
    pub at: DateTime<Utc>,
}

/// Reads a response. The signature in it is not checked.
///
/// # Errors
/// Where it is none, was not granted, or is over another digest than SHA-256.
pub fn read(response: &[u8]) -> Result<Token, TimestampError> {
    let mut whole = Reader(response);
    let mut fields = whole.within(SEQUENCE).ok_or(TimestampError::Malformed)?;
    let mut status = fields.within(SEQUENCE).ok_or(TimestampError::Malformed)?;
    match status.expect(INTEGER) {
        // granted, and granted with modifications
        Some([0 | 1]) => {}
        Some([other]) => return Err(TimestampError::Refused(*other)),
        _ => return Err(TimestampError::Malformed),
    }
    let (content, _) = signed(&mut fields).ok_or(TimestampError::Malformed)?;
    token(content)?.ok_or(TimestampError::Malformed)
}

/// What the CMS message is about, and what it holds besides.
pub(super) fn signed<'a>(fields: &mut Reader<'a>) -> Option<(&'a [u8], Reader<'a>)> {
    let mut message = fields.within(SEQUENCE)?;
    (message.expect(OID)? == SIGNED_DATA).then_some(())?;
    let mut signed = message.within(CONTEXT)?.within(SEQUENCE)?;
    signed.expect(INTEGER)?;
    signed.expect(SET)?;
    let mut content = signed.within(SEQUENCE)?;
    (content.expect(OID)? == TST_INFO).then_some(())?;
    let content = content.within(CONTEXT)?.expect(OCTETS)?;
    Some((content, signed))
}

fn token(content: &[u8]) -> Result<Option<Token>, TimestampError> {
    let Some(mut info) = Reader(content).within(SEQUENCE) else {
        return Ok(None);
    };
    let head = (
        info.expect(INTEGER),
        info.expect(OID),
        info.within(SEQUENCE),
    );
    let (Some([1]), Some(_), Some(mut imprint)) = head else {
        return Ok(None);
    };
    let algorithm = imprint.within(SEQUENCE).and_then(|mut one| one.expect(OID));
    let digest = imprint.expect(OCTETS).and_then(|hash| hash.try_into().ok());
    let (Some(SHA256), Some(imprint)) = (algorithm.and_then(|oid| oid.try_into().ok()), digest)
    else {
        return Err(TimestampError::Imprint);
    };
    let at = info.expect(INTEGER).and_then(|_| time(info.expect(TIME)?));
    let Some(at) = at else { return Ok(None) };
    // accuracy, ordering, nonce, name, extensions: each may be absent
    let mut nonce = None;
    while let Some((tag, bytes)) = info.take() {
        if tag == INTEGER {
            nonce = Some(bytes.to_vec());
        }
    }
    Ok(Some(Token { imprint, nonce, at }))
}

/// `GeneralizedTime` as RFC 3161 demands it: UTC, seconds, and maybe a fraction.
fn time(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('Z')?;
    let read = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S%.f").ok()?;
    Some(read.and_utc())
}
