//! The local day and minute of an instant, and the instant at which a local day is over.

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc, Weekday,
};
use chrono_tz::Tz;

/// What the clock on the wall and the calendar beside it show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalTime {
    /// The day there.
    pub date: NaiveDate,
    /// Minutes since midnight on that clock, 0 to 1439; begun ones count as not yet over, so that
    /// 12:59:59 is minute 779.
    pub minute: u16,
    /// The day of the week there.
    pub weekday: Weekday,
}

/// An instant in a zone of the IANA database, by its rules at that instant.
#[must_use]
pub fn local_time(at: DateTime<Utc>, zone: Tz) -> LocalTime {
    let local = at.with_timezone(&zone);
    LocalTime {
        date: local.date_naive(),
        minute: (local.hour() * 60 + local.minute()) as u16,
        weekday: local.weekday(),
    }
}

/// The first instant after a local day: a period that ends on that day ends then ("the last hour of
/// the last day", Reg. 1182/71 art. 3(2)). `None` past the end of the calendar.
#[must_use]
pub fn end_of_day(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    // some zones put the clock forward at midnight, and one left out a day: the first quarter of an
    // hour that exists
    (0..=100)
        .filter_map(|quarter| midnight.checked_add_signed(TimeDelta::minutes(15 * quarter)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map(|local| local.to_utc())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use chrono_tz::TZ_VARIANTS;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn eleven_in_paris_is_six_in_martinique() {
        let there = local_time(
            at("2026-11-23T11:00:00+01:00"),
            chrono_tz::America::Martinique,
        );
        assert_eq!((there.minute, there.weekday), (6 * 60, Weekday::Mon));
    }

    #[test]
    fn both_changes_of_the_clock() {
        let paris = chrono_tz::Europe::Paris;
        for (instant, minute) in [
            ("2026-03-29T00:59:59Z", 119),
            ("2026-03-29T01:00:00Z", 180),
            ("2026-10-25T00:30:00Z", 150),
            ("2026-10-25T01:30:00Z", 150),
            ("2026-10-25T02:00:00Z", 180),
        ] {
            assert_eq!(local_time(at(instant), paris).minute, minute, "{instant}");
        }
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let end = |day: &str, zone| end_of_day(day.parse().unwrap(), zone).unwrap();
        assert_eq!(
            end("2026-03-29", chrono_tz::Europe::Paris),
            at("2026-03-29T22:00:00Z")
        );
        // Beirut puts the clock forward at midnight, Samoa left out 30 December 2011
        assert_eq!(
            end("2022-03-26", chrono_tz::Asia::Beirut),
            at("2022-03-26T22:00:00Z")
        );
        assert_eq!(
            end("2011-12-29", chrono_tz::Pacific::Apia),
            at("2011-12-30T10:00:00Z")
        );
        // Havana's 1 November 2026 has its first hour twice
        assert_eq!(
            end("2026-10-31", chrono_tz::America::Havana),
            at("2026-11-01T04:00:00Z")
        );
        assert_eq!(end_of_day(NaiveDate::MAX, chrono_tz::Europe::Paris), None);
    }

    proptest! {
        #[test]
        fn the_last_second_is_of_the_day_and_the_end_is_not(days in 0..20_000u64, zone in 0..TZ_VARIANTS.len()) {
            let zone = *TZ_VARIANTS.get(zone).unwrap();
            let day = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap().checked_add_days(Days::new(days)).unwrap();
            let end = end_of_day(day, zone).unwrap();
            prop_assert!(local_time(end, zone).date > day);
            prop_assert!(local_time(end - TimeDelta::seconds(1), zone).date <= day);
        }
    }
}
