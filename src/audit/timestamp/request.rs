//! What an authority is asked (RFC 3161 section 2.4.1).

use super::der::{BOOLEAN, INTEGER, NULL, OCTETS, OID, SEQUENCE, element};
use crate::audit::tree::sha256;

/// id-sha256 (RFC 5754).
pub(super) const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// The request for a timestamp of these bytes, with the authority's certificates in the answer.
#[must_use]
pub fn request(stamped: &[u8], nonce: &[u8; 8]) -> Vec<u8> {
    let algorithm = [element(OID, &SHA256), element(NULL, &[])].concat();
    let imprint = [
        element(SEQUENCE, &algorithm),
        element(OCTETS, &sha256(&[stamped])),
    ]
    .concat();
    let fields = [
        element(INTEGER, &[1]),
        element(SEQUENCE, &imprint),
        element(INTEGER, &positive(nonce)),
        element(BOOLEAN, &[0xff]),
    ];
    element(SEQUENCE, &fields.concat())
}

/// As a positive number of eight bytes: so it has one spelling.
pub(super) fn positive(nonce: &[u8; 8]) -> [u8; 8] {
    let mut number = *nonce;
    let [first, ..] = &mut number;
    *first = (*first & 0x7f) | 0x40;
    number
}
