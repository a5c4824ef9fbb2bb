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

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let from_march = h + l - 7 * m + 114;
    let month = u32::try_from(from_march / 31).ok()?;
    let day = u32::try_from(from_march % 31 + 1).ok()?;
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

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
