//! From what the registry holds and the caller says to the facts that policies decide on.
//! Facts never decide.

#[cfg(test)]
mod tests;
mod unheard;

pub(super) use unheard::Passed;

use super::FieldProblem;
use crate::domain::ids::Blind;
use crate::domain::registry::{
    Answer, Catalogue, Channel, IdentifierKinds, LegalBasis, Notice, NoticeRef, Purpose, Register,
    Since, Slug,
};
use crate::domain::time::from_micros;
use crate::index::{Consulted, Glance, OwnAnswer, PersonView, Point, Table, Use};
use crate::policy::gather::{
    self, Answered, LegalCalendar, Listed, Mentions, Message, Moment, Past, PersonTold, Slowed,
    Taken, Told,
};
use crate::policy::{
    self, Country, Engine, FactSet, Facts, Laws, LegalDay, PurposeUse, RegisterFact, Situation,
    Stated,
};
use chrono::{DateTime, NaiveDate, Utc};
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

    pub(super) fn told(&self) -> &Told {
        self.told.as_deref().unwrap_or(&NOTHING.1)
    }

    /// Whether every string that was passed on can be read.
    pub(super) fn readable(&self) -> Result<(), Vec<FieldProblem>> {
        let Some(told) = self.told.as_deref() else {
            return Ok(());
        };
        let problem = |(field, why): gather::Unreadable| {
            FieldProblem::new(format!("/facts/{field}"), "signal_malformed", why)
        };
        let problems: Vec<_> = gather::unreadable(told).into_iter().map(problem).collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
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

/// One use of data at one instant, ready for whomever it is about: what does not differ between
/// persons.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    catalogue: &'a Catalogue,
    purpose: &'a Purpose,
    channel: Channel,
    said: &'a Said,
    country: Option<Country>,
    laws: Laws,
    moment: Moment,
    /// By its days lists of registers grow old, and periods of retention end.
    home_zone: Tz,
    /// Where the day itself does not matter, those that it may be.
    days: Option<LegalDay>,
    nobody: Facts,
    needs: FactSet,
}

impl<'a> Asked<'a> {
    /// What is known before anybody is named; `None` where the law has no word for the purpose's
    /// use.
    #[must_use]
    pub fn new(
        setting: Setting<'a>,
        purpose: &'a Purpose,
        channel: Channel,
        said: &'a Said,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let law_use = PurposeUse::parse(purpose.law_use.as_str()).ok()?;
        let law_channel = policy::Channel::parse(channel.as_str()).ok()?;
        let (country, controller) = countries(setting, purpose, said);
        let moment = Moment {
            at,
            zone: zone(setting, said, country),
        };
        let mut nobody = Facts::nothing_known(law_use, law_channel, basis(purpose.legal_basis));
        nobody.purpose_known = true;
        nobody.channel_of_purpose = purpose.channels.contains(&channel);
        nobody.recipient_named = recipient(&purpose.recipients, said.told());
        Some(Self {
            catalogue: setting.catalogue,
            purpose,
            channel,
            said,
            country,
            laws: Laws::of(law_channel, country, controller),
            moment,
            home_zone: setting.home_zone,
            days: None,
            nobody,
            needs: FactSet::ALL,
        })
    }

    /// The same, where no more is found out than the policies read: local time, holidays and the
    /// age of a consent cost more than the decision. The day, too, matters only where the law
    /// changes on one of those that it may be.
    #[must_use]
    pub fn as_needed(self, engine: &Engine) -> Self {
        let any = self.moment.any_day();
        let days = engine.is_settled(self.laws, any).then_some(any);
        let day = days.unwrap_or_else(|| self.moment.day());
        Self {
            days,
            needs: engine.needs(&self.nobody, self.laws, day),
            ..self
        }
    }

