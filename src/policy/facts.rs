//! The facts of one decision. Adding a fact is a line here, a line in the schema, and the
//! policies that use it; the schema check refuses a pack where the two differ.

use super::vocabulary::{Channel, ConsentFact, Fact, LegalBasis, ProofFact, PurposeUse, Stated};
use cedar_policy::Context;

/// Declares the facts once: the struct, the key under which an outcome is remembered, and the
/// record that Cedar sees.
macro_rules! facts {
    ($(#[$doc:meta])* $name:ident { $($(#[$fact_doc:meta])* $fact:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fact_doc])* pub $fact: $kind,)*
        }

        impl $name {
            /// Bits that the key needs; more than 128 would not compile.
            const KEY_BITS: u32 = 0 $(+ <$kind as Fact>::BITS)*;

            /// The facts packed side by side: two facts are equal exactly if their keys are.
            pub(super) fn key(&self) -> u128 {
                let mut key = 0_u128;
                $(key = (key << <$kind as Fact>::BITS) | u128::from(self.$fact.code());)*
                key
            }

            /// The facts as the record that policies see; `None` only if a name in this file
            /// were no Cedar name.
            pub(super) fn context(&self) -> Option<Context> {
                let pairs = [$((stringify!($fact).to_owned(), self.$fact.expression()?),)*];
                Context::from_pairs(pairs).ok()
            }

            /// Name and schema type of every fact, for the schema check.
            pub(super) const SHAPE: &'static [(&'static str, &'static str)] =
                &[$((stringify!($fact), <$kind as Fact>::NAME),)*];

            /// Every fact drawn anew with `pick(n)`, which returns a number below `n`.
            #[cfg(test)]
            pub(super) fn drawn(&self, mut pick: impl FnMut(usize) -> usize) -> Self {
                let mut drawn = *self;
                $(if let Some(value) = <$kind as Fact>::ALL.get(pick(<$kind as Fact>::ALL.len())) {
                    drawn.$fact = *value;
                })*
                drawn
            }

            /// Every set of facts that differs from this one in a single fact.
            #[cfg(test)]
            pub(super) fn neighbours(&self) -> Vec<(&'static str, Self)> {
                let mut all = Vec::new();
                $(for value in <$kind as Fact>::ALL {
                    if value.code() != self.$fact.code() {
                        all.push((stringify!($fact), Self { $fact: *value, ..*self }));
                    }
                })*
                all
            }
        }
    };
}

facts! {
    /// Everything a policy may know about one use of one person's data. No unit but yes, no and
    /// words: instants and counts were turned into facts before.
    Facts {
        /// The contact point belongs to a data subject of the registry.
        person_known: bool,
        /// The purpose is in force in the registry.
        purpose_known: bool,
        /// The purpose is declared for this channel.
        channel_of_purpose: bool,
        /// The one legal basis of the purpose (GDPR 6(1)).
        legal_basis: LegalBasis,
        /// What the law sees in the purpose.
        purpose_use: PurposeUse,
        /// The channel asked about.
        channel: Channel,
        /// The person's last valid answer for exactly this purpose and channel.
        consent: ConsentFact,
        /// The consent's validity has ended at the instant asked about.
        consent_expired: bool,
        /// The consent was given on the latest major version of the notice.
        notice_current: bool,
        /// The proof held of the consent (GDPR 7(1)).
        consent_proof: ProofFact,
        /// A valid yes exists for this purpose on another channel.
        consent_on_other_channel: bool,
        /// An objection to direct marketing is in force for this use (GDPR 21(2)).
        objection: bool,
        /// An objection to profiling for direct marketing is in force (GDPR 21(2)).
        objection_profiling: bool,
        /// The processing of this person's data is restricted (GDPR 18).
        restricted: bool,
        /// This contact point is on the suppression list.
        suppressed: bool,
        /// The message says who sends it.
        identifies_sender: Stated,
        /// The message offers a valid and free way to stop.
        valid_stop_contact: Stated,
        /// The subject of the message matches its content.
        subject_honest: Stated,
        /// A service message carries promotion.
        promotional_content: Stated,
        /// The person was told of this use and of the right to object.
        informed: Stated,
        /// The recipient of the data was named when consent was asked.
        recipient_named: Stated,
    }
}

const _: () = assert!(Facts::KEY_BITS <= 128, "the facts no longer fit their key");

impl Facts {
    /// Nothing is known yet: no person, no purpose, no consent. Every decision on these facts is
    /// a denial; the caller sets what it knows.
    #[must_use]
    pub const fn nothing_known(
        purpose_use: PurposeUse,
        channel: Channel,
        legal_basis: LegalBasis,
    ) -> Self {
        Self {
            person_known: false,
            purpose_known: false,
            channel_of_purpose: false,
            legal_basis,
            purpose_use,
            channel,
            consent: ConsentFact::NeverAsked,
            consent_expired: false,
            notice_current: false,
            consent_proof: ProofFact::None,
            consent_on_other_channel: false,
            objection: false,
            objection_profiling: false,
            restricted: false,
            suppressed: false,
            identifies_sender: Stated::NotStated,
            valid_stop_contact: Stated::NotStated,
            subject_honest: Stated::NotStated,
            promotional_content: Stated::NotStated,
            informed: Stated::NotStated,
            recipient_named: Stated::NotStated,
        }
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
pub(super) mod tests {
    use super::*;

    /// A consented e-mail newsletter: the facts from which most cases depart.
    pub(in crate::policy) fn consented_email() -> Facts {
        Facts {
            person_known: true,
            purpose_known: true,
            channel_of_purpose: true,
            consent: ConsentFact::Given,
            notice_current: true,
            consent_proof: ProofFact::Individual,
            ..Facts::nothing_known(
                PurposeUse::DirectMarketingOwn,
                Channel::Email,
                LegalBasis::Consent,
            )
        }
    }

    #[test]
    fn one_changed_fact_changes_the_key() {
        let facts = consented_email();
        let mut keys = vec![facts.key()];
        keys.extend(facts.neighbours().iter().map(|(_, other)| other.key()));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn facts_survive_json_and_refuse_unknown_fields() {
        let facts = consented_email();
        let json = serde_json::to_value(facts).unwrap();
        assert_eq!(json["channel"], "email");
        assert_eq!(
            serde_json::from_value::<Facts>(json.clone()).unwrap(),
            facts
        );
        let mut more = json;
        more["age"] = 12.into();
        assert!(serde_json::from_value::<Facts>(more).is_err());
    }

    #[test]
    fn the_key_has_room_to_grow() {
        assert_eq!(Facts::KEY_BITS, 10 + 3 + 3 + 4 + 3 + 1 + 6 * 2);
    }
}
