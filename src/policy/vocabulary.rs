//! The closed lists of words that facts are made of. Each list is an enumerated entity type of
//! the schema with exactly the same words, so Cedar refuses a policy that misspells one.

use cedar_policy::{EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use std::sync::OnceLock;

/// A value that a fact can take: a `bool` or a word of a closed list.
pub(super) trait Fact: Copy + 'static {
    /// The type's name in the schema.
    const NAME: &'static str;
    /// Every value, in the order of the schema.
    const ALL: &'static [Self];
    /// How many bits [`Fact::code`] needs.
    const BITS: u32 = usize::BITS - Self::ALL.len().saturating_sub(1).leading_zeros();

    /// The value's number, below `ALL.len()`.
    fn code(self) -> u8;

    /// The value as Cedar sees it; `None` if the type's name were no Cedar name.
    fn expression(self) -> Option<RestrictedExpression>;
}

impl Fact for bool {
    const NAME: &'static str = "Bool";
    const ALL: &'static [Self] = &[false, true];

    fn code(self) -> u8 {
        u8::from(self)
    }

    fn expression(self) -> Option<RestrictedExpression> {
        Some(RestrictedExpression::new_bool(self))
    }
}

/// A word that is not in the list it was looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown {list}; known are: {known}")]
pub struct UnknownWord {
    /// The list, by its schema name.
    pub list: &'static str,
    /// The words of the list, separated by commas.
    pub known: &'static str,
}

/// The words of an enumerated entity type as expressions, in order. Made once for each list:
/// parsing the type's name costs far more than deciding.
fn expressions<'a>(list: &str, words: impl Iterator<Item = &'a str>) -> Vec<RestrictedExpression> {
    let Ok(name) = list.parse::<EntityTypeName>() else {
        return Vec::new();
    };
    let uid = |word| EntityUid::from_type_name_and_id(name.clone(), EntityId::new(word));
    words
        .map(|word| RestrictedExpression::new_entity_uid(uid(word)))
        .collect()
}

/// Declares a closed list: the enum, its words, and how Cedar sees it.
macro_rules! vocabulary {
    ($($(#[$doc:meta])* $list:ident as $name:literal {
        $first:ident = $first_word:literal
        $(, $value:ident = $word:literal)* $(,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $list {
            #[doc = concat!("`", $first_word, "`")]
            #[serde(rename = $first_word)]
            $first,
            $(
                #[doc = concat!("`", $word, "`")]
                #[serde(rename = $word)]
                $value,
            )*
        }

        impl $list {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[Self::$first $(, Self::$value)*];

            /// The word used in files, in the API and in policies.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$value => $word,)*
                }
            }

            /// The value of a word.
            ///
            /// # Errors
            /// [`UnknownWord`] names the list and its words, never the text that was given.
            pub fn parse(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $first_word => Ok(Self::$first),
                    $($word => Ok(Self::$value),)*
                    _ => Err(UnknownWord {
                        list: $name,
                        known: concat!($first_word $(, ", ", $word)*),
                    }),
                }
            }
        }

        impl Fact for $list {
            const NAME: &'static str = $name;
            const ALL: &'static [Self] = $list::ALL;

            fn code(self) -> u8 {
                self as u8
            }

            fn expression(self) -> Option<RestrictedExpression> {
                static EXPRESSIONS: OnceLock<Vec<RestrictedExpression>> = OnceLock::new();
                let made = || expressions($name, Self::ALL.iter().map(|value| value.as_str()));
                EXPRESSIONS.get_or_init(made).get(usize::from(self.code())).cloned()
            }
        }

        impl std::fmt::Display for $list {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

vocabulary! {
    /// What the law sees in a purpose. Everything but a service message is direct marketing.
    PurposeUse as "PurposeUse" {
        DirectMarketingOwn = "direct_marketing_own",
        PartnerSharing = "partner_sharing",
        AdPersonalisation = "ad_personalisation",
        SocialAdsMatching = "social_ads_matching",
        EmailTracking = "email_tracking",
        ServiceMessage = "service_message",
    }

    /// The means by which the person or their data are reached (CPCE L34-5: consent is per means).
    Channel as "Channel" {
        Email = "email",
        Sms = "sms",
        PhoneLive = "phone_live",
        PhoneAutomated = "phone_automated",
        PostAddressed = "post_addressed",
        PostUnaddressed = "post_unaddressed",
        Push = "push",
        InApp = "in_app",
        InboxAd = "inbox_ad",
        EmailTrackingPixel = "email_tracking_pixel",
        StorageAccess = "storage_access",
        AdsCustomAudience = "ads_custom_audience",
        AdsRetargeting = "ads_retargeting",
        ThirdPartySharing = "third_party_sharing",
        ProcessorTransfer = "processor_transfer",
        ConsentPrompt = "consent_prompt",
    }

    /// The one legal basis of a purpose (GDPR 6(1); `soft_opt_in`: Directive 2002/58/EC 13(2)).
    LegalBasis as "LegalBasis" {
        Consent = "consent",
        SoftOptIn = "soft_opt_in",
        Contract = "contract",
        LegalObligation = "legal_obligation",
        VitalInterests = "vital_interests",
        PublicTask = "public_task",
        LegitimateInterest = "legitimate_interest",
    }

    /// The person's last valid answer for exactly one purpose and channel. `refused` and
    /// `withdrawn` never expire.
    ConsentFact as "ConsentState" {
        NeverAsked = "never_asked",
        Requested = "requested",
        Given = "given",
        Refused = "refused",
        Withdrawn = "withdrawn",
    }

    /// What can be shown for this person's consent (GDPR 7(1)).
    ProofFact as "Proof" {
        Individual = "individual",
        None = "none",
    }

    /// A fact that only the caller knows. `not_stated` is assumed neither way.
    Stated as "Stated" {
        Yes = "yes",
        No = "no",
        NotStated = "not_stated",
    }
}

impl From<Option<bool>> for Stated {
    fn from(stated: Option<bool>) -> Self {
        match stated {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::NotStated,
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
mod tests {
    use super::*;

    #[test]
    fn every_word_parses_to_itself() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.as_str()), Ok(*channel));
        }
        for basis in LegalBasis::ALL {
            assert_eq!(LegalBasis::parse(basis.as_str()), Ok(*basis));
        }
    }

    #[test]
    fn an_unknown_word_is_refused_without_repeating_it() {
        let error = Channel::parse("zoe@example.fr").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("unknown Channel; known are: email, sms")
        );
        assert!(!error.to_string().contains("zoe"));
    }

    #[test]
    fn bits_hold_every_code() {
        assert_eq!(<bool as Fact>::BITS, 1);
        assert_eq!(<Channel as Fact>::BITS, 4);
        assert_eq!(<ConsentFact as Fact>::BITS, 3);
        assert_eq!(<Stated as Fact>::BITS, 2);
    }

    #[test]
    fn serde_uses_the_same_words() {
        for channel in Channel::ALL {
            let json = serde_json::to_string(channel).unwrap();
            assert_eq!(json, format!("\"{channel}\""));
            assert_eq!(serde_json::from_str::<Channel>(&json).unwrap(), *channel);
        }
    }
}
