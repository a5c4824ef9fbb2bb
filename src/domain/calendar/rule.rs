//! A holiday as a rule: its name, when it is, since and until which year, and where in the region.

use super::easter::easter_sunday;
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// When in a year a holiday is.
#[derive(Clone, Copy, Debug)]
enum When {
    /// The same date each year.
    Fixed { month: u32, day: u32 },
    /// So many days after Easter Sunday.
    Easter(i64),
    /// The nth such day of the week in a month.
    Nth {
        weekday: Weekday,
        nth: u8,
        month: u32,
    },
    /// The last such day of the week before a date.
    Before {
        weekday: Weekday,
        month: u32,
        day: u32,
    },
}

/// What happens where the day falls on a weekend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weekend {
    /// Nothing.
    Stays,
    /// The next weekday that is no holiday is one too (United Kingdom).
    NextWeekdayToo,
    /// From Sunday to the day before (the Dutch King's Day).
    SundayToSaturday,
    /// Where it is a Sunday, parts of the region keep the Monday too (Spain).
    MondayInParts,
}

/// Whether the whole region keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// Only some communes, by custom, or for some purposes.
    Parts,
}

/// One holiday.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) extent: Extent,
    when: When,
    weekend: Weekend,
    first: i32,
    last: i32,
}

impl Rule {
    const fn new(name: &'static str, when: When) -> Self {
        Self {
            name,
            extent: Extent::Whole,
            when,
            weekend: Weekend::Stays,
            first: i32::MIN,
            last: i32::MAX,
        }
    }

    pub(super) const fn fixed(name: &'static str, month: u32, day: u32) -> Self {
        Self::new(name, When::Fixed { month, day })
    }

    /// `days` after Easter Sunday, before it where negative.
    pub(super) const fn easter(name: &'static str, days: i64) -> Self {
        Self::new(name, When::Easter(days))
    }

    pub(super) const fn nth(name: &'static str, nth: u8, weekday: Weekday, month: u32) -> Self {
        Self::new(
            name,
            When::Nth {
                weekday,
                nth,
                month,
            },
        )
    }

    pub(super) const fn before(name: &'static str, weekday: Weekday, month: u32, day: u32) -> Self {
        Self::new(
            name,
            When::Before {
                weekday,
                month,
                day,
            },
        )
    }

    /// In this one year.
    pub(super) const fn once(name: &'static str, year: i32, month: u32, day: u32) -> Self {
        Self::fixed(name, month, day).from(year).until(year)
    }

    pub(super) const fn from(mut self, year: i32) -> Self {
        self.first = year;
        self
    }

    pub(super) const fn until(mut self, year: i32) -> Self {
        self.last = year;
        self
    }

    pub(super) const fn in_parts(mut self) -> Self {
        self.extent = Extent::Parts;
        self
    }

    pub(super) const fn with_substitute(mut self) -> Self {
        self.weekend = Weekend::NextWeekdayToo;
        self
    }

    pub(super) const fn not_on_sunday(mut self) -> Self {
        self.weekend = Weekend::SundayToSaturday;
        self
    }

    pub(super) const fn monday_in_parts(mut self) -> Self {
        self.weekend = Weekend::MondayInParts;
        self
    }

    /// Its day in a year; `None` where it is not kept that year.
    pub(super) fn day(&self, year: i32) -> Option<NaiveDate> {
        if year < self.first || year > self.last {
            return None;
        }
        let day = self.when.day(year)?;
        if self.weekend == Weekend::SundayToSaturday && day.weekday() == Weekday::Sun {
            return day.pred_opt();
        }
        Some(day)
    }

    /// The further day that makes up for one on a weekend, if the rule gives one.
    pub(super) fn substitute(
        &self,
        day: NaiveDate,
        taken: &[NaiveDate],
    ) -> Option<(NaiveDate, Extent)> {
        let free = |day: &NaiveDate| !is_weekend(*day) && !taken.contains(day);
        match self.weekend {
            Weekend::NextWeekdayToo if is_weekend(day) => {
                let next = day.iter_days().take(14).find(free)?;
                Some((next, self.extent))
            }
            Weekend::MondayInParts if day.weekday() == Weekday::Sun => {
                Some((day.succ_opt()?, Extent::Parts))
            }
            _ => None,
        }
    }
}

impl When {
    fn day(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::Easter(days) => {
                easter_sunday(year)?.checked_add_signed(chrono::TimeDelta::days(days))
            }
            Self::Nth {
                weekday,
                nth,
                month,
            } => NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth),
            Self::Before {
                weekday,
                month,
                day,
            } => {
                let end = NaiveDate::from_ymd_opt(year, month, day)?;
                let back = end.weekday().days_since(weekday);
                end.checked_sub_days(Days::new(if back == 0 { 7 } else { back.into() }))
            }
        }
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn repentance_day_is_the_wednesday_before_23_november() {
        let rule = Rule::before("Buß- und Bettag", Weekday::Wed, 11, 23);
        assert_eq!(rule.day(2026), Some(date("2026-11-18")));
        // 23 November 2022 was a Wednesday itself
        assert_eq!(rule.day(2022), Some(date("2022-11-16")));
    }

    #[test]
    fn a_rule_has_its_years() {
        let rule = Rule::fixed("Store Bededag", 5, 1).from(2000).until(2023);
        assert_eq!(
            [1999, 2000, 2023, 2024].map(|y| rule.day(y).is_some()),
            [false, true, true, false]
        );
    }

    #[test]
    fn the_kings_day_moves_back_from_sunday() {
        let rule = Rule::fixed("Koningsdag", 4, 27).not_on_sunday();
        assert_eq!(rule.day(2025), Some(date("2025-04-26")));
        assert_eq!(rule.day(2026), Some(date("2026-04-27")));
    }
}
