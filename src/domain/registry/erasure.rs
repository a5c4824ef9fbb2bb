//! Why a person is erased.

use serde::{Deserialize, Serialize};

/// The grounds of GDPR art. 17(1), and the controller's own clock (art. 5(1)(e)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// The person asked for it, on whichever of the grounds.
    DataSubjectRequest,
    /// Art. 17(1)(a): no longer necessary; the time for which the data are kept has passed.
    RetentionExpired,
    /// Art. 17(1)(b): the consent that the processing rested on was withdrawn.
    ConsentWithdrawn,
    /// Art. 17(1)(c): the person objected (art. 21).
    Objection,
    /// Art. 17(1)(d): the data were processed unlawfully.
    Unlawful,
    /// Art. 17(1)(e): the law demands it.
    LegalObligation,
    /// Art. 17(1)(f): collected from a child by an online service (art. 8).
    Child,
}

impl ErasureReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::DataSubjectRequest,
        Self::RetentionExpired,
        Self::ConsentWithdrawn,
        Self::Objection,
        Self::Unlawful,
        Self::LegalObligation,
        Self::Child,
    ];

    /// Its word in the log and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataSubjectRequest => "data_subject_request",
            Self::RetentionExpired => "retention_expired",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::Objection => "objection",
            Self::Unlawful => "unlawful",
            Self::LegalObligation => "legal_obligation",
            Self::Child => "child",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for reason in ErasureReason::ALL {
            assert_eq!(ErasureReason::parse(reason.as_str()), Some(reason));
            assert_eq!(serde_json::json!(reason), reason.as_str());
        }
        assert_eq!(ErasureReason::parse("because"), None);
    }
}
