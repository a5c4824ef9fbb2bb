//! A response that `openssl ts -reply` made for the bytes `stamped\n`, and what one can do to it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::der::{CONTEXT, INTEGER, OCTETS, OID, Reader, SEQUENCE, SET, TIME, element};
use super::*;
use crate::audit::encoding::{hex, unb64_any};
use proptest::prelude::*;

const STAMPED: &[u8] = b"stamped\n";
const NONCE: [u8; 8] = [0xe1, 0xdd, 0x18, 0x01, 0xaf, 0x96, 0xda, 0x8e];

fn openssl() -> Vec<u8> {
    let text = include_str!("../../../tests/data/timestamps/openssl.tsr.b64");
    unb64_any(&text.split_whitespace().collect::<String>()).unwrap()
}

#[test]
fn the_request_is_the_one_that_openssl_makes() {
    // of `openssl ts -query -sha256 -cert`, whose nonce is a number that needs a byte more
    let theirs = "30440201013031300d060960864801650304020105000420a7a60b5a90b7238fb8e35f34d88076ce\
                  448e07178c229905af07785df260a8fa020900e1dd1801af96da8e0101ff";
    let ours = theirs
        .replacen("3044", "3043", 1)
        .replace("020900e1dd", "020861dd");
    assert_eq!(hex(&request(STAMPED, &NONCE)), ours);
    assert_eq!(
        hex(&request(STAMPED, &[0; 8])).matches("02084000").count(),
        1
    );
}

#[test]
fn a_token_of_openssl_is_read() {
    let token = check(&openssl(), STAMPED, None).unwrap();
    assert_eq!(token.at.to_rfc3339(), "2026-11-28T13:05:04+00:00");
    assert_eq!(token.nonce, Some([&[0], &NONCE[..]].concat()));
    assert_eq!(
        check(&openssl(), b"stomped\n", None),
        Err(TimestampError::Imprint)
    );
    assert_eq!(
        check(&openssl(), STAMPED, Some(&NONCE)),
        Err(TimestampError::Nonce)
    );
}

fn made(status: u8, digest: &[u8], time: &str, nonce: Option<&[u8]>) -> Vec<u8> {
    granted(status, digest, time, nonce, STAMPED)
}

/// The object identifier of SHA-256.
pub fn sha256_oid() -> [u8; 9] {
    super::request::SHA256
}

/// A response as an authority would make it, but signed by nobody.
pub fn granted(
    status: u8,
    digest: &[u8],
    time: &str,
    nonce: Option<&[u8]>,
    stamped: &[u8],
) -> Vec<u8> {
    let algorithm = element(SEQUENCE, &element(OID, digest));
    let imprint = [algorithm, element(OCTETS, &sha256(&[stamped]))].concat();
    let fields = [
        element(INTEGER, &[1]),
        element(OID, &[0x2a, 3]),
        element(SEQUENCE, &imprint),
        element(INTEGER, &[7]),
        element(TIME, time.as_bytes()),
        element(SEQUENCE, &element(INTEGER, &[1])),
        nonce
            .map(|nonce| element(INTEGER, nonce))
            .unwrap_or_default(),
    ];
    let info = element(OCTETS, &element(SEQUENCE, &fields.concat()));
    let tst = [
        0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04,
    ];
    let content = [element(OID, &tst), element(CONTEXT, &info)].concat();
    let signed = [
        element(INTEGER, &[3]),
        element(SET, &[]),
        element(SEQUENCE, &content),
    ];
    let signed_data = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let inner = element(CONTEXT, &element(SEQUENCE, &signed.concat()));
    let message = element(SEQUENCE, &[element(OID, &signed_data), inner].concat());
    let status = element(SEQUENCE, &element(INTEGER, &[status]));
    element(SEQUENCE, &[status, message].concat())
}

#[test]
fn what_is_not_what_was_asked_for_is_refused() {
    let sha256 = super::request::SHA256;
    let time = "20261128130504.25Z";
    let nonce = super::request::positive(&NONCE);
    let good = made(0, &sha256, time, Some(&nonce));
    let token = check(&good, STAMPED, Some(&NONCE)).unwrap();
    assert_eq!(token.at.timestamp_millis(), 1_795_871_104_250);
    let without = made(0, &sha256, time, None);
    assert!(check(&without, STAMPED, None).is_ok());
    assert_eq!(
        check(&without, STAMPED, Some(&NONCE)),
        Err(TimestampError::Nonce)
    );
    assert_eq!(
        read(&made(2, &sha256, time, None)),
        Err(TimestampError::Refused(2))
    );
    let sha1 = [0x2b, 0x0e, 3, 2, 0x1a];
    assert_eq!(
        read(&made(0, &sha1, time, None)),
        Err(TimestampError::Imprint)
    );
    for time in ["20261128130504", "261128130504Z", "20261328130504Z", ""] {
        let bad = made(0, &sha256, time, None);
        assert_eq!(read(&bad), Err(TimestampError::Malformed), "{time}");
    }
}

