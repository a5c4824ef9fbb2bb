//! What lies ahead of an answer, for everybody of whom the same is seen and who has nothing that
//! time alone would change but an answer: it is worked out for one of them, and shared where
//! whatever may tell them apart meanwhile changes nothing.

use super::case::Case;
use super::instants::Instants;
use super::until::{common, over};
use super::{AHEAD, FOLLOWED, Lawful, MOST, clock, horizon, turning};
use crate::app::check::Decided;
use crate::app::facts::{Asked, Said};
use crate::domain::time::from_micros;
use crate::policy::{FactName, FactSet, Situation, Whole};
use chrono::{DateTime, TimeDelta, Utc};

/// More than a consent grows older, in months, while it is followed.
const OLDER: i64 = 3;
/// The same for as long as is looked for what would flip a denial.
const OLDEST: i64 = 15;
/// The same for as long as anybody lives.
const EVER: i64 = 12 * 120;

/// What lies ahead of an answer.
#[derive(Debug, Clone)]
pub(in crate::app) enum Ahead {
    /// What would flip a denial.
    Denial(Lawful, Whose),
    /// Until when a permit holds at most, each one's own consent and the end of the purpose's time aside.
    Permit(Option<DateTime<Utc>>),
    /// Time may tell them apart: each one's own is looked for.
    Own,
}

/// For whom of those of whom the same is seen something holds.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) enum Whose {
    /// For each.
    Each,
    /// For whoever's own answer does not end, and whose time is not over, before an instant.
    OwnLasts(DateTime<Utc>),
    /// For whoever's answers all say the same up to an instant.
    AllLast(DateTime<Utc>),
}

impl Ahead {
    /// Of a permit.
    pub fn of_permit(
        case: &Case<'_>,
        said: &Said,
        at: DateTime<Utc>,
        situation: &Situation,
    ) -> Self {
        if case.engine.is_by_cedar() {
            return Self::Own;
        }
        let alike = Alike::of(case, situation);
        let end = common(case, said, at, situation);
        if alike.must_permit(situation, EVER, clock()) {
            return Self::Permit(end);
        }
        alike.permit(said, at, end)
    }

    /// Of a denial that this would flip.
    pub fn of_denial(
        case: &Case<'_>,
        said: &Said,
        at: DateTime<Utc>,
        situation: &Situation,
        lawful: &Lawful,
    ) -> Self {
        let alike = Alike::of(case, situation);
        let ahead = at + TimeDelta::days(AHEAD);
        let whose = match lawful.way().map(|way| (way.from, way.changes.len())) {
            None if matches!(lawful, Lawful::Nothing) => Whose::Each,
            Some((None, 1)) if alike.is_not_time() => Whose::Each,
            Some((Some(from), 0)) if alike.waits(said, at, from) => Whose::OwnLasts(from),
            _ if alike.is_ageless(said, at) => Whose::AllLast(ahead),
            Some((Some(_), _)) => return Self::Own,
            _ => Whose::OwnLasts(ahead),
        };
        if whose.includes(case, said, at) {
            Self::Denial(lawful.clone(), whose)
        } else {
            Self::Own
        }
    }

    /// Tells what lies ahead of somebody's answer: what is shared, or else their own.
    pub fn tell(
        &self,
        told: &mut Decided,
        case: &Case<'_>,
        (said, at, effort): (&Said, DateTime<Utc>, usize),
        situation: &Situation,
    ) {
        match self {
            Self::Denial(lawful, whose) if whose.includes(case, said, at) => {
                told.lawful = lawful.clone();
            }
            Self::Permit(until) => {
                let ends = [told.valid_until, *until, over(case, said, at)];
                told.valid_until = ends.into_iter().flatten().min();
            }
            Self::Denial(..) | Self::Own => told.look_ahead(case, (said, at, effort), situation),
        }
    }
}

impl Whose {
    /// Whether somebody of whom the same is seen is among them.
    fn includes(self, case: &Case<'_>, said: &Said, at: DateTime<Utc>) -> bool {
        match self {
            Self::Each => true,
            Self::AllLast(until) => case.is_steady(said, (at, until)),
            Self::OwnLasts(until) => {
                let over = over(case, said, at);
                over.is_none_or(|over| over > until) && own_lasts(case, until)
            }
        }
    }
}

/// Whether no answer for the very use ends up to an instant.
fn own_lasts(case: &Case<'_>, until: DateTime<Utc>) -> bool {
    let persons = case.persons.iter().flatten();
    let mut answers = persons.flat_map(|person| person.answers(&case.purpose.id));
    answers.all(|answer| {
        let ends = answer.valid_until.map(from_micros);
        answer.channel != case.channel || ends.is_none_or(|ends| ends > until)
    })
}

