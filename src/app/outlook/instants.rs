//! The instants at which an answer may change by time alone: midnights and the minutes that policies
//! compare with, where the person is; the exact time agreed to; the end of a cap's period.

use super::case::Case;
use crate::app::facts::Said;
use crate::domain::calendar::end_of_day;
use crate::domain::duration::CalendarPeriod;
use crate::domain::time::from_micros;
use crate::index::PersonView;
use crate::policy::gather::Moment;
use chrono::{DateTime, LocalResult, NaiveDate, SubsecRound, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The instants of one case, day by day.
pub(super) struct Instants<'a> {
    zone: Option<Tz>,
    minutes: &'a [u16],
    /// Those that lie where no clock tells.
    own: Vec<DateTime<Utc>>,
}

impl<'a> Instants<'a> {
    /// Of a case.
    pub fn of(case: &Case<'a>, said: &Said, at: DateTime<Utc>) -> Self {
        let zone = case.zone(said);
        let mut own = slots(case);
        own.extend(leaving(case, said, &Moment { at, zone }));
        own.extend(paced(case, at).flatten());
        own.sort_unstable();
        Self {
            zone,
            minutes: case.engine.minutes(),
            own,
        }
    }

    /// The days from an instant on, each with its instants after it, in order.
    pub fn days(
        &self,
        at: DateTime<Utc>,
        most: i64,
    ) -> impl Iterator<Item = (DateTime<Utc>, Vec<DateTime<Utc>>)> + '_ {
        let first = Moment {
            at,
            zone: self.zone,
        }
        .local_day(at);
        let days = first.iter_days().take(usize::try_from(most).unwrap_or(0));
        days.filter_map(move |day| {
            let start = self.start(day)?;
            let mut instants = self.of_day(day)?;
            instants.retain(|instant| *instant > at);
            Some((start.max(at), instants))
        })
    }

    /// The first instant of a day; of a UTC day where the zone is not known.
    pub fn start(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        match self.zone {
            Some(zone) => end_of_day(day.pred_opt()?, zone),
            None => Some(day.and_hms_opt(0, 0, 0)?.and_utc()),
        }
    }

    fn of_day(&self, day: NaiveDate) -> Option<Vec<DateTime<Utc>>> {
        let (start, end) = (self.start(day)?, self.start(day.succ_opt()?)?);
        let mut all = vec![start];
        match self.zone {
            Some(zone) => {
                for minute in self.minutes {
                    put(&mut all, zone, day, *minute);
                }
            }
            // where the zone is not known, the days that it may be change at these hours of UTC
            None => all.extend([10, 12].map(|hours| start + TimeDelta::hours(hours))),
        }
        all.extend(self.own.iter().filter(|own| **own < end));
        all.retain(|instant| (start..end).contains(instant));
        all.sort_unstable();
        all.dedup();
        Some(all)
    }
}

/// The instants at which a clock shows that minute of a day, and at which it is put back over it.
/// Where it is put forward over it, the first that there is.
fn put(all: &mut Vec<DateTime<Utc>>, zone: Tz, day: NaiveDate, minute: u16) {
    let Some(midnight) = day.and_hms_opt(0, 0, 0) else {
        return;
    };
    let local = midnight + TimeDelta::minutes(i64::from(minute));
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => all.push(at.to_utc()),
        LocalResult::Ambiguous(one, other) => {
            let (one, other) = (one.to_utc(), other.to_utc());
            all.extend([one, put_back(zone, one, other), other]);
        }
        LocalResult::None => {
            let quarter = midnight + TimeDelta::minutes(i64::from(minute / 15 * 15));
            let later = (1..=100).map(|steps| quarter + TimeDelta::minutes(15 * steps));
            let exists = later.filter_map(|local| zone.from_local_datetime(&local).earliest());
            all.extend(exists.map(|at| at.to_utc()).next());
        }
    }
}

/// The minute between two instants in which the clock is put back.
fn put_back(zone: Tz, before: DateTime<Utc>, after: DateTime<Utc>) -> DateTime<Utc> {
    let offset = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local() - at.naive_utc();
    let (first, mut low, mut high) = (offset(before), before, after);
    while high - low > TimeDelta::minutes(1) {
        let middle = low + TimeDelta::minutes((high - low).num_minutes() / 2);
        if offset(middle) == first {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The minute of each exact time that the person agreed to, and the next.
fn slots(case: &Case<'_>) -> Vec<DateTime<Utc>> {
    let persons = case.persons.iter().flatten();
    let answers = persons.flat_map(|person| person.answers(&case.purpose.id));
    let agreed = answers.filter(|answer| answer.channel == case.channel);
    let minute = |micros: i64| {
        let begins = from_micros(micros.div_euclid(60_000_000) * 60_000_000);
        [begins, begins + TimeDelta::minutes(1)]
    };
    agreed
        .filter_map(|answer| answer.slot)
        .flat_map(minute)
        .collect()
}

/// For each person, when a pause ends and when a bound lets another contact through.
pub(super) fn paced<'c>(
    case: &'c Case<'_>,
    at: DateTime<Utc>,
) -> impl Iterator<Item = [DateTime<Utc>; 2]> + 'c {
    let persons = case.persons.iter().flatten();
    persons.filter_map(move |person| {
        let pace = person.pace(&case.purpose.id, case.channel)?;
        let full = pace.full_until(person.made_for(&case.purpose.id, case.channel), at);
        let ends = [pace.paused(at), full].map(|end| end.map_or(at, whole_second));
        Some(ends)
    })
}

/// The first whole second from an instant on, so that it can be said.
fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    let begun = at.trunc_subsecs(0);
    if begun == at {
        at
    } else {
        begun + TimeDelta::seconds(1)
    }
}

/// When contacts leave the period of the caller's own cap.
fn leaving(case: &Case<'_>, said: &Said, moment: &Moment) -> Vec<DateTime<Utc>> {
    let Some(cap) = &said.told().pressure_cap else {
        return Vec::new();
    };
    let Ok(period) = cap.period.parse::<CalendarPeriod>() else {
        return Vec::new();
    };
    let told = said.told().contacts.iter().map(|one| one.at.start(moment));
    let reached = case
        .persons
        .iter()
        .flatten()
        .filter_map(PersonView::reached);
    let held = reached
        .flat_map(|reached| reached.made())
        .map(|made| made.at);
    let ends = told.chain(held).filter_map(|at| period.after(at));
    // whole seconds, so that they can be said
    ends.map(|end| end.trunc_subsecs(0) + TimeDelta::seconds(1))
        .collect()
}