    /// The use, as the index is asked for it.
    #[must_use]
    pub fn used(&self, table: &Table) -> Use {
        let consulted = self.consulted(table);
        let (purpose, at) = (&self.purpose.id, self.moment.at);
        table.use_at(purpose, self.channel, at, consulted, self.unheard_before())
    }

    /// The lists of registers that are consulted for this use.
    fn consulted(&self, table: &Table) -> Consulted {
        table.consulted(self.channel, || self.today(), |one| self.asks_for(one))
    }

    /// The last day on which all of these may still be consulted; `None` where there is none.
    #[must_use]
    pub(super) fn consulted_until(&self, table: &Table) -> Option<NaiveDate> {
        table.consulted_until(self.channel, || self.today(), |one| self.asks_for(one))
    }

    fn today(&self) -> NaiveDate {
        self.moment.at.with_timezone(&self.home_zone).date_naive()
    }

    /// What is known of contact points for this use, whoever has them.
    #[must_use]
    #[inline]
    pub(super) fn point<'c>(
        &self,
        table: &Table,
        filed: impl Iterator<Item = &'c Blind> + Clone,
        kinds: IdentifierKinds,
    ) -> Point {
        table.point(self.channel, filed, kinds)
    }

    /// A register is asked for where the law holds that asks for it.
    fn asks_for(&self, register: Register) -> bool {
        let country = Country::of_law(register.country());
        country.is_ok_and(|country| self.laws.iter().any(|law| law == country))
    }

    /// What the registry holds of a person, as far as it matters for this use.
    #[must_use]
    pub fn seen(&self, table: &Table, person: Option<PersonView<'_>>, point: &Point) -> Seen {
        self.seen_by(&self.used(table), person, point)
    }

    /// The same, where the index was prepared for it by [`Self::used`].
    #[must_use]
    pub fn seen_by(&self, used: &Use, person: Option<PersonView<'_>>, point: &Point) -> Seen {
        match person {
            Some(person) => self.seen_at(person, used, &person.glance(used, point), point),
            None => self.nobody_seen(&Glance::nobody(used, point)),
        }
    }

    /// What is seen of a contact point that leads to nobody, of which this was glanced.
    #[must_use]
    pub fn nobody_seen(&self, glance: &Glance) -> Seen {
        Seen {
            suppressed: glance.suppressed(),
            listed: listed(glance, |_| RegisterFact::Registered),
            ..Seen::default()
        }
    }

    /// What is seen of a person of whom this was glanced, named by this contact point. Of a plain one
    /// nothing else is looked at, unless it matters since when they are in a register.
    #[must_use]
    pub fn seen_at(
        &self,
        person: PersonView<'_>,
        used: &Use,
        glance: &Glance,
        point: &Point,
    ) -> Seen {
        let mut seen = Seen {
            known: glance.known(),
            suppressed: glance.suppressed(),
            on_other_channel: glance.on_other_channel(),
            on_other_purpose: glance.on_other_purpose(),
            on_terminal: glance.on_terminal(),
            unheard: glance.unheard(),
            ..Seen::default()
        };
        if let Some(own) = glance.own() {
            let notice = person.notice(&own);
            seen.own = Some(answered(&own));
            seen.notice_current = self.catalogue.covers(&self.purpose.id, notice);
            seen.words = Some(self.words(&own, notice, person.exact_time(&own, used)));
        }
        if !person.is_plain() {
            standing(person, &mut seen);
            seen.past = self.past(person);
            seen.slowed = self.slowed(person);
        }
        let own_yes = seen.own.as_ref().and_then(Answered::own_yes);
        seen.listed = listed(glance, |register| {
            let since = person.entered_since(register).max(point.since(register));
            gather::listed_since(since.and_then(Since::known), own_yes, &self.moment)
        });
        seen
    }

    /// The contacts that the registry holds. A service message is no marketing contact; one whose
    /// purpose is not known is taken for one.
    fn past(&self, person: PersonView<'_>) -> Past {
        let Some(reached) = person.reached() else {
            return Past::default();
        };
        let serves = |purpose: Option<&Slug>| {
            let purpose = self.catalogue.purpose(purpose?.as_str())?;
            Some(purpose.law_use.as_str() == PurposeUse::ServiceMessage.as_str())
        };
        let mut past = Past::of(reached.last_from_person(), reached.refused_in_call());
        let cap = self.said.told().pressure_cap.as_ref();
        for made in reached
            .made()
            .filter(|made| serves(made.purpose) != Some(true))
        {
            past.count((made.channel, made.at), self.channel, cap, &self.moment);
        }
        past
    }

    /// Whether a pause or a bound of the person's holds this use back: counted are the contacts for
    /// this very purpose and channel.
    fn slowed(&self, person: PersonView<'_>) -> Slowed {
        let Some(pace) = person.pace(&self.purpose.id, self.channel) else {
            return Slowed::default();
        };
        let made = person.made_for(&self.purpose.id, self.channel);
        Slowed::of(&pace, made, self.moment.at)
    }

    /// What was said and done when the answer was taken: the person's act as its record tells,
    /// and what the words shown say.
    fn words(&self, own: &OwnAnswer, notice: Option<&NoticeRef>, exact: Option<i64>) -> Words {
        let shown = notice.and_then(|shown| self.catalogue.notices.get(shown));
        let listed = shown.and_then(|shown| shown.recipients.as_deref());
        Words {
            known: Stated::from(notice.map(|_| shown.is_some())),
            taken: taken(own, shown, exact),
            recipient: listed.map(|listed| recipient(listed, self.said.told())),
        }
    }

    /// The instant asked about, where the person is.
    #[must_use]
    pub const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// The facts that are found out.
    #[must_use]
    pub(super) const fn needs(&self) -> FactSet {
        self.needs
    }

    /// The facts, and whose law is applied.
    #[must_use]
    pub fn situation(&self, seen: &Seen) -> Situation {
        let mut facts = self.nobody;
        seen.facts(&self.moment, self.needs, &mut facts);
        let told = (self.said.person(), &self.said.message, self.said.told());
        gather::say(
            told,
            (&seen.past, &seen.listed, seen.own.as_ref()),
            self.country,
            &self.moment,
            &LegalCalendar,
            self.needs,
            &mut facts,
        );
        Situation {
            facts,
            laws: self.laws,
            day: self.days.unwrap_or_else(|| self.moment.day()),
        }
    }
}

