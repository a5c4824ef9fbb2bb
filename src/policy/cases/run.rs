//! Deciding a case and comparing the answer with the right one.

use super::consents;
use super::vector::Case;
use crate::domain::registry::{Objection, Pace};
use crate::policy::gather::{self, Calendar, Listed, Moment, Past, Slowed};
use crate::policy::vocabulary::{Channel, Country, LastChoice, LegalBasis};
use crate::policy::{Engine, FactSet, Facts, Laws, Outcome, Situation};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// How a case went.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What the policies answered.
    pub outcome: Arc<Outcome>,
    /// What was asked of them.
    pub situation: Situation,
    /// Whether the answer is the right one.
    pub passed: bool,
}

/// Decides a case.
#[must_use]
pub fn run(engine: &Engine, calendar: &dyn Calendar, case: &Case) -> Verdict {
    let situation = situation(case, calendar);
    let outcome = match case.registry.legal_basis {
        Some(_) => engine.decide(&situation),
        None => engine.decide_on_any_ground(&situation),
    };
    let expected = &case.expected;
    let reason = outcome.reason();
    let passed = outcome.is_permit() == expected.permit
        && (reason == expected.reason
            || expected
                .also_acceptable_reasons
                .iter()
                .any(|one| one == reason))
        && expected
            .obligations
            .iter()
            .all(|one| outcome.obligations().contains(one));
    Verdict {
        outcome,
        situation,
        passed,
    }
}

/// The situation that a case describes.
fn situation(case: &Case, calendar: &dyn Calendar) -> Situation {
    let zone = case
        .subject
        .timezone
        .as_deref()
        .and_then(|zone| zone.parse().ok());
    let moment = Moment {
        at: case.at.with_timezone(&Utc),
        zone,
    };
    let country = case
        .subject
        .country
        .as_deref()
        .and_then(|code| Country::of_law(code).ok());
    let controller = Country::of_law(&case.jurisdiction).ok();
    let channel = channel(case);
    let basis = case.registry.legal_basis.unwrap_or(LegalBasis::Consent);
    let mut facts = Facts::nothing_known(case.purpose, channel, basis);
    facts.person_known = case.registry.identity_resolved != Some(false);
    facts.purpose_known = case.registry.purpose_in_force != Some(false);
    facts.channel_of_purpose = case.registry.channel_declared != Some(false);
    let own = consents::facts(case, &moment, &mut facts);
    standing(case, own.as_ref(), &moment, &mut facts);
    let calendar = if case.registry.holidays_known == Some(false) {
        &NoCalendar
    } else {
        calendar
    };
    let said = (&case.subject, &case.message, &case.told);
    gather::say(
        said,
        (&Past::default(), &Listed::default(), own.as_ref()),
        country.or(controller),
        &moment,
        calendar,
        FactSet::ALL,
        &mut facts,
    );
    if facts.last_choice == LastChoice::NotStated
        && case.registry.consents.as_ref().is_some_and(Vec::is_empty)
    {
        facts.last_choice = LastChoice::None;
    }
    let laws = Laws::of(channel, country, controller);
    if let Some(first) = laws.iter().next() {
        facts.country = first;
    }
    Situation {
        facts,
        laws,
        day: moment.day(),
    }
}

/// No day is known to be a holiday, and none not to be.
struct NoCalendar;

impl Calendar for NoCalendar {
    fn is_public_holiday(&self, _: Country, _: chrono::NaiveDate) -> Option<bool> {
        None
    }
}

/// The two lists of channels are the same; a test holds them together.
fn channel(case: &Case) -> Channel {
    Channel::parse(case.channel.as_str()).unwrap_or(Channel::Email)
}

fn standing(case: &Case, own: Option<&gather::Answered>, moment: &Moment, facts: &mut Facts) {
    let own_yes = own.and_then(gather::Answered::own_yes);
    let made = |scope: Objection| -> Option<DateTime<Utc>> {
        let of_scope = case
            .registry
            .objections
            .iter()
            .filter(|one| one.scope == scope);
        of_scope.map(|one| one.at.end(moment)).max()
    };
    facts.objection = gather::stands(made(Objection::DirectMarketing), own_yes);
    facts.objection_profiling =
        gather::stands(made(Objection::ProfilingForDirectMarketing), own_yes);
    facts.suppressed = case.registry.suppression_match;
    if let Some(told) = &case.registry.pace {
        let pace = Pace {
            paused_until: told.paused_until.map(|until| until.to_utc()),
            at_most: told.at_most,
        };
        let made = told.made.iter().map(DateTime::to_utc);
        Slowed::of(&pace, made, moment.at).facts(facts);
    }
    if let Some(told) = &case.registry.retention {
        let zone = moment.zone.unwrap_or(chrono_tz::UTC);
        let before = gather::unheard_before(told.period, &case.told, moment, zone);
        facts.retention_over = before.is_some_and(|before| told.heard_of < before);
    }
    facts.restricted = case
        .registry
        .restriction
        .as_ref()
        .is_some_and(|one| one.active);
}
