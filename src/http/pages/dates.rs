//! Dates and times as the pages write them.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;

use super::Words;

/// An instant with the zone in which it is shown.
pub type When = DateTime<Tz>;

/// `22 novembre 2026`, `22 November 2026`.
#[must_use]
pub fn date_long(words: Words, date: NaiveDate) -> String {
    let day = match date.day() {
        1 => words.get("day-first"),
        day => day.to_string(),
    };
    let month = words.get(&format!("month-{}", date.month()));
    let year = date.year().to_string();
    words.get_with(
        "date-long",
        &[("day", &day), ("month", &month), ("year", &year)],
    )
}

/// The date of an instant, in its own zone.
#[must_use]
pub fn date_of(words: Words, at: &When) -> String {
    date_long(words, at.date_naive())
}

/// `14 h 02`, `14:02`.
#[must_use]
pub fn time_of_day(words: Words, at: &When) -> String {
    let minute = format!("{:02}", at.minute());
    let hour = at.hour().to_string();
    words.get_with("time-of-day", &[("hour", &hour), ("minute", &minute)])
}

/// `22 novembre 2026 à 14 h 02`, `22 November 2026 at 14:02`.
#[must_use]
pub fn date_time_long(words: Words, at: &When) -> String {
    words.get_with(
        "date-time-long",
        &[
            ("date", &date_of(words, at)),
            ("time", &time_of_day(words, at)),
        ],
    )
}

/// `dimanche 22 novembre 2026 à 14 h 02`, `Sunday 22 November 2026 at 14:02`: where an instant
/// stands alone, for somebody who must find it again.
#[must_use]
pub fn moment(words: Words, at: &When) -> String {
    let weekday = words.get(&format!("weekday-{}", at.weekday().number_from_monday()));
    let date = date_of(words, at);
    let date = words.get_with("date-weekday", &[("weekday", &weekday), ("date", &date)]);
    let time = time_of_day(words, at);
    words.get_with("date-time-long", &[("date", &date), ("time", &time)])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::http::pages::Language;
    use chrono::TimeZone;

    fn both(at: &When) -> [String; 2] {
        Language::STAFF.map(|language| date_time_long(Words::of(language), at))
    }

    #[test]
    fn writes_long_dates_in_the_zone_of_the_instant() {
        let at = chrono_tz::Europe::Paris
            .with_ymd_and_hms(2026, 11, 22, 14, 2, 0)
            .unwrap();
        let [fr, en] = both(&at);
        assert_eq!(fr, "22\u{a0}novembre 2026 à 14\u{202f}h\u{202f}02");
        assert_eq!(en, "22\u{a0}November 2026 at 14:02");
        let tokyo = at.with_timezone(&chrono_tz::Asia::Tokyo);
        assert_eq!(both(&tokyo)[1], "22\u{a0}November 2026 at 22:02");
    }

    #[test]
    fn every_language_writes_the_weekday_its_own_way() {
        let at = chrono_tz::Europe::Paris
            .with_ymd_and_hms(2026, 11, 22, 14, 2, 0)
            .unwrap();
        let all = Language::ALL.map(|language| moment(Words::of(language), &at));
        let plain = all.map(|text| text.replace(['\u{a0}', '\u{202f}'], " "));
        let expected = [
            "dimanche 22 novembre 2026 à 14 h 02",
            "Sunday 22 November 2026 at 14:02",
            "Sonntag, 22. November 2026 um 14:02 Uhr",
            "domingo, 22 de noviembre de 2026 a las 14:02",
            "domenica 22 novembre 2026 alle ore 14:02",
            "zondag 22 november 2026 om 14:02 uur",
        ];
        assert_eq!(plain, expected);
    }

    #[test]
    fn the_first_of_a_month_is_ordinal_in_french() {
        let at = chrono_tz::UTC
            .with_ymd_and_hms(2027, 3, 1, 9, 5, 0)
            .unwrap();
        let [fr, en] = both(&at);
        assert_eq!(fr, "1er\u{a0}mars 2027 à 9\u{202f}h\u{202f}05");
        assert_eq!(en, "1\u{a0}March 2027 at 9:05");
    }
}
