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

/// The address in normal form.
pub(super) fn normal(text: &str) -> Result<String, IdentifierError> {
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
