//! The coarser form under which a *no* is filed and found.
//!
//! Suppression over-matches, consent matches exactly (rule R-351): to leave somebody alone who never
//! asked for it costs a message, to write to somebody who did costs their trust. So for a
//! suppression, and for nothing else,
//! - an e-mail address loses its `+tag`, which most hosts deliver to the same mailbox (RFC 5233);
//! - at Gmail it loses its dots too, which mean nothing there, and `googlemail.com` is `gmail.com`.
//!   Elsewhere dots tell two persons apart;
//! - a postal address loses accents and punctuation, as printers and typists do.
//!
//! Phone numbers have one form already; keys of other systems tell persons apart to the letter.

use super::IdentifierKind;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The coarser text of a normal one; the same text again where there is none.
pub(super) fn coarse(kind: IdentifierKind, text: &str) -> String {
    let found = match kind {
        IdentifierKind::Email => email(text),
        IdentifierKind::Postal => Some(postal(text)),
        IdentifierKind::Phone | IdentifierKind::CrmId | IdentifierKind::DeviceId => None,
    };
    found
        .filter(|found| !found.is_empty())
        .unwrap_or_else(|| text.to_owned())
}

/// Whether an e-mail address in normal form is its own coarser form; in doubt not.
#[inline]
pub(super) fn is_coarse(local: &[u8], domain: &[u8]) -> bool {
    let has = |sign| memchr::memchr(sign, local).is_some();
    let dots_count = match domain {
        b"gmail.com" => !has(b'.'),
        b"googlemail.com" => false,
        _ => true,
    };
    dots_count && !has(b'+')
}

fn email(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let mailbox = match local.split_once('+') {
        Some((before, _)) if !before.is_empty() => before,
        _ => local,
    };
    if !matches!(domain, "gmail.com" | "googlemail.com") {
        return Some(format!("{mailbox}@{domain}"));
    }
    let without_dots = mailbox.replace('.', "");
    let mailbox = if without_dots.is_empty() {
        mailbox
    } else {
        &without_dots
    };
    Some(format!("{mailbox}@gmail.com"))
}

fn postal(text: &str) -> String {
    let letters = text.nfd().filter(|c| !is_combining_mark(*c));
    let plain: String = letters
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::domain::registry::identifier::Identifier;
    use crate::domain::testing::each;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        id: String,
        a: String,
        b: String,
        same_for_suppression: bool,
        same_for_consent: bool,
        #[serde(rename = "note")]
        _note: Option<String>,
    }

    #[test]
    fn email_identity_vectors() {
        each("email_identity_vectors", |case: &Case| {
            let [a, b] = [&case.a, &case.b].map(|text| Identifier::email(text).unwrap());
            assert_eq!(a == b, case.same_for_consent, "{}", case.id);
            let same = a.for_suppression() == b.for_suppression();
            assert_eq!(same, case.same_for_suppression, "{}", case.id);
        });
    }

    fn email(text: &str) -> String {
        Identifier::email(text)
            .unwrap()
            .for_suppression()
            .reveal()
            .to_owned()
    }

    #[test]
    fn a_no_reaches_every_spelling_of_a_mailbox() {
        for (text, coarse) in [
            ("Anne+News@ex.com", "anne@ex.com"),
            ("anne+a+b@ex.com", "anne@ex.com"),
            ("+anne@ex.com", "+anne@ex.com"),
            ("a.nne@ex.com", "a.nne@ex.com"),
            ("a.n.ne+x@GoogleMail.com", "anne@gmail.com"),
            (".+x@gmail.com", ".@gmail.com"),
            ("a.nne@gmail.com.example", "a.nne@gmail.com.example"),
        ] {
            assert_eq!(email(text), coarse, "{text}");
        }
    }

    #[test]
    fn a_letter_box_has_no_accents() {
        let coarse = |text| Identifier::postal(text).unwrap().for_suppression();
        let typed = coarse("12, rue de l'Église\n59000 Lille");
        assert_eq!(typed, coarse("12 RUE DE L EGLISE 59000 LILLE"));
        assert_ne!(typed, coarse("121 rue de l'Église 59000 Lille"));
        assert_eq!(coarse("----------").reveal(), "----------");
    }

    #[test]
    fn other_identifiers_stay() {
        for id in [
            Identifier::phone("06 12 34 56 78", Some("FR")).unwrap(),
            Identifier::crm_id("C-1a+x").unwrap(),
            Identifier::device_id("a.b+c").unwrap(),
        ] {
            assert_eq!(id.suppression_keys(), [id]);
        }
    }

    proptest! {
        #[test]
        fn the_coarser_form_is_stable_and_normal(text in "[a-c.+]{1,8}@(gmail|googlemail|ex)\\.com") {
            if let Ok(id) = Identifier::email(&text) {
                let coarse = id.for_suppression();
                prop_assert_eq!(&coarse.for_suppression(), &coarse);
                prop_assert_eq!(&Identifier::email(coarse.reveal()).unwrap(), &coarse);
                // an older suppression of the exact address is found as well
                prop_assert!(id.suppression_keys().contains(&id));
                prop_assert!(id.suppression_keys().contains(&coarse));
                // what is hashed as it stands is its own coarser form
                if let Some(canonical) = Identifier::email_as_it_stands(text.as_bytes()) {
                    prop_assert_eq!(canonical, id.canonical());
                    prop_assert_eq!(canonical, coarse.canonical());
                }
            }
        }

        #[test]
        fn a_tag_never_escapes_a_no(local in "[a-z][a-z.]{0,8}", tag in "[a-z+.]{0,6}", host in "[a-z]{2,6}") {
            let plain = Identifier::email(&format!("{local}@{host}.com")).unwrap();
            let tagged = Identifier::email(&format!("{local}+{tag}@{host}.com")).unwrap();
            prop_assert_eq!(plain.for_suppression(), tagged.for_suppression());
            prop_assert_ne!(plain, tagged);
        }
    }
}
