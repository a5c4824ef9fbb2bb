//! E-mail addresses in normal form.
//!
//! One mailbox, one person: RFC 5321 (2.4) lets a host tell `Anne` from `anne`,
//! but none in use does, and a *no* given in small letters must stop a message
//! to capitals; so the local part is folded to lower case. Dots and `+tags` are
//! kept: only some hosts ignore them, and folding them would hand one person's
//! consent to another. A quoted local part is refused, odd dots are not: they
//! exist, and whoever owns such an address must be able to say no.

use std::borrow::Cow;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::IdentifierError;
use super::text::{clean, lower};

/// Longest local part in octets (RFC 5321, 4.5.3.1.1).
const LOCAL_MAX: usize = 64;
/// Longest address in octets (RFC 5321, erratum 1690).
const ADDRESS_MAX: usize = 254;
/// Longest name between two dots (RFC 1035, 2.3.4).
const LABEL_MAX: usize = 63;

/// The address in normal form.
pub(super) fn normal(text: &str) -> Result<String, IdentifierError> {
    let lower = text.to_ascii_lowercase();
    match plain(lower.as_bytes()) {
        Some(_) => Ok(lower),
        None => any(text),
    }
}

/// The two sides of an address of the plain kind in normal form, as nearly all addresses are but for
/// their case: small letters, digits and `.`, `_`, `+`, `-` before the `@`, names of small letters,
/// digits and single inner hyphens after it, all ASCII. What is anything else, or wrong, goes the
/// long way.
#[inline]
pub(super) fn plain(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'@', text)?;
    let (local, domain) = (text.get(..at)?, text.get(at + 1..)?);
    // a domain that is no longer than one name may be has no name that is too long
    if local.is_empty() || local.len() > LOCAL_MAX || domain.len() > LABEL_MAX {
        return None;
    }
    let signs = local.iter().fold(0, |all, byte| all | sign(*byte));
    (signs & OTHER == 0 && is_plain_domain(domain)).then_some((local, domain))
}

/// Whether it is a domain that UTS 46 would not look into: each dot and hyphen has a letter or
/// digit on both sides, there is a dot, and what follows the last one is no number.
fn is_plain_domain(domain: &[u8]) -> bool {
    let (mut all, mut before, mut beside, mut top) = (0, MARK, 0, 0);
    for byte in domain {
        let sign = sign(*byte);
        all |= sign;
        beside |= sign & before;
        before = sign;
        top = if sign & DOT == 0 { top | sign } else { 0 };
    }
    let apart = (beside | before) & MARK == 0;
    let named = all & DOT != 0 && top & !DIGIT != 0;
    apart && named && all & (LOCAL | OTHER) == 0
}

// what a byte of a plain address is
const DIGIT: u8 = 1;
const LETTER: u8 = 1 << 1;
/// A dot or a hyphen.
const MARK: u8 = 1 << 2;
const DOT: u8 = 1 << 3;
/// It may stand before the `@` only.
const LOCAL: u8 = 1 << 4;
const OTHER: u8 = 1 << 5;

fn sign(byte: u8) -> u8 {
    SIGNS.get(usize::from(byte)).copied().unwrap_or(OTHER)
}

#[allow(
    clippy::indexing_slicing,
    reason = "worked out when the program is compiled"
)]
const SIGNS: [u8; 256] = {
    let mut signs = [OTHER; 256];
    let mut byte = 0;
    while byte < 128 {
        signs[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => LETTER,
            b'.' => MARK | DOT,
            b'-' => MARK,
            b'_' | b'+' => LOCAL,
            _ => OTHER,
        };
        byte += 1;
    }
    signs
};

/// The long way.
fn any(text: &str) -> Result<String, IdentifierError> {
    let text = clean(text)?;
    let (local, domain) = text.split_once('@').ok_or(IdentifierError::EmailShape)?;
    if local.is_empty() || domain.is_empty() || domain.contains('@') {
        return Err(IdentifierError::EmailShape);
    }
    let address = [&normal_local(local)?, "@", &normal_domain(domain)?].concat();
    if address.len() > ADDRESS_MAX {
        return Err(IdentifierError::EmailTooLong);
    }
    Ok(address)
}

fn normal_local(local: &str) -> Result<Cow<'_, str>, IdentifierError> {
    if local.chars().any(is_special) {
        return Err(IdentifierError::EmailCharacter);
    }
    let local = lower(local);
    if local.len() > LOCAL_MAX {
        return Err(IdentifierError::EmailTooLong);
    }
    Ok(local)
}

