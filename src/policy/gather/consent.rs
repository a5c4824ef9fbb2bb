//! The consent that a use would rest on.

use super::moment::Moment;
use crate::domain::registry::Answer;
use crate::policy::vocabulary::{ConsentFact, ProofFact};
use crate::policy::{FactName, FactSet, Facts};
use chrono::{DateTime, Utc};

/// What the age of a consent is found out for: an opened e-mail may stand behind it.
const AGE: [FactName; 2] = [
    FactName::consent_age_months,
    FactName::months_since_last_contact,
];

/// The answer that holds for one purpose and channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// Since when.
    pub effective_at: DateTime<Utc>,
    /// Whether a yes has run out at the instant asked about.
    pub expired: bool,
    /// Whether there is proof for this person.
    pub proof: bool,
    /// Whether it was bought, or came with another system's file: no act of the person towards
    /// this controller.
    pub imported: bool,
}

impl Answered {
    /// The instant of the person's own yes, where the answer is one: what may outlive an earlier
    /// objection or an entry in a register.
    #[must_use]
    pub fn own_yes(&self) -> Option<DateTime<Utc>> {
        (self.answer == Answer::Given && !self.imported).then_some(self.effective_at)
    }

    /// The facts of the consent, as far as they are needed.
    pub fn facts(&self, moment: &Moment, needs: FactSet, facts: &mut Facts) {
        facts.consent = match self.answer {
            Answer::Requested => ConsentFact::Requested,
            Answer::Given => ConsentFact::Given,
            Answer::Refused => ConsentFact::Refused,
            Answer::Withdrawn => ConsentFact::Withdrawn,
        };
        facts.consent_expired = self.expired;
        if needs.has_any(&AGE) {
            facts.consent_age_months = moment.months_since(self.effective_at);
        }
        facts.consent_proof = if self.proof {
            ProofFact::Individual
        } else {
            ProofFact::None
        };
    }
}

/// Whether an objection made at some instant still stands: unless the person said yes to exactly
/// this use later on (GDPR 21(2), and the person's own later act).
#[must_use]
pub fn stands(objected: Option<DateTime<Utc>>, own_yes: Option<DateTime<Utc>>) -> bool {
    objected.is_some_and(|objected| own_yes.is_none_or(|yes| yes <= objected))
}
