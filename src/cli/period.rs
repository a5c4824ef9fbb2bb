//! Days and instants as arguments.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

const MEND: &str = "must be a day like 2026-01-31 or an instant like 2026-01-31T12:00:00Z";

/// The start of a period: a day begins at midnight UTC.
pub(super) fn start(text: &str) -> Result<DateTime<Utc>, &'static str> {
    read(text, 0)
}

/// The end of a period: a day is itself in it, so that the period ends with the midnight after it.
pub(super) fn end(text: &str) -> Result<DateTime<Utc>, &'static str> {
    read(text, 1)
}

fn read(text: &str, days: u64) -> Result<DateTime<Utc>, &'static str> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(instant.with_timezone(&Utc));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| MEND)?;
    let day = day.checked_add_days(Days::new(days)).ok_or(MEND)?;
    Ok(day.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_last_day_is_in_the_period() {
        assert_eq!(
            start("2026-12-31").unwrap().to_rfc3339(),
            "2026-12-31T00:00:00+00:00"
        );
        assert_eq!(
            end("2026-12-31").unwrap().to_rfc3339(),
            "2027-01-01T00:00:00+00:00"
        );
        let noon = "2026-12-31T13:00:00+01:00";
        assert_eq!(end(noon).unwrap().to_rfc3339(), "2026-12-31T12:00:00+00:00");
        assert_eq!(start("31/12/2026"), Err(MEND));
    }
}
