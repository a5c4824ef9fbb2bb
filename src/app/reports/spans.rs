//! A period cut into days, weeks, months or years, as its length says, so that a trend has some
//! dozens of points and the memory it takes is bounded.

use crate::domain::time::midnight;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::ops::Range;

/// The most days that are told apart.
const DAYS: i64 = 45;
/// The most days of which weeks are told apart.
const WEEKS: i64 = 366;
/// The most days of which months are told apart.
const MONTHS: i64 = 3_660;

/// How long a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Day,
    Week,
    Month,
    Year,
}

/// A period in spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spans {
    /// Where each begins, and where the last one ends; empty where there is none.
    bounds: Vec<DateTime<Utc>>,
    /// The name of each, by the day on which it begins in the calendar.
    names: Vec<String>,
}

impl Spans {
    /// The spans of a period, which begin with the calendar's in that zone.
    pub fn of(period: &Range<DateTime<Utc>>, zone: Tz) -> Self {
        let (mut bounds, mut names) = (Vec::new(), Vec::new());
        let step = Step::for_days((period.end - period.start).num_days());
        let mut day = step.begins(period.start.with_timezone(&zone).date_naive());
        let mut from = period.start;
        while from < period.end {
            bounds.push(from);
            names.push(step.name(day));
            let next = step
                .next(day)
                .and_then(|next| Some((next, midnight(zone, next)?)));
            let Some((next, at)) = next else { break };
            (day, from) = (next, at.max(from + TimeDelta::microseconds(1)));
        }
        if !bounds.is_empty() {
            bounds.push(period.end);
        }
        Self { bounds, names }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// From when until when each lasts.
    pub fn ranges(&self) -> impl Iterator<Item = Range<DateTime<Utc>>> {
        let ends = self.bounds.iter().skip(1);
        self.bounds.iter().zip(ends).map(|(from, to)| *from..*to)
    }

    /// The span that an instant is in.
    pub fn at(&self, instant: DateTime<Utc>) -> Option<usize> {
        let begun = self.bounds.partition_point(|bound| *bound <= instant);
        let at = begun.checked_sub(1)?;
        (at < self.len()).then_some(at)
    }
}

impl Step {
    const fn for_days(days: i64) -> Self {
        if days <= DAYS {
            Self::Day
        } else if days <= WEEKS {
            Self::Week
        } else if days <= MONTHS {
            Self::Month
        } else {
            Self::Year
        }
    }

    /// The day on which the span that `day` is in begins.
    fn begins(self, day: NaiveDate) -> NaiveDate {
        let back = match self {
            Self::Day => 0,
            Self::Week => day.weekday().num_days_from_monday(),
            Self::Month => day.day0(),
            Self::Year => day.ordinal0(),
        };
        day.checked_sub_days(Days::new(back.into())).unwrap_or(day)
    }

    fn next(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Day => day.checked_add_days(Days::new(1)),
            Self::Week => day.checked_add_days(Days::new(7)),
            Self::Month => day.checked_add_months(Months::new(1)),
            Self::Year => day.checked_add_months(Months::new(12)),
        }
    }

    fn name(self, day: NaiveDate) -> String {
        match self {
            Self::Day => day.format("%Y-%m-%d"),
            Self::Week => day.format("%G-W%V"),
            Self::Month => day.format("%Y-%m"),
            Self::Year => day.format("%Y"),
        }
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn spans(from: &str, to: &str) -> Spans {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        Spans::of(&(at(from)..at(to)), chrono_tz::Europe::Paris)
    }

    #[test]
    fn a_period_is_cut_where_the_calendar_cuts() {
        let days = spans("2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z");
        assert_eq!(
            days.names,
            ["2026-10-25", "2026-10-26"],
            "the clock goes back"
        );
        let weeks = spans("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        assert_eq!((weeks.names[0].as_str(), weeks.len()), ("2026-W01", 14));
        let months = spans("2024-12-31T23:00:00Z", "2026-11-01T00:00:00Z");
        assert_eq!((months.names[0].as_str(), months.len()), ("2025-01", 23));
        let years = spans("1999-06-01T00:00:00Z", "2026-06-01T00:00:00Z");
        assert_eq!((years.names[0].as_str(), years.len()), ("1999", 28));
        assert_eq!(
            spans("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z").len(),
            0
        );
    }

    proptest! {
        /// Every instant of a period is in one span, the one whose range has it.
        #[test]
        fn the_spans_are_the_period(from in 0i64..2_000_000_000, long in 1i64..400_000_000, at: u32) {
            let at_second = |second| DateTime::from_timestamp(second, 0).unwrap();
            let period = at_second(from)..at_second(from + long);
            let spans = Spans::of(&period, chrono_tz::America::Sao_Paulo);
            let ranges: Vec<_> = spans.ranges().collect();
            prop_assert_eq!(ranges[0].start, period.start);
            prop_assert_eq!(ranges[ranges.len() - 1].end, period.end);
            prop_assert!(ranges.windows(2).all(|two| two[0].end == two[1].start && two[0].start < two[0].end));
            let inside = at_second(from + i64::from(at) % long);
            let found = spans.at(inside).unwrap();
            prop_assert!(ranges[found].contains(&inside));
            prop_assert_eq!(spans.at(period.end).is_some_and(|at| at < spans.len() && !ranges[at].contains(&period.end)), false);
            prop_assert!(spans.len() <= 140);
        }
    }
}