/// White space and the specials of RFC 5322 (3.2.3) without dot and `@`.
fn is_special(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | ',' | '\\' | '"'
        )
}

fn normal_domain(domain: &str) -> Result<Cow<'_, str>, IdentifierError> {
    if domain.starts_with('[') {
        return Err(IdentifierError::EmailAddressLiteral);
    }
    // fullwidth and small forms may become an @ or a space only here: denied by STD 3
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map_err(|_| IdentifierError::EmailDomain)?;
    let (_, top) = ascii
        .rsplit_once('.')
        .ok_or(IdentifierError::EmailDomainWithoutDot)?;
    if top.bytes().all(|b| b.is_ascii_digit()) {
        return Err(IdentifierError::EmailAddressLiteral);
    }
    Ok(ascii)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    proptest::proptest! {
        /// Whatever goes the short way comes out as it would have the long way.
        #[test]
        fn both_ways_lead_to_the_same(
            local in "[a-zA-Z0-9._+-]{0,4}",
            labels in proptest::collection::vec("(xn--|XN--|)[a-zA-Z0-9_.-]{0,4}", 0..4),
            odd in proptest::option::of("[ é@\u{a0}ß。]"),
        ) {
            let text = format!("{local}@{}{}", labels.join("."), odd.unwrap_or_default());
            proptest::prop_assert_eq!(any(&text), normal(&text));
            if let Some((local, domain)) = plain(text.as_bytes()) {
                let whole = [local, b"@", domain].concat();
                proptest::prop_assert_eq!(any(&text).map(String::into_bytes), Ok(whole));
            }
        }
    }

    #[test]
    fn nearly_all_addresses_go_the_short_way() {
        for text in [
            "Anne.Dupont+news@mail.exemple.fr",
            "a@b-c.example",
            "a_b@1und1.de",
        ] {
            let lower = text.to_ascii_lowercase();
            assert!(plain(lower.as_bytes()).is_some(), "{text}");
        }
        let label = "d".repeat(63);
        for text in [
            format!("a@{label}.fr"),
            format!("a@{}.fr", "d".repeat(60)),
            format!("{}@{label}.fr", "a".repeat(64)),
        ] {
            assert_eq!(normal(&text), any(&text), "{text}");
        }
        assert!(normal(&format!("a@{label}d.fr")).is_err());
    }

    #[test]
    fn domains_meet_in_ascii() {
        let ascii = normal("anne@xn--bcher-kva.example").unwrap();
        assert_eq!(normal("Anne@BÜCHER.example").unwrap(), ascii);
        assert_eq!(normal("anne@bu\u{308}cher。example").unwrap(), ascii);
        assert_eq!(
            normal("Éva+News@a--b.example").unwrap(),
            "éva+news@a--b.example"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        use IdentifierError as E;
        for (text, expected) in [
            ("anne", E::EmailShape),
            ("@ex.com", E::EmailShape),
            ("anne@", E::EmailShape),
            ("a@b@ex.com", E::EmailShape),
            ("anne dupont@ex.com", E::EmailCharacter),
            ("<anne@ex.com>", E::EmailCharacter),
            ("\"anne\"@ex.com", E::EmailCharacter),
            ("mailto:anne@ex.com", E::EmailCharacter),
            ("anne@localhost", E::EmailDomainWithoutDot),
            ("anne@[IPv6:2001:db8::1]", E::EmailAddressLiteral),
            ("anne@192.0.2.1", E::EmailAddressLiteral),
            ("anne@ex..com", E::EmailDomain),
            ("anne@ex.com.", E::EmailDomain),
            ("anne@ex_a.com", E::EmailDomain),
            ("anne@ex.com\0", E::InvisibleCharacter),
            ("anne@e x.com", E::EmailDomain),
            ("", E::Empty),
        ] {
            assert_eq!(normal(text), Err(expected), "{expected:?}");
        }
    }

    #[test]
    fn lengths_are_in_octets() {
        assert!(normal(&format!("{}@ex.com", "a".repeat(64))).is_ok());
        let too_long = Err(IdentifierError::EmailTooLong);
        assert_eq!(normal(&format!("{}@ex.com", "a".repeat(65))), too_long);
        assert_eq!(normal(&format!("{}@ex.com", "é".repeat(33))), too_long);
        let label = "d".repeat(62);
        let domain = format!("{label}.{label}.{label}.com");
        assert_eq!(normal(&format!("{}@{domain}", "a".repeat(64))), too_long);
    }
}
