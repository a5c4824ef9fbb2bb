//! Periods in hours.

use chrono::{DateTime, TimeDelta, Utc};

/// The instant so many elapsed hours after another: through nights, weekends, holidays and changes
/// of the clock. Periods in hours wait for no working day (Reg. 1182/71 art. 3(4), "otherwise than
/// in hours"), such as the 72 of GDPR art. 33(1). `None` past the end of the calendar.
#[must_use]
pub fn elapsed(since: DateTime<Utc>, hours: u32) -> Option<DateTime<Utc>> {
    since.checked_add_signed(TimeDelta::hours(hours.into()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn hours_run_through_the_change_of_the_clock() {
        let aware: DateTime<Utc> = "2027-03-27T12:00:00+01:00".parse().unwrap();
        let local = elapsed(aware, 72)
            .unwrap()
            .with_timezone(&chrono_tz::Europe::Paris);
        assert_eq!(local.to_rfc3339(), "2027-03-30T13:00:00+02:00");
        assert_eq!(elapsed(DateTime::<Utc>::MAX_UTC, 1), None);
    }
}
