//! The instant asked about, as it is where the person is.

use crate::domain::calendar::{Calendar as Region, Holiday, LocalTime, local_time};
use crate::domain::elapsed;
use crate::policy::situation::LegalDay;
use crate::policy::vocabulary::{Country, DayOfWeek, Stated, Whole};
use crate::policy::{FactName, FactSet, Facts};
use chrono::{DateTime, Duration, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

/// An instant and the person's time zone, where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The zone.
    pub zone: Option<Tz>,
}

/// The facts of the local time.
const LOCAL: [FactName; 4] = [
    FactName::local_time_known,
    FactName::minute_of_day,
    FactName::weekday,
    FactName::public_holiday,
];

/// Which days are public holidays.
pub trait Calendar {
    /// Whether a day is one in a country; `None` where the calendar is not known.
    fn is_public_holiday(&self, country: Country, day: NaiveDate) -> Option<bool>;
}

/// The calendars that the program knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct LegalCalendar;

impl Calendar for LegalCalendar {
    fn is_public_holiday(&self, country: Country, day: NaiveDate) -> Option<bool> {
        match Region::of(country.as_str())?.holiday(day) {
            // a day that only a part of the country keeps is no day to disturb anybody
            Holiday::Whole(_) | Holiday::InParts(_) => Some(true),
            Holiday::No => Some(false),
            Holiday::NotKnown => None,
        }
    }
}

impl Moment {
    /// The local day and time, where the zone is known.
    fn local(&self) -> Option<LocalTime> {
        self.zone.map(|zone| local_time(self.at, zone))
    }

    /// The day of another instant where the person is; in UTC where their zone is not known.
    #[must_use]
    pub fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        match self.zone {
            Some(zone) => local_time(at, zone).date,
            None => at.date_naive(),
        }
    }

    /// The local day; where the zone is not known, [all days that it may be](Self::any_day).
    #[must_use]
    pub fn day(&self) -> LegalDay {
        match self.local() {
            Some(local) => LegalDay::known(local.date),
            None => self.any_day(),
        }
    }

    /// The days that it may be somewhere: zones lie between twelve hours behind and fourteen
    /// before UTC.
    #[must_use]
    pub fn any_day(&self) -> LegalDay {
        let shifted = |hours| {
            let shifted = self.at.checked_add_signed(Duration::hours(hours));
            shifted.unwrap_or(self.at).date_naive()
        };
        LegalDay {
            earliest: shifted(-12),
            latest: shifted(14),
        }
    }

    /// Completed months since another instant; in doubt one more.
    #[must_use]
    pub fn months_since(&self, at: DateTime<Utc>) -> Whole {
        Whole::of(elapsed::months(self.local_day(at), self.day().latest))
    }

    /// Whether another instant is in the same minute.
    #[must_use]
    pub fn is_same_minute(&self, other: DateTime<Utc>) -> bool {
        self.at.timestamp().div_euclid(60) == other.timestamp().div_euclid(60)
    }

    /// The facts of the local time.
    pub(super) fn facts(
        &self,
        country: Option<Country>,
        calendar: &dyn Calendar,
        needs: FactSet,
        facts: &mut Facts,
    ) {
        let zone = self.zone.filter(|_| needs.has_any(&LOCAL));
        let Some(local) = zone.map(|zone| local_time(self.at, zone)) else {
            return;
        };
        facts.local_time_known = true;
        facts.minute_of_day = Whole::of(i64::from(local.minute));
        facts.weekday = weekday(local.weekday);
        if needs.contains(FactName::public_holiday) {
            let holiday = |country| calendar.is_public_holiday(country, local.date);
            facts.public_holiday = Stated::from(country.and_then(holiday));
        }
    }
}

const fn weekday(day: Weekday) -> DayOfWeek {
    match day {
        Weekday::Mon => DayOfWeek::Monday,
        Weekday::Tue => DayOfWeek::Tuesday,
        Weekday::Wed => DayOfWeek::Wednesday,
        Weekday::Thu => DayOfWeek::Thursday,
        Weekday::Fri => DayOfWeek::Friday,
        Weekday::Sat => DayOfWeek::Saturday,
        Weekday::Sun => DayOfWeek::Sunday,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_unknown_zone_leaves_every_day_that_it_may_be() {
        let at = "2026-08-10T23:30:00Z".parse().unwrap();
        let day = |zone| Moment { at, zone }.day();
        let known = |text: &str| LegalDay::known(text.parse().unwrap());
        assert_eq!(day(Some(chrono_tz::Europe::Paris)), known("2026-08-11"));
        assert_eq!(
            day(Some(chrono_tz::America::Martinique)),
            known("2026-08-10")
        );
        let unknown = day(None);
        assert_eq!(unknown.earliest, known("2026-08-10").earliest);
        assert_eq!(unknown.latest, known("2026-08-11").latest);
    }
}