/// What the registry holds of one person that matters for one use, and nothing else of them: two
/// persons of whom the same is seen get the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, set and read by name"
)]
pub struct Seen {
    known: bool,
    suppressed: bool,
    own: Option<Answered>,
    words: Option<Words>,
    notice_current: bool,
    on_other_channel: bool,
    on_other_purpose: bool,
    /// The answer for the purpose on the terminal.
    on_terminal: Option<bool>,
    objection: bool,
    objection_profiling: bool,
    restricted: bool,
    past: Past,
    slowed: Slowed,
    /// The purpose's time is over since they were last heard of.
    unheard: bool,
    /// What the loaded lists of registers say.
    listed: Listed,
}

impl Seen {
    /// The same as if no list of a register were loaded.
    #[must_use]
    pub(super) fn unlisted(self) -> Self {
        Self {
            listed: Listed::default(),
            ..self
        }
    }

    /// The same with the instant of the person's answer replaced by one that is as many completed
    /// months ago: where the caller said nothing and the person said no in no call, no fact tells
    /// them apart.
    #[must_use]
    pub fn alike(mut self, stands_for: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>) -> Self {
        let compared = self.past.refused_in_call().is_some();
        if let Some(own) = self.own.as_mut().filter(|_| !compared) {
            own.effective_at = stands_for(own.effective_at);
        }
        self
    }