/// Persons of whom the same is seen now.
struct Alike<'a> {
    case: &'a Case<'a>,
    now: Situation,
}

impl<'a> Alike<'a> {
    fn of(case: &'a Case<'a>, now: &Situation) -> Self {
        Self { case, now: *now }
    }

    /// Whether time changes nothing about a denial of theirs.
    fn is_not_time(&self) -> bool {
        let (engine, now) = (self.case.engine, &self.now);
        engine.next_era(now.laws, now.day).is_none()
            && !engine.may_permit(now, &older(now, OLDEST), turning().and(others()))
    }

    /// Whether no rule asks how old an answer is, now or later.
    fn is_ageless(&self, said: &Said, at: DateTime<Utc>) -> bool {
        let ages = |asked: Asked<'_>| asked.needs().contains(FactName::consent_age_months);
        self.case
            .engine
            .next_era(self.now.laws, self.now.day)
            .is_none()
            && self.case.asked(said, at).is_some_and(|asked| !ages(asked))
    }

    /// Whether all of them are permitted at a time, though their answers have grown older by up to so many months.
    fn must_permit(&self, then: &Situation, months: i64, free: FactSet) -> bool {
        let engine = self.case.engine;
        engine.must_permit(then, &older(then, months), free.and(others()))
    }

    /// Whether one of them may be permitted then.
    fn may_permit(&self, then: &Situation) -> bool {
        let engine = self.case.engine;
        engine.may_permit(then, &older(then, OLDER), others())
    }

    /// Until when all of them are permitted: the first instant at which they are denied.
    fn permit(&self, said: &Said, at: DateTime<Utc>, end: Option<DateTime<Utc>>) -> Ahead {
        let horizon = horizon(at, end);
        let instants = self.instants(said, at).enumerate();
        for (asked, instant) in instants.take_while(|(_, instant)| *instant <= horizon) {
            let Some(then) = self.then(said, instant).filter(|_| asked < MOST) else {
                return Ahead::Own;
            };
            if !self.may_permit(&then) {
                return Ahead::Permit(Some(instant));
            }
            if !self.must_permit(&then, OLDER, FactSet::default()) {
                return Ahead::Own;
            }
        }
        // what lies further ahead is each one's own
        Ahead::Own
    }

    /// Whether all of them are denied up to that instant, and permitted then.
    fn waits(&self, said: &Said, at: DateTime<Utc>, from: DateTime<Utc>) -> bool {
        if from > at + TimeDelta::days(FOLLOWED) {
            return false;
        }
        let denied = |then: &Situation| !self.may_permit(then);
        let mut before = self
            .instants(said, at)
            .take(MOST)
            .take_while(|instant| *instant < from);
        before.all(|instant| self.then(said, instant).as_ref().is_some_and(denied))
            && self
                .then(said, from)
                .is_some_and(|then| self.must_permit(&then, OLDER, FactSet::default()))
    }

    fn instants(&self, said: &Said, at: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let days = Instants::of(self.case, said, at);
        let days: Vec<_> = days.days(at, FOLLOWED + 2).collect();
        days.into_iter().flat_map(|(_, instants)| instants)
    }

    /// What is known now, as the clock shows it at another instant.
    fn then(&self, said: &Said, instant: DateTime<Utc>) -> Option<Situation> {
        let shown = self.case.ask(said, instant)?.situation;
        let mut then = Situation {
            facts: self.now.facts,
            ..shown
        };
        let (facts, shown) = (&mut then.facts, &shown.facts);
        facts.local_time_known = shown.local_time_known;
        facts.minute_of_day = shown.minute_of_day;
        facts.weekday = shown.weekday;
        facts.public_holiday = shown.public_holiday;
        Some(then)
    }
}

fn older(situation: &Situation, months: i64) -> Situation {
    let mut older = *situation;
    let facts = &mut older.facts;
    for age in [
        &mut facts.consent_age_months,
        &mut facts.months_since_last_choice,
    ] {
        *age = Whole::of(i64::from(age.get()) + months);
    }
    older
}

/// Other answers, which may end meanwhile.
fn others() -> FactSet {
    const OTHERS: [FactName; 3] = [
        FactName::consent_on_other_channel,
        FactName::consent_on_other_purpose,
        FactName::terminal_consent,
    ];
    OTHERS.into_iter().collect()
}
