//! From what the registry holds and the caller says to the facts that policies decide on.
//! Facts never decide.

use crate::domain::registry::{Answer, Catalogue, Channel, LegalBasis, Purpose};
use crate::index::{CellView, PersonView};
use crate::policy::gather::{self, Answered, LegalCalendar, Message, Moment, PersonTold, Told};
use crate::policy::{self, Country, Facts, Laws, PurposeUse, Situation, Stated};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::sync::LazyLock;

/// What only the caller knows, in the words of the law files. What is not stated is left open.
/// Most callers say little, so that what is long stands apart.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Who the person is.
    pub person: Option<Box<PersonTold>>,
    /// What the message is like.
    pub message: Message,
    /// The rest.
    pub told: Option<Box<Told>>,
}

/// What is said where nothing is.
static NOTHING: LazyLock<(PersonTold, Told)> = LazyLock::new(Default::default);

impl Said {
    fn person(&self) -> &PersonTold {
        self.person.as_deref().unwrap_or(&NOTHING.0)
    }

    fn told(&self) -> &Told {
        self.told.as_deref().unwrap_or(&NOTHING.1)
    }
}

/// What does not change from one check to the next.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// What is in force.
    pub catalogue: &'a Catalogue,
    /// The country of controllers that name none.
    pub home_country: Country,
    /// The zone of persons of that country whose own nobody gave.
    pub home_zone: Tz,
}

/// The facts of one use of one person's data at one instant, and whose law is applied.
#[must_use]
pub fn gather(
    setting: Setting<'_>,
    purpose: &Purpose,
    channel: Channel,
    person: Option<PersonView<'_>>,
    contact_suppressed: bool,
    said: &Said,
    at: DateTime<Utc>,
) -> Option<Situation> {
    let law_use = PurposeUse::parse(purpose.law_use.as_str()).ok()?;
    let law_channel = policy::Channel::parse(channel.as_str()).ok()?;
    let (country, controller) = countries(setting, purpose, said);
    let moment = Moment {
        at,
        zone: zone(setting, said, country),
    };
    let mut facts = Facts::nothing_known(law_use, law_channel, basis(purpose.legal_basis));
    facts.purpose_known = true;
    facts.channel_of_purpose = purpose.channels.contains(&channel);
    facts.suppressed = contact_suppressed;
    facts.recipient_named = recipient(purpose, said.told());
    let own = person.and_then(|person| {
        registry(
            &mut facts,
            setting.catalogue,
            purpose,
            channel,
            person,
            &moment,
        )
    });
    let told = (said.person(), &said.message, said.told());
    gather::say(
        told,
        own.as_ref(),
        country,
        &moment,
        &LegalCalendar,
        &mut facts,
    );
    Some(Situation {
        facts,
        laws: Laws::of(law_channel, country, controller),
        day: moment.day(),
    })
}

/// The person's country, as stated or else the controller's, and the controller's.
fn countries(
    setting: Setting<'_>,
    purpose: &Purpose,
    said: &Said,
) -> (Option<Country>, Option<Country>) {
    let controller = setting.catalogue.controllers.get(&purpose.controller);
    let controller = match controller.and_then(|one| one.country.as_deref()) {
        Some(code) => Country::of_law(code).ok(),
        None => Some(setting.home_country),
    };
    let person = match said.person().country.as_deref() {
        Some(code) => Country::of_law(code).ok(),
        None => controller,
    };
    (person, controller)
}

/// The person's zone, as stated; else the home zone for a person of the home country.
fn zone(setting: Setting<'_>, said: &Said, country: Option<Country>) -> Option<Tz> {
    match said.person().timezone.as_deref() {
        Some(zone) => zone.parse().ok(),
        None => (country == Some(setting.home_country)).then_some(setting.home_zone),
    }
}

/// Whether the purpose names the recipient that the caller means.
fn recipient(purpose: &Purpose, told: &Told) -> Stated {
    let named = |recipient: &String| purpose.recipients.contains(recipient);
    Stated::from(told.recipient.as_ref().map(named))
}

/// What the registry holds of the person; the answer for this purpose and channel.
fn registry(
    facts: &mut Facts,
    catalogue: &Catalogue,
    purpose: &Purpose,
    channel: Channel,
    person: PersonView<'_>,
    moment: &Moment,
) -> Option<Answered> {
    facts.person_known = true;
    facts.suppressed |= person.suppressed();
    let mut own = None;
    for answer in person.answers(&purpose.id) {
        // what was answered after the instant asked about had not been answered then
        let answered = answer.effective_at <= moment.at.timestamp_micros() || answer.answer.is_no();
        if answer.channel == channel {
            own = answered.then_some(answer);
        } else if answered && answer.answer == Answer::Given && !answer.expired(moment.at) {
            facts.consent_on_other_channel = true;
        }
    }
    let answered = own.map(|own| seen(own, moment));
    if let (Some(own), Some(answered)) = (own, &answered) {
        answered.facts(moment, facts);
        facts.notice_current = catalogue.covers(&purpose.id, own.notice);
    }
    standing(facts, person, answered.as_ref());
    answered
}

fn seen(own: CellView<'_>, moment: &Moment) -> Answered {
    Answered {
        answer: own.answer,
        effective_at: crate::domain::time::from_micros(own.effective_at),
        expired: own.expired(moment.at),
        proof: own.proof,
        imported: own.imported,
    }
}

fn standing(facts: &mut Facts, person: PersonView<'_>, own: Option<&Answered>) {
    let Some(standing) = person.standing() else {
        return;
    };
    let own_yes = own.and_then(Answered::own_yes);
    facts.objection = gather::stands(standing.objection, own_yes);
    facts.objection_profiling = gather::stands(standing.objection_profiling, own_yes);
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
