//! The public holidays of French labour law.

use chrono::{Datelike, Days, NaiveDate};

/// Whether a day is one of the eleven of C. trav. L3133-1. C. conso. D223-9 refers to this list
/// only: neither Good Friday nor 26 December of Alsace-Moselle, nor the days of a department.
#[must_use]
pub fn is_public_holiday(day: NaiveDate) -> bool {
    const FIXED: [(u32, u32); 8] = [
        (1, 1),
        (5, 1),
        (5, 8),
        (7, 14),
        (8, 15),
        (11, 1),
        (11, 11),
        (12, 25),
    ];
    /// Easter Monday, Ascension and Whit Monday, in days after Easter Sunday.
    const MOVABLE: [u64; 3] = [1, 39, 50];
    FIXED.contains(&(day.month(), day.day()))
        || easter(day.year()).is_some_and(|easter| {
            MOVABLE
                .iter()
                .any(|after| easter.checked_add_days(Days::new(*after)) == Some(day))
        })
}

/// Easter Sunday of the Gregorian calendar (Gauss, with the two exceptions of the lunar table).
fn easter(year: i32) -> Option<NaiveDate> {
    let century = year / 100;
    let moon_shift = (15 - (8 * century + 13) / 25 + century - century / 4) % 30;
    let sunday_shift = (4 + century - century / 4) % 7;
    let moon = (19 * (year % 19) + moon_shift) % 30;
    let sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + sunday_shift) % 7;
    let late =
        moon == 29 && sunday == 6 || moon == 28 && sunday == 6 && (11 * moon_shift + 11) % 30 < 19;
    let after = moon + sunday - if late { 7 } else { 0 };
    let earliest = NaiveDate::from_ymd_opt(year, 3, 22)?;
    earliest.checked_add_days(Days::new(u64::try_from(after).ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn easter_falls_on_the_days_known() {
        for known in [
            "1818-03-22",
            "1954-04-18",
            "1961-04-02",
            "1981-04-19",
            "2000-04-23",
            "2019-04-21",
            "2024-03-31",
            "2038-04-25",
            "2049-04-18",
            "2076-04-19",
            "2285-03-22",
        ] {
            let known: NaiveDate = known.parse().unwrap();
            assert_eq!(easter(known.year()), Some(known));
        }
    }

    #[test]
    fn every_year_of_the_law_files_agrees() {
        let law = include_str!("../../policies/law/vectors.json");
        let law: serde_json::Value = serde_json::from_str(law).unwrap();
        for (year, days) in law["holiday_calendars"]["FR"].as_object().unwrap() {
            let first: NaiveDate = format!("{year}-01-01").parse().unwrap();
            let of_year = first
                .iter_days()
                .take_while(|day| day.year() == first.year());
            let found: Vec<String> = of_year
                .filter(|day| is_public_holiday(*day))
                .map(|day| day.to_string())
                .collect();
            let wanted: Vec<&str> = days
                .as_array()
                .unwrap()
                .iter()
                .map(|d| d.as_str().unwrap())
                .collect();
            assert_eq!(found, wanted, "{year}");
        }
    }
}