#[test]
fn lengths_of_every_kind() {
    for length in [0, 1, 127, 128, 255, 256, 65_535] {
        let content = vec![7; length];
        let bytes = element(OCTETS, &content);
        let mut reader = Reader(&bytes);
        assert_eq!(reader.take(), Some((OCTETS, content.as_slice())));
        assert_eq!(reader.take(), None);
        let mut cut = Reader(&bytes[..bytes.len() - 1]);
        assert_eq!(cut.take(), None);
    }
    assert_eq!(Reader(&[0x30, 0x80, 0, 0]).take(), None, "no end");
}

proptest! {
    #[test]
    fn rubbish_never_panics(bytes: Vec<u8>, at: prop::sample::Index, flip in 1u8..) {
        let _ = read(&bytes);
        let mut bent = openssl();
        let at = at.index(bent.len());
        bent[at] ^= flip;
        let _ = read(&bent);
        let _ = read(&bent[..at]);
    }
}

/// A response of `openssl ts -reply` for the same bytes, and its CA: a root, a certificate between, and an
/// authority's. The last two have P-384 with SHA-384, and RSA with SHA-512 and the older attribute.
fn signed_by(name: &str) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (response, ca) = match name {
        "ec256" => (
            include_str!("../../../tests/data/timestamps/ec256.tsr.b64"),
            include_str!("../../../tests/data/timestamps/ec256-ca.pem"),
        ),
        "ec384" => (
            include_str!("../../../tests/data/timestamps/ec384.tsr.b64"),
            include_str!("../../../tests/data/timestamps/ec384-ca.pem"),
        ),
        _ => (
            include_str!("../../../tests/data/timestamps/rsa.tsr.b64"),
            include_str!("../../../tests/data/timestamps/rsa-ca.pem"),
        ),
    };
    let response = unb64_any(&response.split_whitespace().collect::<String>()).unwrap();
    (response, certificates(ca))
}

const AUTHORITIES: [&str; 3] = ["ec256", "ec384", "rsa"];

#[test]
fn who_signed_is_told_where_the_ca_vouches_for_them() {
    for name in AUTHORITIES {
        let (response, ca) = signed_by(name);
        assert_eq!(ca.len(), 1);
        assert!(check(&response, STAMPED, None).is_ok());
        assert_eq!(signer(&response, &ca), Ok(format!("Stamper {name}")));
        assert_eq!(signer(&response, &[]), Err(SignatureError::Untrusted));
        for other in AUTHORITIES.into_iter().filter(|other| *other != name) {
            let (_, others) = signed_by(other);
            assert_eq!(signer(&response, &others), Err(SignatureError::Untrusted));
            let both = [others, ca.clone()].concat();
            assert!(signer(&response, &both).is_ok(), "one of several");
        }
    }
}

/// The place of some bytes.
fn place(whole: &[u8], part: &[u8]) -> usize {
    let found = whole.windows(part.len()).position(|window| window == part);
    found.unwrap()
}

#[test]
fn a_signature_of_something_else_does_not_hold() {
    for name in AUTHORITIES {
        let (response, ca) = signed_by(name);
        let time = response
            .windows(2)
            .position(|two| two == [TIME, 15])
            .unwrap();
        let bent = |at: usize| {
            let mut bent = response.clone();
            bent[at] ^= 1;
            signer(&bent, &ca)
        };
        // the last digit of the year
        assert_eq!(bent(time + 5), Err(SignatureError::Content), "{name}");
        assert_eq!(
            bent(response.len() - 1),
            Err(SignatureError::Signature),
            "{name}"
        );
        // the name in the authority's certificate
        let subject = place(&response, format!("Stamper {name}").as_bytes());
        assert_eq!(bent(subject), Err(SignatureError::Certificate), "{name}");
    }
    // an unsigned one, as those of our own tests
    let unsigned = made(0, &super::request::SHA256, "20261128130504Z", None);
    assert_eq!(signer(&unsigned, &[]), Err(SignatureError::Unreadable));
}

#[test]
fn a_pem_file_holds_what_stands_between_the_marks() {
    let pem = include_str!("../../../tests/data/timestamps/rsa-ca.pem");
    let two = format!("a remark\n{pem}\nanother\n{pem}");
    assert_eq!(certificates(&two).len(), 2);
    assert_eq!(certificates("nothing"), Vec::<Vec<u8>>::new());
    let rubbish = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----";
    assert!(certificates(rubbish).is_empty());
}

proptest! {
    /// Whatever is changed: a panic never, and a name only where the token says what it said.
    #[test]
    fn a_bent_response_names_nobody_for_another_token(which in 0..3usize, at: prop::sample::Index, flip in 1u8..) {
        let (response, ca) = signed_by(AUTHORITIES[which]);
        let mut bent = response.clone();
        let at = at.index(bent.len());
        bent[at] ^= flip;
        if signer(&bent, &ca).is_ok() {
            prop_assert_eq!(read(&bent).unwrap(), read(&response).unwrap());
        }
        let _ = signer(&bent[..at], &ca);
    }
}
