//! The mentions that the request for a consent to calls must make (C. conso. R223-1).

use serde::{Deserialize, Serialize};

/// One of the five mentions. What a notice's wording says is declared with it, since the words
/// shown are what makes the mention.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Mention {
    /// Who the trader is, who acts for them, and which goods.
    IdentityAndGoods,
    /// That one may consent or not.
    Choice,
    /// The period of the consent.
    Period,
    /// The right to withdraw, and how.
    WithdrawalRight,
    /// How to see the proof.
    AccessToProof,
}

impl Mention {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::IdentityAndGoods,
        Self::Choice,
        Self::Period,
        Self::WithdrawalRight,
        Self::AccessToProof,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdentityAndGoods => "identity_and_goods",
            Self::Choice => "choice",
            Self::Period => "period",
            Self::WithdrawalRight => "withdrawal_right",
            Self::AccessToProof => "access_to_proof",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_names_are_those_of_the_api() {
        for mention in Mention::ALL {
            assert_eq!(serde_json::to_value(mention).unwrap(), mention.as_str());
        }
    }
}
