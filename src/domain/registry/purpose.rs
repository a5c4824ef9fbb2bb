//! Who decides, and what for.

use super::{Channel, Slug, Wording};
use serde::{Deserialize, Serialize};

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
}

impl Controller {
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
}

impl Purpose {
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
