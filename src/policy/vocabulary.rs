//! The closed lists of words that facts are made of. Each list is an enumerated entity type of
//! the schema with exactly the same words, so Cedar refuses a policy that misspells one.

use cedar_policy::{EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use std::sync::OnceLock;

/// A value that a fact can take: a `bool`, a word of a closed list, or a bounded whole number.
pub(super) trait Fact: Copy + 'static {
    /// The type's name in the schema.
    const NAME: &'static str;
    /// The value of a fact that nobody stated.
    const NEUTRAL: Self;
    /// The greatest code of a value.
    const GREATEST: u16;

    /// The value's number: whole numbers are their own, words count from 0 in the list's order,
    /// no is 0 and yes is 1.
    fn code(self) -> u16;

    /// The value of a number.
    fn of_code(code: u16) -> Option<Self>;

    /// The words of a closed list, in order.
    const WORDS: Option<fn() -> Vec<&'static str>> = None;

    /// The value as Cedar sees it; `None` if the type's name were no Cedar name.
    fn expression(self) -> Option<RestrictedExpression>;

    /// The value as people read it.
    fn words(self) -> String;
}

impl Fact for bool {
    const NAME: &'static str = "Bool";
    const NEUTRAL: Self = false;
    const GREATEST: u16 = 1;

    fn code(self) -> u16 {
        u16::from(self)
    }

    fn of_code(code: u16) -> Option<Self> {
        (code <= 1).then_some(code == 1)
    }

    fn expression(self) -> Option<RestrictedExpression> {
        Some(RestrictedExpression::new_bool(self))
    }

    fn words(self) -> String {
        self.to_string()
    }
}

/// A whole number from 0 to [`Whole::MOST`]: minutes, days, months, counts. A larger one is the
/// largest: no rule looks further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize)]
pub struct Whole(u16);

impl Whole {
    /// The largest.
    pub const MOST: u16 = 9_999;

