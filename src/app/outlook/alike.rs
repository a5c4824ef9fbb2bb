//! What lies ahead of an answer, for everybody of whom the same is seen and who has nothing that
//! time alone would change but an answer: it is worked out for one of them, and shared where
//! whatever may tell them apart meanwhile changes nothing.

use super::case::Case;
use super::instants::Instants;
use super::until::era;
use super::{AHEAD, FOLLOWED, Lawful, MOST, clock, horizon, turning};
use crate::app::check::Decided;
use crate::app::facts::Said;
use crate::domain::time::from_micros;
use crate::policy::{FactName, FactSet, Situation, Whole};
use chrono::{DateTime, TimeDelta, Utc};

/// More than a consent grows older, in months, while it is followed.
const OLDER: i64 = 3;
/// The same for as long as is looked for what would flip a denial.
const OLDEST: i64 = 15;

/// What lies ahead of an answer.
#[derive(Debug, Clone)]
pub(in crate::app) enum Ahead {
    /// What would flip a denial, for whoever's own answer does not end before that instant.
    Denial(Lawful, Option<DateTime<Utc>>),
    /// Until when a permit holds at most, each one's own consent aside.
    Permit(Option<DateTime<Utc>>),
    /// Time may tell them apart: each one's own is looked for.
    Own,
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
        let era = era(case, said, at, situation);
        if alike.must_permit(situation, clock()) {
            return Self::Permit(era);
        }
        alike.permit(said, at, era)
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
        let until = match lawful {
            Lawful::Nothing => None,
            Lawful::If(way) => match (way.from, way.changes.len()) {
                (None, 1) if alike.is_not_time() => None,
                (None, _) => Some(at + TimeDelta::days(AHEAD)),
                (Some(from), 0) if alike.waits(said, at, from) => Some(from),
                (Some(_), _) => return Self::Own,
            },
            Lawful::NotKnown => Some(at + TimeDelta::days(AHEAD)),
        };
        let ahead = Self::Denial(lawful.clone(), until);
        if ahead.holds_for(case) {
            ahead
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
            Self::Denial(lawful, _) if self.holds_for(case) => told.lawful = lawful.clone(),
            Self::Permit(until) => {
                let ends = [told.valid_until, *until];
                told.valid_until = ends.into_iter().flatten().min();
            }
            Self::Denial(..) | Self::Own => told.look_ahead(case, (said, at, effort), situation),
        }
    }

    /// Whether it holds for somebody of whom the same is seen: no answer for the very use ends too
    /// early for what would flip a denial.
    fn holds_for(&self, case: &Case<'_>) -> bool {
        let until = match self {
            Self::Denial(_, None) | Self::Permit(_) => return true,
            Self::Denial(_, Some(until)) => *until,
            Self::Own => return false,
        };
        let persons = case.persons.iter().flatten();
        let mut answers = persons.flat_map(|person| person.answers(&case.purpose.id));
        answers.all(|answer| {
            let ends = answer.valid_until.map(from_micros);
            answer.channel != case.channel || ends.is_none_or(|ends| ends > until)
        })
    }
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

    /// Whether all of them are permitted at a time, however much older their answers have grown.
    fn must_permit(&self, then: &Situation, free: FactSet) -> bool {
        let engine = self.case.engine;
        engine.must_permit(then, &older(then, OLDER), free.and(others()))
    }

    /// Whether one of them may be permitted then.
    fn may_permit(&self, then: &Situation) -> bool {
        let engine = self.case.engine;
        engine.may_permit(then, &older(then, OLDER), others())
    }

    /// Until when all of them are permitted: the first instant at which they are denied, or another
    /// era of the law.
    fn permit(&self, said: &Said, at: DateTime<Utc>, era: Option<DateTime<Utc>>) -> Ahead {
        let horizon = horizon(at, era);
        let instants = self.instants(said, at).enumerate();
        for (asked, instant) in instants.take_while(|(_, instant)| *instant <= horizon) {
            let Some(then) = self.then(said, instant).filter(|_| asked < MOST) else {
                return Ahead::Own;
            };
            if !self.may_permit(&then) {
                return Ahead::Permit(Some(instant));
            }
            if !self.must_permit(&then, FactSet::default()) {
                return Ahead::Own;
            }
        }
        Ahead::Permit(era)
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
                .is_some_and(|then| self.must_permit(&then, FactSet::default()))
    }

    fn instants(&self, said: &Said, at: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let days = Instants::of(self.case, said, at);
        let days: Vec<_> = days.days(at, FOLLOWED + 2).collect();
        days.into_iter().flat_map(|(_, instants)| instants)
    }

    /// What is known now, as the clock shows it at another instant.
    fn then(&self, said: &Said, instant: DateTime<Utc>) -> Option<Situation> {
        let shown = self.case.ask(said, &[], instant)?.situation;
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
