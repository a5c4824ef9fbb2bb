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
