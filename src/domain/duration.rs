//! ISO 8601 durations in calendar units (`P1Y`, `P13M`, `P30D`), as retention and validity are
//! written.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Whole years, months, weeks and days. Never negative, never zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CalendarPeriod {
    months: u32,
    days: u64,
}

/// The text is no such period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a period like P1Y, P6M or P30D")]
pub struct PeriodError;

impl CalendarPeriod {
    /// Half a year.
    pub const SIX_MONTHS: Self = Self { months: 6, days: 0 };
    /// A year.
    pub const A_YEAR: Self = Self {
        months: 12,
        days: 0,
    };
    /// Five years.
    pub const FIVE_YEARS: Self = Self {
        months: 60,
        days: 0,
    };

    /// The instant this period after `start`: months first, clamped to the month's last day,
    /// then days. `None` past the end of the calendar.
    #[must_use]
    pub fn after(self, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        start
            .checked_add_months(Months::new(self.months))?
            .checked_add_days(Days::new(self.days))
    }

    /// The day this period after `start`, as retention is counted: from the local day of the
    /// event that it hangs on, in the same way. `None` past the end of the calendar.
    #[must_use]
    pub fn after_day(self, start: NaiveDate) -> Option<NaiveDate> {
        start
            .checked_add_months(Months::new(self.months))?
            .checked_add_days(Days::new(self.days))
    }

    /// The last day after which this period ([`Self::after_day`]) has passed on `today`. `None` before the
    /// beginning of the calendar.
    #[must_use]
    pub fn before_day(self, today: NaiveDate) -> Option<NaiveDate> {
        let counted = today.checked_sub_days(Days::new(self.days))?;
        let day = counted.checked_sub_months(Months::new(self.months))?;
        // the last day of a month is reached from every later day of a longer one, too
        if counted.succ_opt()?.day() == 1 {
            last_of_month(day)
        } else {
            Some(day)
        }
    }
}

fn last_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)?
        .checked_add_months(Months::new(1))?
        .pred_opt()
}

/// Months and days: `P1Y` is written `P12M`.
impl fmt::Display for CalendarPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        if self.months > 0 {
            write!(f, "{}M", self.months)?;
        }
        if self.days > 0 {
            write!(f, "{}D", self.days)?;
        }
        Ok(())
    }
}

impl From<CalendarPeriod> for String {
    fn from(period: CalendarPeriod) -> Self {
        period.to_string()
    }
}

impl TryFrom<String> for CalendarPeriod {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}

impl FromStr for CalendarPeriod {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let mut rest = text.strip_prefix('P').ok_or(PeriodError)?;
        let mut period = Self { months: 0, days: 0 };
        let mut units = ['Y', 'M', 'W', 'D'].iter();
        while !rest.is_empty() {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .ok_or(PeriodError)?;
            let (digits, tail) = rest.split_at_checked(end).ok_or(PeriodError)?;
            let number: u32 = digits.parse().map_err(|_| PeriodError)?;
            let unit = tail.chars().next().ok_or(PeriodError)?;
            units.find(|known| **known == unit).ok_or(PeriodError)?;
            period = period.plus(number, unit).ok_or(PeriodError)?;
            rest = tail.strip_prefix(unit).ok_or(PeriodError)?;
        }
        if period.months == 0 && period.days == 0 {
            return Err(PeriodError);
        }
        Ok(period)
    }
}

impl CalendarPeriod {
    fn plus(mut self, number: u32, unit: char) -> Option<Self> {
        match unit {
            'Y' => self.months = self.months.checked_add(number.checked_mul(12)?)?,
            'M' => self.months = self.months.checked_add(number)?,
            'W' => self.days = self.days.checked_add(u64::from(number).checked_mul(7)?)?,
            _ => self.days = self.days.checked_add(u64::from(number))?,
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_day_before_is_the_last_after_which_it_has_passed(
            day in 0_i32..20_000, months in 0_u32..60, days in 0_u64..400,
        ) {
            let today = NaiveDate::from_epoch_days(day).unwrap();
            let period = CalendarPeriod { months, days };
            let last = period.before_day(today).unwrap();
            prop_assert!(period.after_day(last).unwrap() <= today);
            prop_assert!(period.after_day(last.succ_opt().unwrap()).unwrap() > today);
        }
    }

    fn after(period: &str, start: &str) -> String {
        let start: DateTime<Utc> = start.parse().unwrap();
        let period: CalendarPeriod = period.parse().unwrap();
        period.after(start).unwrap().to_rfc3339()
    }

    #[test]
    fn months_are_calendar_months_and_clamp() {
        assert_eq!(
            after("P1M", "2026-01-31T10:00:00Z"),
            "2026-02-28T10:00:00+00:00"
        );
        assert_eq!(
            after("P1Y", "2024-02-29T00:00:00Z"),
            "2025-02-28T00:00:00+00:00"
        );
        assert_eq!(
            after("P1Y2M10D", "2026-01-01T00:00:00Z"),
            "2027-03-11T00:00:00+00:00"
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (text, written) in [("P6M", "P6M"), ("P1Y", "P12M"), ("P1Y2W", "P12M14D")] {
            let period: CalendarPeriod = text.parse().unwrap();
            assert_eq!(period.to_string(), written);
            let json = serde_json::to_string(&period).unwrap();
            let read: CalendarPeriod = serde_json::from_str(&json).unwrap();
            assert_eq!(read, period);
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "P",
            "1Y",
            "P1",
            "PY",
            "P0D",
            "P1D1Y",
            "P1Y1Y",
            "PT1H",
            "P-1D",
            "P99999999999Y",
            "P1é",
        ] {
            assert_eq!(text.parse::<CalendarPeriod>(), Err(PeriodError), "{text}");
        }
    }

    #[test]
    fn a_period_past_the_calendar_is_none() {
        let period: CalendarPeriod = "P300000Y".parse().unwrap();
        assert_eq!(period.after("2026-11-22T00:00:00Z".parse().unwrap()), None);
    }
}
