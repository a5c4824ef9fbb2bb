//! A region's calendar of public holidays.

use super::holidays::ALL;
use super::rule::{Extent, Rule};
use chrono::{Datelike, NaiveDate};
use std::fmt;
use std::ops::RangeInclusive;

/// Where the rules of a region stand.
pub(super) struct Region {
    /// The ISO 3166 code first, then the other codes in use for it.
    pub(super) codes: &'static [&'static str],
    /// Its name in English.
    pub(super) name: &'static str,
    /// The law that names the days.
    pub(super) source: &'static str,
    /// The years for which the rules were looked at.
    pub(super) years: (i32, i32),
    /// Its holidays, list by list.
    pub(super) rules: &'static [&'static [Rule]],
}

/// The public holidays of one region (Reg. 1182/71 art. 2(1): those "designated as such" by it).
#[derive(Clone, Copy)]
pub struct Calendar(&'static Region);

/// What a calendar says of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holiday {
    /// A public holiday in the whole region, by this name.
    Whole(&'static str),
    /// One in parts of the region, by custom, or for some purposes only. It gains nobody time
    /// (a deadline does not wait for it), and it is no day to disturb anybody either.
    InParts(&'static str),
    /// No public holiday.
    No,
    /// Outside the years that this calendar knows.
    NotKnown,
}

/// One holiday of a year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct HolidayDate {
    /// The day.
    pub date: NaiveDate,
    /// Whether the whole region keeps it.
    pub whole: bool,
    /// Its name, in a language of the region.
    pub name: &'static str,
}

impl Calendar {
    /// The calendar of a region by its code: ISO 3166-1 for a country (`FR`, `DE`), ISO 3166-2 for
    /// a part of one (`FR-57`, `DE-BY`, `GB-SCT`). `None` where none is known.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        ALL.iter()
            .copied()
            .flatten()
            .find(|region| region.codes.contains(&code))
            .map(Self)
    }

    /// Every calendar there is.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().copied().flatten().map(Self)
    }

    /// The region's code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.codes.first().copied().unwrap_or_default()
    }

    /// The region's name in English.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The law that names the days.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.0.source
    }

    /// The years that it knows, the first and the last among them.
    #[must_use]
    pub fn years(self) -> RangeInclusive<i32> {
        self.0.years.0..=self.0.years.1
    }

    /// Whether a day is a public holiday.
    #[must_use]
    pub fn holiday(self, date: NaiveDate) -> Holiday {
        let Some(year) = self.holidays(date.year()) else {
            return Holiday::NotKnown;
        };
        let mut of_day = year.iter().filter(|holiday| holiday.date == date);
        match of_day.clone().find(|holiday| holiday.whole) {
            Some(holiday) => Holiday::Whole(holiday.name),
            None => of_day
                .next()
                .map_or(Holiday::No, |holiday| Holiday::InParts(holiday.name)),
        }
    }

    /// The public holidays of a year by date; `None` where the year is not known.
    #[must_use]
    pub fn holidays(self, year: i32) -> Option<Vec<HolidayDate>> {
        if !self.years().contains(&year) {
            return None;
        }
        let rules = self.0.rules.iter().copied().flatten();
        let mut kept: Vec<(NaiveDate, &Rule)> = rules
            .filter_map(|rule| Some((rule.day(year)?, rule)))
            .collect();
        kept.sort_by_key(|(date, _)| *date);
        let mut taken: Vec<NaiveDate> = kept.iter().map(|(date, _)| *date).collect();
        let mut found = Vec::with_capacity(kept.len() + 4);
        for (date, rule) in kept {
            found.push(on(date, rule.extent, rule));
            if let Some((date, extent)) = rule.substitute(date, &taken) {
                taken.push(date);
                found.push(on(date, extent, rule));
            }
        }
        found.sort();
        Some(found)
    }
}

fn on(date: NaiveDate, extent: Extent, rule: &Rule) -> HolidayDate {
    HolidayDate {
        date,
        whole: extent == Extent::Whole,
        name: rule.name,
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Calendar {}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calendar({})", self.code())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn holiday(code: &str, day: &str) -> Holiday {
        Calendar::of(code).unwrap().holiday(day.parse().unwrap())
    }

    #[test]
    fn four_answers() {
        assert_eq!(
            holiday("FR", "2026-11-11"),
            Holiday::Whole("Armistice 1918")
        );
        assert_eq!(holiday("FR", "2026-11-12"), Holiday::No);
        assert_eq!(
            holiday("DE-BY", "2026-08-15"),
            Holiday::InParts("Mariä Himmelfahrt")
        );
        assert_eq!(holiday("FR", "2041-11-11"), Holiday::NotKnown);
        assert_eq!(holiday("LU", "2018-05-09"), Holiday::NotKnown);
    }

    #[test]
    fn the_whole_region_counts_before_its_parts() {
        // Whit Monday of 2028 is Denmark's Constitution Day
        assert_eq!(holiday("DK", "2028-06-05"), Holiday::Whole("2. pinsedag"));
    }

    #[test]
    fn each_region_has_its_own_days() {
        for (code, day) in [
            ("FR-57", "2027-03-26"),
            ("FR-972", "2026-05-22"),
            ("FR-971", "2026-05-27"),
            ("FR-973", "2026-06-10"),
            ("FR-974", "2026-12-20"),
            ("FR-976", "2026-04-27"),
            ("DE-BE", "2028-06-17"),
            ("DE-SN", "2026-11-18"),
            ("GB-SCT", "2026-06-15"),
            ("IT", "2026-10-04"),
        ] {
            assert!(
                matches!(holiday(code, day), Holiday::Whole(_)),
                "{code} {day}"
            );
        }
        assert_eq!(holiday("FR", "2027-03-26"), Holiday::No);
        assert_eq!(holiday("FR", "2026-05-22"), Holiday::No);
        assert_eq!(holiday("IT", "2025-10-04"), Holiday::No);
        assert_eq!(holiday("GB-ENG", "2026-06-15"), Holiday::No);
    }

    #[test]
    fn a_spanish_sunday_moves_in_parts() {
        assert_eq!(
            holiday("ES", "2025-10-13"),
            Holiday::InParts("Fiesta Nacional de España")
        );
        assert_eq!(holiday("ES", "2026-10-13"), Holiday::No);
    }

    #[test]
    fn a_code_names_one_region_and_every_region_its_law() {
        let codes: Vec<&str> = ALL
            .iter()
            .copied()
            .flatten()
            .flat_map(|region| region.codes)
            .copied()
            .collect();
        let distinct: std::collections::BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(distinct.len(), codes.len());
        for calendar in Calendar::all() {
            assert!(!calendar.source().is_empty() && !calendar.name().is_empty());
            for year in calendar.years() {
                assert!(calendar.holidays(year).unwrap().is_sorted());
                assert!(
                    !calendar.holidays(year).unwrap().is_empty(),
                    "{calendar:?} {year}"
                );
            }
        }
        assert_eq!(Calendar::of("fr"), None);
        assert_eq!(Calendar::of("GB"), None);
    }
}
