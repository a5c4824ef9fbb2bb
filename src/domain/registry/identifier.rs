//! Identifiers of a data subject: e-mail, phone, postal address, CRM id and
//! device id, brought to one normal form so that the same contact point always
//! gives the same keyed hash, however it was typed.

mod email;
mod error;
mod kind;
mod mask;
mod other;
mod phone;
mod suppression;
mod text;

use std::fmt;

pub use error::IdentifierError;
pub use kind::IdentifierKind;

/// A contact point or key of a data subject in its normal form.
///
/// It is personal data: it has no `Display` and no `Serialize`, and `Debug`
/// shows the kind alone, so that it cannot slip into a log by accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    kind: IdentifierKind,
    text: String,
}

impl Identifier {
    /// An e-mail address: domain by UTS 46 to lower-case ASCII, local part in
    /// NFC and lower case; dots and `+tags` are kept (see `email.rs` for why).
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn email(text: &str) -> Result<Self, IdentifierError> {
        email::normal(text).map(|text| Self::of(IdentifierKind::Email, text))
    }

    /// A phone number to E.164. `default_region` (ISO 3166-1 alpha-2, such as
    /// `RE`) is where a number without country code was written down.
    ///
    /// # Errors
    /// What is wrong with the number or the region.
    pub fn phone(text: &str, default_region: Option<&str>) -> Result<Self, IdentifierError> {
        phone::normal(text, default_region).map(|text| Self::of(IdentifierKind::Phone, text))
    }

    /// A postal address: one line, lower case, spaces and commas folded.
    /// Matching is by the same words in the same order, no more.
    ///
    /// # Errors
    /// Empty, too short, too long, or with invisible characters.
    pub fn postal(text: &str) -> Result<Self, IdentifierError> {
        other::postal(text).map(|text| Self::of(IdentifierKind::Postal, text))
    }

    /// The key of a customer in the controller's own system; case counts.
    ///
    /// # Errors
    /// Empty, too long, or with invisible characters.
    pub fn crm_id(text: &str) -> Result<Self, IdentifierError> {
        other::crm_id(text).map(|text| Self::of(IdentifierKind::CrmId, text))
    }

    /// An advertising or installation id of a device; UUIDs to lower case, the
    /// all-zero id of a device that tracks nobody is refused.
    ///
    /// # Errors
    /// As for a CRM id, or an id that many devices share.
    pub fn device_id(text: &str) -> Result<Self, IdentifierError> {
        other::device_id(text).map(|text| Self::of(IdentifierKind::DeviceId, text))
    }

    /// An identifier of a kind known only at run time. A phone number must then
    /// carry its country code.
    ///
    /// # Errors
    /// Those of the kind.
    pub fn parse(kind: IdentifierKind, text: &str) -> Result<Self, IdentifierError> {
        match kind {
            IdentifierKind::Email => Self::email(text),
            IdentifierKind::Phone => Self::phone(text, None),
            IdentifierKind::Postal => Self::postal(text),
            IdentifierKind::CrmId => Self::crm_id(text),
            IdentifierKind::DeviceId => Self::device_id(text),
        }
    }

    /// What kind of identifier it is.
    #[must_use]
    pub fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// The normal text itself: for those who send the message or encrypt it,
    /// never for logs, errors or URLs.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The input of the keyed hash, in pieces: kind, a colon, the normal text in UTF-8,
    /// such as `email:anne@exemple.fr`. Stable for ever: stored hashes hang on it.
    #[must_use]
    pub fn canonical(&self) -> [&[u8]; 3] {
        canonical(self.kind, self.text.as_bytes())
    }

    /// The input of the keyed hash of an e-mail address that stands for itself, as nearly all do:
    /// it is in normal form, and no suppression is filed under a coarser one. `None` for every
    /// other text, which is [parsed](Self::email).
    #[inline]
    #[must_use]
    pub fn email_as_it_stands(text: &[u8]) -> Option<[&[u8]; 3]> {
        let (local, domain) = email::plain(text)?;
        let stands = suppression::is_coarse(local, domain);
        stands.then(|| canonical(IdentifierKind::Email, text))
    }

    /// The coarser identifier under which a suppression is filed: matching is asymmetric, a *no*
    /// reaches every spelling that may be the same mailbox or letter box, a *yes* only the one
    /// that was given (see `suppression.rs`). Never look a consent up by it.
    #[must_use]
    pub fn for_suppression(&self) -> Self {
        Self::of(self.kind, suppression::coarse(self.kind, &self.text))
    }

    /// The identifiers under which a suppression is looked up: the coarser one, and the exact one,
    /// under which older suppressions stand. One where both are the same.
    #[must_use]
    pub fn suppression_keys(&self) -> Vec<Self> {
        let coarse = self.for_suppression();
        if coarse == *self {
            return vec![coarse];
        }
        vec![coarse, self.clone()]
    }

    /// Enough for its owner to recognise it, never the whole:
    /// `a•••@exemple.fr`, `+33 6 •• •• •• 78`.
    #[must_use]
    pub fn masked(&self) -> String {
        mask::masked(self.kind, &self.text)
    }

    fn of(kind: IdentifierKind, text: String) -> Self {
        Self { kind, text }
    }
}

fn canonical(kind: IdentifierKind, text: &[u8]) -> [&[u8]; 3] {
    [kind.as_str().as_bytes(), b":", text]
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({}, •••)", self.kind.as_str())
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [IdentifierKind; 5] = IdentifierKind::ALL;

    #[test]
    fn debug_shows_no_personal_data() {
        let shown = format!("{:?}", Identifier::email("anne@exemple.fr").unwrap());
        assert_eq!(shown, "Identifier(email, •••)");
    }

    #[test]
    fn canonical_separates_kinds() {
        let crm = Identifier::crm_id("anne@exemple.fr").unwrap();
        let email = Identifier::email("anne@exemple.fr").unwrap();
        assert_eq!(email.canonical().concat(), b"email:anne@exemple.fr");
        assert_ne!(crm.canonical(), email.canonical());
        assert_ne!(crm, email);
    }

    fn near_email() -> impl Strategy<Value = String> {
        "[ -~äÄéÉßẞİıſKΣςǰJ\u{301}\u{30c}\u{327}]{0,12}@[a-zA-ZäÄßéİ。.\u{301}-]{1,12}\\.[a-z]{2,6}"
    }

    fn again(first: &Identifier) {
        let second = Identifier::parse(first.kind(), first.reveal()).unwrap();
        assert_eq!(first.reveal(), second.reveal());
        assert!(!first.masked().contains(first.reveal()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn never_panics_and_is_idempotent(text in any::<String>(), kind in 0..5usize) {
            if let Ok(first) = Identifier::parse(KINDS[kind], &text) {
                again(&first);
            }
        }

        #[test]
        fn emails_are_idempotent(text in near_email()) {
            if let Ok(first) = Identifier::email(&text) {
                again(&first);
            }
        }

        #[test]
        fn phones_are_idempotent(
            text in "(\\+|00|0)?[0-9 ().-]{1,18}",
            region in prop::sample::select(vec!["FR", "RE", "DE", "IT", "GB", "US", "AR", "MX"]),
        ) {
            if let Ok(first) = Identifier::phone(&text, Some(region)) {
                again(&first);
            }
        }
    }
}
