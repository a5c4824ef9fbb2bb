//! What was said and done when a consent was taken: the words shown, and the person's act.

use super::moment::Moment;
use crate::domain::registry::{Answer, Clarity, Mention};
use crate::policy::Facts;
use crate::policy::vocabulary::{ConsentAct, SlotFact, Stated};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// How the consent that a use would rest on was taken. What nobody stated stays open.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, set and read by name"
)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Taken {
    /// What the act was worth.
    pub clarity: Clarity,
    /// Whether the words named the sender.
    pub sender_named: Option<bool>,
    /// The mentions that the words made (C. conso. R223-1).
    pub mentions: Option<Mentions>,
    /// Whether a double opt-in was confirmed.
    pub confirmed: Option<bool>,
    /// Whether the phone number was verified as the person's.
    pub phone_number_verified: Option<bool>,
    /// Whether it is explicit.
    pub explicit: bool,
    /// Whether who holds parental authority gave it.
    pub by_parent: bool,
    /// The one date and time agreed to.
    pub slot: Option<DateTime<Utc>>,
    /// Whether that agreement is attested.
    pub attested: bool,
    /// Whether it opens other hours in general.
    pub off_hours: bool,
    /// Whether the one tick covered several channels.
    pub bundled: bool,
}

impl Taken {
    /// The facts of it.
    pub fn facts(&self, answer: Answer, moment: &Moment, facts: &mut Facts) {
        facts.consent_act = act(self.clarity);
        facts.sender_named = self.sender_named.into();
        facts.consent_explicit = self.explicit;
        facts.double_opt_in = self.confirmed.into();
        facts.phone_number_verified = self.phone_number_verified.into();
        facts.slot_attested = self.attested;
        facts.off_hours_general = self.off_hours;
        facts.consent_bundled = self.bundled;
        facts.exact_slot = match self.slot {
            None => SlotFact::None,
            Some(at) if moment.is_same_minute(at) => SlotFact::ThisTime,
            Some(_) => SlotFact::OtherTime,
        };
        self.by_whom(answer, facts);
        self.said(facts);
    }

    fn by_whom(&self, answer: Answer, facts: &mut Facts) {
        match (answer, self.by_parent) {
            (Answer::Given, true) => facts.parental_consent = Stated::Yes,
            (Answer::Given, false) => facts.child_consent = Stated::Yes,
            _ => {}
        }
    }

    fn said(&self, facts: &mut Facts) {
        let of = |mention| Stated::from(self.mentions.map(|made| made.has(mention)));
        facts.mention_identity_and_goods = of(Mention::IdentityAndGoods);
        facts.mention_choice = of(Mention::Choice);
        facts.mention_period = of(Mention::Period);
        facts.mention_withdrawal_right = of(Mention::WithdrawalRight);
        facts.mention_access_to_proof = of(Mention::AccessToProof);
    }
}

/// Which of the five mentions were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Mentions(u8);

impl Mentions {
    /// Those of a notice.
    #[must_use]
    pub fn of(made: &BTreeSet<Mention>) -> Self {
        Self(made.iter().fold(0, |bits, one| bits | 1 << *one as u8))
    }

    const fn has(self, mention: Mention) -> bool {
        self.0 & (1 << mention as u8) != 0
    }
}

const fn act(clarity: Clarity) -> ConsentAct {
    match clarity {
        Clarity::Clear => ConsentAct::Clear,
        Clarity::Preticked => ConsentAct::PretickedBox,
        Clarity::Prewritten => ConsentAct::Prewritten,
        Clarity::Bundled => ConsentAct::Bundled,
        Clarity::Inactive => ConsentAct::Inactivity,
    }
}
