//! How much of the calendar lies between two days.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// Completed calendar months from one day to another; negative backwards. A month is complete on
/// the day with the same number, or on the last day of a month that has none (Regulation (EEC,
/// Euratom) 1182/71, 3(2)(c)).
#[must_use]
pub fn months(from: NaiveDate, to: NaiveDate) -> i64 {
    if to < from {
        return -months(to, from);
    }
    let years = i64::from(to.year()) - i64::from(from.year());
    let whole = years * 12 + i64::from(to.month()) - i64::from(from.month());
    let reached = u32::try_from(whole)
        .ok()
        .and_then(|whole| from.checked_add_months(Months::new(whole)));
    whole - i64::from(reached.is_none_or(|reached| reached > to))
}

/// Days from one day to another, the first not counted; negative backwards.
#[must_use]
pub fn days(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// *Jours ouvrables* from one day to another: Monday to Saturday but public holidays, the first
/// day not counted and the last one counted. `None` where a holiday is not known, or the days
/// are more than `most` and need no count.
pub fn working_days(
    from: NaiveDate,
    to: NaiveDate,
    most: i64,
    is_holiday: impl Fn(NaiveDate) -> Option<bool>,
) -> Option<i64> {
    let mut counted = 0;
    let mut day = from;
    while day < to && counted <= most {
        day = day.checked_add_days(Days::new(1))?;
        let works = day.weekday() != Weekday::Sun && !is_holiday(day)?;
        counted += i64::from(works);
    }
    Some(counted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_complete_on_the_same_number_or_the_last_day() {
        assert_eq!(months(day("2026-09-01"), day("2027-08-31")), 11);
        assert_eq!(months(day("2026-09-01"), day("2027-09-01")), 12);
        assert_eq!(months(day("2026-01-31"), day("2026-02-28")), 1);
        assert_eq!(months(day("2026-01-31"), day("2026-02-27")), 0);
        assert_eq!(months(day("2023-11-21"), day("2026-11-21")), 36);
        assert_eq!(months(day("2026-03-01"), day("2026-01-15")), -1);
    }

    #[test]
    fn working_days_leave_out_sundays_and_holidays() {
        // vector D-110: Sat 7, Mon 9, Tue 10, (Wed 11 holiday) Thu 12, Fri 13
        let armistice = |at: NaiveDate| Some(at == day("2026-11-11"));
        let count = |to: &str| working_days(day("2026-11-06"), day(to), 20, armistice);
        assert_eq!(count("2026-11-13"), Some(5));
        assert_eq!(count("2026-11-14"), Some(6));
        assert_eq!(count("2026-11-06"), Some(0));
        assert_eq!(
            working_days(day("2026-11-06"), day("2026-11-13"), 20, |_| None),
            None
        );
    }
}
