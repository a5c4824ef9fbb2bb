//! Until when a permit holds if nothing changes but the time.

use super::case::Case;
use super::instants::Instants;
use super::{FOLLOWED, MOST, clock, horizon, slow};
use crate::app::facts::{Asked, Said};
use crate::policy::{FactName, Situation};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// The earliest of the consent's end, the begin of another era of the law, the end of a register's list
/// that the answer hangs on, and the first instant at which the engine would answer otherwise. `None`
/// where none is known: the consent and the law have no end, and nothing else changes within a month.
pub(in crate::app) fn until(
    case: &Case<'_>,
    said: &Said,
    at: DateTime<Utc>,
    situation: &Situation,
    consent: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    if case.engine.is_by_cedar() {
        // asking again is slow then; nothing is promised
        return Some(at);
    }
    let era = era(case, said, at, situation);
    let end = [consent, era].into_iter().flatten().min();
    let changes = turn(case, said, at, situation, end);
    end.into_iter().chain(changes).min()
}

/// When another era of the law begins, or a register's list that the answer hangs on ends.
pub(super) fn era(
    case: &Case<'_>,
    said: &Said,
    at: DateTime<Utc>,
    situation: &Situation,
) -> Option<DateTime<Utc>> {
    let next = || {
        let day = case.engine.next_era(situation.laws, situation.day)?;
        begins(day, case.zone(said), at)
    };
    let asked = case.asked(said, at);
    let asked = asked.as_ref();
    let lists = asked.and_then(|asked| lists_end(case, said, at, asked));
    let over = asked.and_then(|asked| over(case, at, asked));
    [next(), lists, over].into_iter().flatten().min()
}

/// When the purpose's time is over for the first of the persons, where that matters.
fn over(case: &Case<'_>, at: DateTime<Utc>, asked: &Asked<'_>) -> Option<DateTime<Utc>> {
    if !asked.needs().contains(FactName::retention_over) {
        return None;
    }
    let persons = case.persons.iter().flatten();
    let ends = persons.filter_map(|person| asked.over_at(person));
    ends.filter(|over| *over > at).min()
}

/// When the first of the registers' lists that were consulted is too old, where the permit hangs on
/// what they say.
fn lists_end(
    case: &Case<'_>,
    said: &Said,
    at: DateTime<Utc>,
    asked: &Asked<'_>,
) -> Option<DateTime<Utc>> {
    let last_day = asked.consulted_until(case.table)?;
    if case.permits_unlisted(said, at) {
        return None;
    }
    crate::domain::calendar::end_of_day(last_day, case.setting.home_zone)
}

/// When a day begins; where the zone is not known, when it begins or has ended anywhere.
pub(super) fn begins(day: NaiveDate, zone: Option<Tz>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Some(zone) = zone {
        return crate::domain::calendar::end_of_day(day.pred_opt()?, zone);
    }
    let midnight = day.and_hms_opt(0, 0, 0)?.and_utc();
    let begins = [-14, 12].map(|hours| midnight + TimeDelta::hours(hours));
    begins.into_iter().find(|begins| *begins > at)
}

/// The first instant at which the answer is another.
fn turn(
    case: &Case<'_>,
    said: &Said,
    at: DateTime<Utc>,
    situation: &Situation,
    end: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let needs = case.asked(said, at)?.needs();
    if !needs.meets(clock().and(slow())) {
        return None;
    }
    let horizon = horizon(at, end);
    if horizon <= at || is_quiet(case, said, situation, horizon, needs.meets(slow())) {
        return None;
    }
    let instants = Instants::of(case, said, at);
    let mut kept = at;
    let days = instants
        .days(at, FOLLOWED + 2)
        .flat_map(|(_, instants)| instants);
    for (asked, instant) in days.take_while(|instant| *instant <= horizon).enumerate() {
        let permit = case
            .ask(said, &[], instant)
            .is_some_and(|answer| answer.permit);
        if !permit {
            return Some(instant);
        }
        if asked == MOST {
            // it is promised no further
            return Some(kept);
        }
        kept = instant;
    }
    None
}

/// Whether time alone changes nothing up to an instant.
fn is_quiet(
    case: &Case<'_>,
    said: &Said,
    situation: &Situation,
    horizon: DateTime<Utc>,
    slow: bool,
) -> bool {
    // facts of several persons cannot be told apart here
    let [_] = case.persons else {
        return false;
    };
    let later = if slow {
        case.ask(said, &[], horizon).map(|answer| answer.situation)
    } else {
        Some(*situation)
    };
    later.is_some_and(|later| case.engine.must_permit(situation, &later, clock()))
}
