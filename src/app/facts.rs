//! From what the registry holds and the caller says to the facts that policies decide on.
//! Facts never decide.

use crate::domain::registry::{Answer, Catalogue, Channel, LegalBasis, Purpose};
use crate::index::{CellView, PersonView};
use crate::policy::{self, ConsentFact, Facts, ProofFact, PurposeUse, Stated};
use chrono::{DateTime, Utc};

/// What only the caller knows, in the words of the law files. What is not stated is neutral.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    /// The message says who sends it.
    pub identifies_sender: Option<bool>,
    /// The message offers a valid and free way to stop.
    pub valid_stop_contact: Option<bool>,
    /// The subject of the message matches its content.
    pub subject_honest: Option<bool>,
    /// A service message carries promotion.
    pub promotional_content: Option<bool>,
    /// The person was told of this use and of the right to object.
    pub informed: Option<bool>,
    /// The recipient was named when consent was asked.
    pub recipient_named: Option<bool>,
}

/// The facts of one use of one person's data at one instant.
#[must_use]
pub fn gather(
    catalogue: &Catalogue,
    purpose: &Purpose,
    channel: Channel,
    person: Option<PersonView<'_>>,
    contact_suppressed: bool,
    said: Said,
    at: DateTime<Utc>,
) -> Option<Facts> {
    let law_use = PurposeUse::parse(purpose.law_use.as_str()).ok()?;
    let law_channel = policy::Channel::parse(channel.as_str()).ok()?;
    let mut facts = Facts::nothing_known(law_use, law_channel, basis(purpose.legal_basis));
    facts.purpose_known = true;
    facts.channel_of_purpose = purpose.channels.contains(&channel);
    facts.suppressed = contact_suppressed;
    say(&mut facts, said);
    if let Some(person) = person {
        registry(&mut facts, catalogue, purpose, channel, person, at);
    }
    Some(facts)
}

fn say(facts: &mut Facts, said: Said) {
    facts.identifies_sender = Stated::from(said.identifies_sender);
    facts.valid_stop_contact = Stated::from(said.valid_stop_contact);
    facts.subject_honest = Stated::from(said.subject_honest);
    facts.promotional_content = Stated::from(said.promotional_content);
    facts.informed = Stated::from(said.informed);
    facts.recipient_named = Stated::from(said.recipient_named);
}

fn registry(
    facts: &mut Facts,
    catalogue: &Catalogue,
    purpose: &Purpose,
    channel: Channel,
    person: PersonView<'_>,
    at: DateTime<Utc>,
) {
    facts.person_known = true;
    facts.suppressed |= person.suppressed();
    let mut own = None;
    for answer in person.answers(&purpose.id) {
        // what was answered after the instant asked about had not been answered then
        let answered = answer.effective_at <= at.timestamp_micros() || answer.answer.is_no();
        if answer.channel == channel {
            own = answered.then_some(answer);
        } else if answered && answer.answer == Answer::Given && !answer.expired(at) {
            facts.consent_on_other_channel = true;
        }
    }
    if let Some(own) = own {
        consent(facts, catalogue, purpose, own, at);
    }
    standing(facts, person, own);
}

fn consent(
    facts: &mut Facts,
    catalogue: &Catalogue,
    purpose: &Purpose,
    own: CellView<'_>,
    at: DateTime<Utc>,
) {
    facts.consent = match own.answer {
        Answer::Given => ConsentFact::Given,
        Answer::Refused => ConsentFact::Refused,
        Answer::Withdrawn => ConsentFact::Withdrawn,
    };
    facts.consent_expired = own.expired(at);
    facts.notice_current = catalogue.covers(&purpose.id, own.notice);
    facts.consent_proof = if own.proof {
        ProofFact::Individual
    } else {
        ProofFact::None
    };
}

/// An objection stands against a purpose and channel unless the person said yes to exactly
/// that later on (GDPR art. 21(2) and the person's own later act). An import is no such act.
fn standing(facts: &mut Facts, person: PersonView<'_>, own: Option<CellView<'_>>) {
    let Some(standing) = person.standing() else {
        return;
    };
    let later_yes = own
        .filter(|own| own.answer == Answer::Given && !own.imported)
        .map(|own| own.effective_at);
    let stands = |objected: Option<DateTime<Utc>>| {
        objected
            .is_some_and(|objected| later_yes.is_none_or(|yes| yes <= objected.timestamp_micros()))
    };
    facts.objection = stands(standing.objection);
    facts.objection_profiling = stands(standing.objection_profiling);
    facts.restricted = standing.restricted.is_some();
}

const fn basis(basis: LegalBasis) -> policy::LegalBasis {
    match basis {
        LegalBasis::Consent => policy::LegalBasis::Consent,
        LegalBasis::SoftOptIn => policy::LegalBasis::SoftOptIn,
        LegalBasis::Contract => policy::LegalBasis::Contract,
        LegalBasis::LegalObligation => policy::LegalBasis::LegalObligation,
        LegalBasis::VitalInterests => policy::LegalBasis::VitalInterests,
        LegalBasis::PublicTask => policy::LegalBasis::PublicTask,
        LegalBasis::LegitimateInterest => policy::LegalBasis::LegitimateInterest,
    }
}
