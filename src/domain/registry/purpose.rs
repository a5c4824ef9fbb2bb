//! Who decides, and what for.

use super::{Answer, Brand, Channel, Language, Slug, Wording};
use crate::domain::duration::CalendarPeriod;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A controller (GDPR art. 4(7)): a brand of the group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// Its name in the API.
    pub id: Slug,
    /// Counted from 1 by the registry.
    #[serde(default)]
    pub version: u32,
    /// Its legal name, as customers see it.
    pub name: String,
    /// Country of establishment, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
    /// How it is reached, for the register of processing (GDPR art. 30(1)(a)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// How its data protection officer is reached: an office, not a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpo_contact: Option<String>,
    /// Whose data are processed (art. 30(1)(c)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_subjects: Option<String>,
    /// To which countries data go, and on what safeguards (art. 30(1)(e)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfers: Option<String>,
    /// The security measures in general words (art. 30(1)(g)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<String>,
    /// The places where choices are taken down, as customers know them: the id that a source has, and a
    /// name such as the town of a shop.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, String>,
    /// How it looks and speaks on its customers' pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<Brand>,
    /// Whether a yes to its purposes counts only once it was confirmed by mail, unless a purpose says
    /// otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub double_opt_in: bool,
}

impl Controller {
    /// One of whom nothing but the name is known.
    #[must_use]
    pub fn named(id: Slug, name: impl Into<String>) -> Self {
        Self {
            id,
            version: 0,
            name: name.into(),
            country: None,
            contact: None,
            dpo_contact: None,
            data_subjects: None,
            transfers: None,
            security: None,
            places: BTreeMap::new(),
            brand: None,
            double_opt_in: false,
        }
    }

    /// The name by which customers know it, in sentences of a language.
    #[must_use]
    pub fn known_as(&self, language: Language) -> &str {
        let brand = self.brand.as_ref();
        let spoken = brand.and_then(|brand| brand.words.get(&language)?.name.as_deref());
        spoken
            .or_else(|| brand.and_then(|brand| brand.name.as_deref()))
            .unwrap_or(&self.name)
    }

    /// Whether both say the same, whatever their version numbers.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        *self
            == Self {
                version: self.version,
                ..other.clone()
            }
    }
}

/// On what ground the processing rests (GDPR art. 6(1), `ePrivacy` art. 13(2)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// Art. 6(1)(a).
    Consent,
    /// `ePrivacy` art. 13(2): existing customer, similar products.
    SoftOptIn,
    /// Art. 6(1)(b).
    Contract,
    /// Art. 6(1)(c).
    LegalObligation,
    /// Art. 6(1)(d).
    VitalInterests,
    /// Art. 6(1)(e).
    PublicTask,
    /// Art. 6(1)(f).
    LegitimateInterest,
}

impl LegalBasis {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Consent,
        Self::SoftOptIn,
        Self::Contract,
        Self::LegalObligation,
        Self::VitalInterests,
        Self::PublicTask,
        Self::LegitimateInterest,
    ];

    /// The one of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == text)
    }

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::SoftOptIn => "soft_opt_in",
            Self::Contract => "contract",
            Self::LegalObligation => "legal_obligation",
            Self::VitalInterests => "vital_interests",
            Self::PublicTask => "public_task",
            Self::LegitimateInterest => "legitimate_interest",
        }
    }

    /// Whether the person chooses: only then does the form offer a yes and a no.
    #[must_use]
    pub const fn is_chosen(self) -> bool {
        matches!(
            self,
            Self::Consent | Self::SoftOptIn | Self::LegitimateInterest
        )
    }
}

/// What the law sees in a purpose, in the vocabulary of the law files (`direct_marketing_own`,
/// `partner_sharing`, `service_message` …). The policy layer knows which there are.
pub type PurposeUse = Slug;

/// What data are processed for (GDPR art. 5(1)(b)), in one version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its name in the API.
    pub id: Slug,
    /// Counted from 1 by the registry.
    #[serde(default)]
    pub version: u32,
    /// Who decides.
    pub controller: Slug,
    /// What the law sees in it.
    #[serde(rename = "use")]
    pub law_use: PurposeUse,
    /// Its title, as customers see it.
    pub title: Wording,
    /// One sentence on what it means for the person.
    #[serde(default)]
    pub description: Wording,
    /// On what ground it rests.
    pub legal_basis: LegalBasis,
    /// The channels that it may use at all.
    pub channels: Vec<Channel>,
    /// Which data.
    #[serde(default)]
    pub data_categories: Vec<String>,
    /// Who receives them.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// How long, as an ISO 8601 period.
    #[serde(default)]
    pub retention: Option<String>,
    /// How long a no is remembered before the person is asked again; [`REST`] where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_again_after: Option<CalendarPeriod>,
    /// Whether a yes counts only once it was confirmed by mail; where nothing is said, as the controller
    /// has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub double_opt_in: Option<bool>,
}

/// How long nobody asks again after a no: what the CNIL finds good practice (2020-092).
pub const REST: CalendarPeriod = CalendarPeriod::SIX_MONTHS;

impl Purpose {
    /// For how long data are kept for it, where that is said and reads.
    #[must_use]
    pub fn kept_for(&self) -> Option<CalendarPeriod> {
        self.retention.as_deref()?.parse().ok()
    }

    /// From when on somebody may be asked again who answered this, or who, without an answer to the
    /// purpose itself, objects to all advertising; `None` where nobody said no.
    #[must_use]
    pub fn may_ask_from(
        &self,
        said: Option<(Answer, DateTime<Utc>)>,
        objection: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let no = match said {
            Some((answer, at)) => Some(at).filter(|_| answer.is_no()),
            None => objection,
        };
        self.ask_again_after.unwrap_or(REST).after(no?)
    }

    /// Whether both say the same, whatever their version numbers.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        *self
            == Self {
                version: self.version,
                ..other.clone()
            }
    }
}
