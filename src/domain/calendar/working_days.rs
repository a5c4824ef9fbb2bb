//! Working days, as French law names the two ways to count them.
//!
//! A day that is a holiday only in parts of the region counts as a working day: a period that is
//! a permission then ends sooner, and one that is a duty is not drawn out (Reg. 1182/71 art. 2(1);
//! regional days are unsafe ground for gaining time).

use super::region::{Calendar, Holiday};
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Which days of the week are worked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WorkingWeek {
    /// *Jours ouvrables*: Monday to Saturday (C. trav. L3141-3; C. conso. R223-4).
    Ouvrables,
    /// *Jours ouvrés*: Monday to Friday, as Reg. 1182/71 art. 2(2) has it too.
    Ouvres,
}

impl WorkingWeek {
    fn has(self, day: Weekday) -> bool {
        match day {
            Weekday::Sun => false,
            Weekday::Sat => self == Self::Ouvrables,
            _ => true,
        }
    }
}

impl Calendar {
    /// Whether a day is worked; `None` where the year is not known.
    #[must_use]
    pub fn is_working_day(self, day: NaiveDate, week: WorkingWeek) -> Option<bool> {
        match self.holiday(day) {
            Holiday::NotKnown => None,
            Holiday::Whole(_) => Some(false),
            Holiday::InParts(_) | Holiday::No => Some(week.has(day.weekday())),
        }
    }

    /// The day itself if it is worked, else the next that is. `None` where that leads out of the
    /// years that are known.
    #[must_use]
    pub fn working_day_from(self, day: NaiveDate, week: WorkingWeek) -> Option<NaiveDate> {
        let mut day = day;
        while !self.is_working_day(day, week)? {
            day = day.succ_opt()?;
        }
        Some(day)
    }

    /// The last of `count` working days after an event, whose own day is not counted. `None` where
    /// that leads out of the years that are known.
    #[must_use]
    pub fn working_days_after(
        self,
        event: NaiveDate,
        count: u32,
        week: WorkingWeek,
    ) -> Option<NaiveDate> {
        let mut day = event;
        for _ in 0..count {
            day = self.working_day_from(day.succ_opt()?, week)?;
        }
        Some(day)
    }

    /// The first working day after so many calendar days that fully elapsed since an event.
    #[must_use]
    pub fn working_day_after_full_days(
        self,
        event: NaiveDate,
        days: u32,
        week: WorkingWeek,
    ) -> Option<NaiveDate> {
        let over = event.checked_add_days(Days::new(u64::from(days) + 1))?;
        self.working_day_from(over, week)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn saturday_is_ouvrable_and_not_ouvre() {
        let fr = Calendar::of("FR").unwrap();
        let saturday = day("2026-11-21");
        assert_eq!(
            fr.is_working_day(saturday, WorkingWeek::Ouvrables),
            Some(true)
        );
        assert_eq!(
            fr.is_working_day(saturday, WorkingWeek::Ouvres),
            Some(false)
        );
    }

    #[test]
    fn a_day_in_parts_gains_no_time() {
        let de = Calendar::of("DE").unwrap();
        let corpus_christi = day("2026-06-04");
        assert_eq!(de.holiday(corpus_christi), Holiday::InParts("Fronleichnam"));
        assert_eq!(
            de.is_working_day(corpus_christi, WorkingWeek::Ouvres),
            Some(true)
        );
    }

    #[test]
    fn past_the_known_years_nothing_is_promised() {
        let fr = Calendar::of("FR").unwrap();
        let last = NaiveDate::from_ymd_opt(*fr.years().end(), 12, 31).unwrap();
        assert_eq!(fr.working_days_after(last, 1, WorkingWeek::Ouvres), None);
        assert_eq!(
            fr.is_working_day(last.succ_opt().unwrap(), WorkingWeek::Ouvres),
            None
        );
    }

    proptest! {
        #[test]
        fn the_next_working_day_is_one_and_none_lies_before_it(offset in 0..3_900u64) {
            let fr = Calendar::of("FR").unwrap();
            let from = day("2018-01-01").checked_add_days(Days::new(offset)).unwrap();
            for week in [WorkingWeek::Ouvrables, WorkingWeek::Ouvres] {
                let next = fr.working_day_from(from, week).unwrap();
                prop_assert_eq!(fr.is_working_day(next, week), Some(true));
                for skipped in from.iter_days().take_while(|day| *day < next) {
                    prop_assert_eq!(fr.is_working_day(skipped, week), Some(false));
                }
            }
        }
    }
}
