//! Until when a permit holds if nothing changes but the time.

use super::case::Case;
use super::instants::Instants;
use super::{FOLLOWED, MOST, clock, horizon, slow};
use crate::app::facts::{Asked, Said};
use crate::policy::{FactName, Situation};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// The earliest of the consent's end, the begin of another era of the law, the end of a register's list
/// that the answer hangs on, the end of the purpose's time, and the first instant at which the engine would
/// answer otherwise. A permit that time might end is followed for a month, and promised no further. `None`
/// where no end is known: the consent and the law have none, and nothing else changes within a month.
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
    let ends = [
        consent,
        common(case, said, at, situation),
        over(case, said, at),
    ];
    let end = ends.into_iter().flatten().min();
    let changes = turn(case, said, at, situation, end);
    end.into_iter().chain(changes).min()
}

/// When another era of the law begins, or a register's list that the answer hangs on ends: for everybody of
/// whom the same is seen.
pub(super) fn common(
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
    let lists = asked.and_then(|asked| lists_end(case, said, at, &asked));
    next().into_iter().chain(lists).min()
}

/// When the purpose's time is over for the first of the persons, where that matters.
pub(super) fn over(case: &Case<'_>, said: &Said, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    case.purpose.kept_for()?;
    let asked = case.asked(said, at)?;
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

/// The first instant at which the answer is another, or to which it was followed where it might change
/// later.
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
    if horizon <= at {
        return None;
    }
    let quiet_to = |to| is_quiet(case, said, situation, to, needs.meets(slow()));
    let last = end.map_or(horizon, |end| end - TimeDelta::microseconds(1));
    if quiet_to(last) {
        return None;
    }
    let beyond = end.filter(|_| last > horizon).map(|_| horizon);
    if beyond.is_some() && quiet_to(horizon) {
        return beyond;
    }
    follow(case, said, at, horizon).or(beyond)
}

/// The first instant up to another at which the engine answers otherwise, or to which it was asked.
fn follow(
    case: &Case<'_>,
    said: &Said,
    at: DateTime<Utc>,
    horizon: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let instants = Instants::of(case, said, at);
    let mut kept = at;
    let days = instants
        .days(at, FOLLOWED + 2)
        .flat_map(|(_, instants)| instants);
    for (asked, instant) in days.take_while(|instant| *instant <= horizon).enumerate() {
        let permit = case.ask(said, instant).is_some_and(|answer| answer.permit);
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
    to: DateTime<Utc>,
    slow: bool,
) -> bool {
    // facts of several persons cannot be told apart here
    let [_] = case.persons else {
        return false;
    };
    let later = if slow {
        case.ask(said, to).map(|answer| answer.situation)
    } else {
        Some(*situation)
    };
    later.is_some_and(|later| case.engine.must_permit(situation, &later, clock()))
}