    fn facts(&self, moment: &Moment, needs: FactSet, facts: &mut Facts) {
        facts.person_known = self.known;
        facts.suppressed = self.suppressed;
        facts.consent_on_other_channel = self.on_other_channel;
        facts.consent_on_other_purpose = self.on_other_purpose;
        facts.terminal_consent = self.on_terminal.into();
        facts.objection = self.objection;
        facts.objection_profiling = self.objection_profiling;
        facts.restricted = self.restricted;
        facts.retention_over = self.unheard;
        self.slowed.facts(facts);
        if let Some(own) = &self.own {
            own.facts(moment, needs, facts);
            facts.notice_current = self.notice_current;
            if let Some(words) = &self.words {
                words.facts(own.answer, moment, facts);
            }
        }
    }
}

/// How the answer was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Words {
    known: Stated,
    taken: Taken,
    /// Whether the words name the recipient that the caller means; none where they list nobody.
    recipient: Option<Stated>,
}

impl Words {
    fn facts(&self, answer: Answer, moment: &Moment, facts: &mut Facts) {
        facts.wording_known = self.known;
        self.taken.facts(answer, moment, facts);
        if let Some(recipient) = self.recipient {
            facts.recipient_named = recipient;
        }
    }
}

fn answered(own: &OwnAnswer) -> Answered {
    Answered {
        answer: own.answer,
        effective_at: from_micros(own.effective_at),
        expired: own.expired,
        proof: own.manner.proof(),
        imported: own.manner.imported(),
    }
}

fn taken(own: &OwnAnswer, shown: Option<&Notice>, exact: Option<i64>) -> Taken {
    let manner = own.manner;
    let mentions = shown.and_then(|shown| shown.mentions.as_ref());
    Taken {
        clarity: manner.clarity(),
        sender_named: shown.and_then(|shown| shown.names_sender),
        mentions: mentions.map(Mentions::of),
        confirmed: manner.confirmed().then_some(true),
        phone_number_verified: manner.phone_number_verified(),
        explicit: manner.explicit(),
        by_parent: manner.by_parent(),
        slot: exact.map(from_micros),
        attested: manner.attested(),
        off_hours: manner.off_hours(),
        bundled: manner.bundled(),
    }
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

/// What the lists say of whom this was glanced; `dated` finds the fact where it matters since when.
fn listed(glance: &Glance, dated: impl Fn(Register) -> RegisterFact) -> Listed {
    let stated = |register| Stated::from(glance.registered(register));
    let entry = |register| match glance.registered(register) {
        None => RegisterFact::NotStated,
        Some(false) => RegisterFact::NotRegistered,
        Some(true) => dated(register),
    };
    Listed {
        bloctel: stated(Register::Bloctel),
        robinson: robinson(glance),
        tps: stated(Register::Tps),
        rpo: entry(Register::Rpo),
        dncm: entry(Register::Dncm),
    }
}

/// The lists Robinson are one fact. No more than one of them is consulted where the rules are those
/// of the place in which a person is reached; else whoever is in either is in one.
fn robinson(glance: &Glance) -> Stated {
    let both = [Register::RobinsonEs, Register::RobinsonFr];
    let said = both.map(|register| glance.registered(register));
    Stated::from(said.into_iter().flatten().reduce(|one, other| one || other))
}

/// Whether those listed include the recipient that the caller means.
fn recipient(listed: &[String], told: &Told) -> Stated {
    let named = |recipient: &String| listed.contains(recipient);
    Stated::from(told.recipient.as_ref().map(named))
}

fn standing(person: PersonView<'_>, seen: &mut Seen) {
    let Some(standing) = person.standing() else {
        return;
    };
    let own_yes = seen.own.as_ref().and_then(Answered::own_yes);
    seen.objection = gather::stands(standing.objection, own_yes);
    seen.objection_profiling = gather::stands(standing.objection_profiling, own_yes);
    seen.restricted = standing.restricted.is_some();
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