    /// The number, or the nearest one in range.
    #[must_use]
    pub fn of(number: i64) -> Self {
        let bounded = number.clamp(0, i64::from(Self::MOST));
        Self(u16::try_from(bounded).unwrap_or(Self::MOST))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Fact for Whole {
    const NAME: &'static str = "Long";
    const NEUTRAL: Self = Self(0);
    const GREATEST: u16 = Self::MOST;

    fn code(self) -> u16 {
        self.0
    }

    fn of_code(code: u16) -> Option<Self> {
        (code <= Self::MOST).then_some(Self(code))
    }

    fn expression(self) -> Option<RestrictedExpression> {
        Some(RestrictedExpression::new_long(i64::from(self.0)))
    }

    fn words(self) -> String {
        self.0.to_string()
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

/// A closed list.
trait Words {
    /// Its words, in the order of the schema.
    fn words() -> Vec<&'static str>;
}

/// Declares a closed list: the enum, its words, and how Cedar sees it.
macro_rules! vocabulary {
    ($($(#[$doc:meta])* $list:ident as $name:literal {
        $first:ident = $first_word:literal
        $(, $value:ident = $word:literal)* $(,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
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

        impl Words for $list {
            fn words() -> Vec<&'static str> {
                Self::ALL.iter().map(|value| value.as_str()).collect()
            }
        }

        impl Fact for $list {
            const NAME: &'static str = $name;
            const NEUTRAL: Self = Self::$first;
            const GREATEST: u16 = $list::ALL.len() as u16 - 1;
            const WORDS: Option<fn() -> Vec<&'static str>> = Some(words::<Self>);

            fn code(self) -> u16 {
                self as u16
            }

            fn of_code(code: u16) -> Option<Self> {
                Self::ALL.get(usize::from(code)).copied()
            }

            fn expression(self) -> Option<RestrictedExpression> {
                static EXPRESSIONS: OnceLock<Vec<RestrictedExpression>> = OnceLock::new();
                let made = || expressions($name, Self::ALL.iter().map(|value| value.as_str()));
                EXPRESSIONS.get_or_init(made).get(self as usize).cloned()
            }

            fn words(self) -> String {
                self.as_str().to_owned()
            }
        }

        impl std::str::FromStr for $list {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::parse(word)
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

    /// The states whose law the packs hold, ISO 3166-1 alpha-2: the European Economic Area and
    /// the United Kingdom.
    Country as "Country" {
        France = "FR",
        Austria = "AT",
        Belgium = "BE",
        Bulgaria = "BG",
        Croatia = "HR",
        Cyprus = "CY",
        Czechia = "CZ",
        Denmark = "DK",
        Estonia = "EE",
        Finland = "FI",
        Germany = "DE",
        Greece = "GR",
        Hungary = "HU",
        Iceland = "IS",
        Ireland = "IE",
        Italy = "IT",
        Latvia = "LV",
        Liechtenstein = "LI",
        Lithuania = "LT",
        Luxembourg = "LU",
        Malta = "MT",
        Netherlands = "NL",
        Norway = "NO",
        Poland = "PL",
        Portugal = "PT",
        Romania = "RO",
        Slovakia = "SK",
        Slovenia = "SI",
        Spain = "ES",
        Sweden = "SE",
        UnitedKingdom = "GB",
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
        None = "none",
        Individual = "individual",
    }

    /// By which act the consent was given (GDPR 4(11), recital 32).
    ConsentAct as "ConsentAct" {
        Clear = "clear",
        PretickedBox = "preticked_box",
        Prewritten = "prewritten_clause",
        Bundled = "bundled_with_service",
        Inactivity = "inactivity",
    }

    /// Whether the consent names a date and time of its own (C. conso. L223-1 al. 6).
    SlotFact as "Slot" {
        None = "none",
        OtherTime = "other_time",
        ThisTime = "this_time",
    }

    /// A fact that only the caller knows. `not_stated` is assumed neither way.
    Stated as "Stated" {
        NotStated = "not_stated",
        Yes = "yes",
        No = "no",
    }

    /// In which quality the person is reached.
    PersonKind as "PersonKind" {
        Consumer = "consumer",
        Professional = "professional",
    }

    /// Who subscribes to the line or the address (PECR 2003, reg. 22).
    Subscriber as "Subscriber" {
        Individual = "individual",
        SoleTrader = "sole_trader",
        LimitedCompany = "limited_company",
    }

    /// The account that the person opened without buying.
    AccountModel as "AccountModel" {
        NotStated = "not_stated",
        PlainShopAccount = "plain_shop_account",
        FreemiumEntryToPaidService = "freemium_entry_to_paid_service",
    }

    /// The person's entry in a register that a later consent outlives and an earlier one does not.
    RegisterFact as "Register" {
        NotStated = "not_stated",
        NotRegistered = "not_registered",
        Registered = "registered",
        RegisteredBeforeConsent = "registered_before_consent",
    }

    /// A day of the week, where the person is.
    DayOfWeek as "DayOfWeek" {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }

    /// What is offered, as far as a rule asks.
    Sector as "Sector" {
        Other = "other",
        EnergyRenovation = "energy_renovation",
        RenewableEnergy = "renewable_energy",
        HomeAdaptation = "home_adaptation",
        CpfTraining = "cpf_training",
        PressSubscription = "press_subscription",
        PoliticalAdvertising = "political_advertising",
    }

    /// Who offers it, as far as a rule asks.
    SenderType as "SenderType" {
        Other = "other",
        Charity = "charity",
        CharityLottery = "charity_lottery",
        PressPublisher = "press_publisher",
    }

    /// On what a solely automated decision rests (GDPR 22(2)).
    Art22Ground as "Art22Ground" {
        NotStated = "not_stated",
        Contract = "contract",
        Law = "law",
        ExplicitConsent = "explicit_consent",
        Other = "other",
    }

    /// By which means a recipient will use the data for its own marketing.
    PartnerUse as "PartnerUse" {
        NotStated = "not_stated",
        Email = "email",
        Sms = "sms",
        Post = "post",
        Phone = "phone",
        Other = "other",
    }

    /// What a pixel in an e-mail is for.
    PixelUse as "PixelUse" {
        NotStated = "not_stated",
        IndividualOpenMeasurement = "individual_open_measurement",
        AuthenticationSecurity = "authentication_security",
        Other = "other",
    }

    /// What a TC string is worth for the vendor asked about (IAB TCF 2.3).
    SignalFact as "Signal" {
        None = "none",
        Valid = "valid",
        Invalid = "invalid",
        VendorNotDisclosed = "vendor_not_disclosed",
    }

    /// Whether the person has answered the question before.
    LastChoice as "LastChoice" {
        NotStated = "not_stated",
        None = "none",
        Made = "made",
    }
}

/// A list's schema name and its words.
type List = (&'static str, fn() -> Vec<&'static str>);

/// Every list: for the schema check.
pub(super) const LISTS: &[List] = &[
    (PurposeUse::NAME, words::<PurposeUse>),
    (Channel::NAME, words::<Channel>),
    (LegalBasis::NAME, words::<LegalBasis>),
    (Country::NAME, words::<Country>),
    (ConsentFact::NAME, words::<ConsentFact>),
    (ProofFact::NAME, words::<ProofFact>),
    (ConsentAct::NAME, words::<ConsentAct>),
    (SlotFact::NAME, words::<SlotFact>),
    (Stated::NAME, words::<Stated>),
    (PersonKind::NAME, words::<PersonKind>),
    (Subscriber::NAME, words::<Subscriber>),
    (AccountModel::NAME, words::<AccountModel>),
    (RegisterFact::NAME, words::<RegisterFact>),
    (DayOfWeek::NAME, words::<DayOfWeek>),
    (Sector::NAME, words::<Sector>),
    (SenderType::NAME, words::<SenderType>),
    (Art22Ground::NAME, words::<Art22Ground>),
    (PartnerUse::NAME, words::<PartnerUse>),
    (PixelUse::NAME, words::<PixelUse>),
    (SignalFact::NAME, words::<SignalFact>),
    (LastChoice::NAME, words::<LastChoice>),
];

fn words<L: Words>() -> Vec<&'static str> {
    L::words()
}

/// The code of a word in the list of that schema name.
pub(super) fn code_of_word(list: &str, word: &str) -> Option<u16> {
    let (_, words) = LISTS.iter().find(|(name, _)| *name == list)?;
    let at = words().iter().position(|known| *known == word)?;
    u16::try_from(at).ok()
}

impl Country {
    /// The state whose law holds for an ISO 3166-1 code: its own, or for a territory with a code
    /// of its own the state's. The French overseas departments follow French law.
    ///
    /// # Errors
    /// [`UnknownWord`] where no pack holds that law.
    pub fn of_law(code: &str) -> Result<Self, UnknownWord> {
        match code {
            "GP" | "MQ" | "GF" | "RE" | "YT" | "MF" | "BL" | "PM" => Ok(Self::France),
            "AX" => Ok(Self::Finland),
            "UK" => Ok(Self::UnitedKingdom),
            _ => Self::parse(code),
        }
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
    fn a_word_has_the_code_of_its_value() {
        for basis in LegalBasis::ALL {
            let code = code_of_word("LegalBasis", basis.as_str());
            assert_eq!(code, Some(basis.code()));
            assert_eq!(LegalBasis::of_code(basis.code()), Some(*basis));
        }
        assert_eq!(code_of_word("LegalBasis", "whim"), None);
        assert_eq!(code_of_word("Whim", "consent"), None);
        assert_eq!(LegalBasis::of_code(LegalBasis::GREATEST + 1), None);
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
