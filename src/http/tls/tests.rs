#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::{Line, Papers, Unusable, client, end_of};
use crate::audit::encoding::hex;
use crate::domain::personal::Secret;
use crate::domain::registry::brand::Host;
use chrono::{DateTime, Utc};
use pki_types::CertificateDer;
use pki_types::pem::PemObject;

const PEM: &[u8] = include_bytes!("../../../tests/data/tls/client.crt");

/// As `openssl x509 -enddate -fingerprint -sha256` tells them.
const ENDS: &str = "2036-11-27T05:31:08Z";
const PRINT: &str = "aaf412c203e13a9751d634185dd5134d3e4dfad5af7ed68631f9f7cc870f3e28";

#[test]
fn a_certificate_is_read_as_others_read_it() {
    let der = CertificateDer::from_pem_slice(PEM).unwrap();
    assert_eq!(end_of(&der), ENDS.parse::<DateTime<Utc>>().ok());
    let read = client::read(&der);
    assert_eq!(hex(&read.thumbprint.0), PRINT);
    // a star is no name, an address is none, and letters are small
    let names: Vec<&str> = read.names.iter().map(Host::as_str).collect();
    assert_eq!(names, ["crm.example.com", "till.example.com"]);
    let nothing = client::read(&CertificateDer::from(vec![1, 2, 3]));
    assert!(nothing.names.is_empty());
    assert!(end_of(&CertificateDer::from(vec![1, 2, 3])).is_none());
}

#[test]
fn texts_that_are_no_papers_are_told_apart() {
    let line = |chain: &[u8], key: &[u8]| {
        let papers = Papers {
            chain: chain.to_vec(),
            key: Secret::new(key.to_vec()),
        };
        Line::new(&papers, None).err().unwrap()
    };
    assert!(matches!(line(b"", b""), Unusable::Certificate));
    assert!(matches!(
        line(b"-----BEGIN CERTIFICATE-----", b""),
        Unusable::Certificate
    ));
    assert!(matches!(line(PEM, b""), Unusable::Key));
    assert!(matches!(line(PEM, PEM), Unusable::Key));
}
