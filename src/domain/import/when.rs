//! Times of an export as instants. Where a time leaves room, the reading is
//! the one that lets a *no* win: a yes is as early, a no as late as it can be.

use chrono::{
    DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use super::error::Problem;
use super::words::TimeFormat;

/// 1990-01-01T00:00:00Z: anything older is a zero in disguise, such as the
/// year 1 of Go or the 1970 of Unix.
const OLDEST: i64 = 631_152_000;

/// Which end of a span of possible instants to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// For a yes.
    Earliest,
    /// For a no.
    Latest,
}

/// What a time is read against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) zone: Tz,
    pub(super) now: DateTime<Utc>,
}

impl Clock {
    /// The instant a cell tells.
    pub(super) fn read(
        &self,
        text: &str,
        format: &TimeFormat,
        end: End,
    ) -> Result<DateTime<Utc>, Problem> {
        let at = match format {
            TimeFormat::Rfc3339 => with_offset(DateTime::parse_from_rfc3339(text))?,
            TimeFormat::Offset(format) => with_offset(DateTime::parse_from_str(text, format))?,
            TimeFormat::Local(format) => {
                let naive = NaiveDateTime::parse_from_str(text, format);
                self.local(naive.map_err(|_| Problem::TimeUnreadable)?, end)?
            }
            TimeFormat::Day(format) => {
                let day = NaiveDate::parse_from_str(text, format);
                self.day(day.map_err(|_| Problem::TimeUnreadable)?, end)?
            }
        };
        self.plausible(at)
    }

    fn plausible(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
        if at.timestamp() < OLDEST {
            Err(Problem::TimeTooOld)
        } else if at > self.now {
            Err(Problem::TimeInFuture)
        } else {
            Ok(at)
        }
    }

    fn local(&self, naive: NaiveDateTime, end: End) -> Result<DateTime<Utc>, Problem> {
        match self.zone.from_local_datetime(&naive) {
            LocalResult::Single(at) => Ok(at.to_utc()),
            LocalResult::Ambiguous(first, _) if end == End::Earliest => Ok(first.to_utc()),
            LocalResult::Ambiguous(_, second) => Ok(second.to_utc()),
            LocalResult::None => Err(Problem::TimeSkipped),
        }
    }

    /// A no of today is of now: the end of the day has not come yet.
    fn day(&self, day: NaiveDate, end: End) -> Result<DateTime<Utc>, Problem> {
        let start = self.midnight(day)?;
        if end == End::Earliest || start > self.now {
            return Ok(start);
        }
        let next = day.checked_add_days(Days::new(1));
        let next = self.midnight(next.ok_or(Problem::TimeUnreadable)?)?;
        Ok((next - TimeDelta::seconds(1)).min(self.now))
    }

    /// The first instant of a day; where the clock skips midnight, one o'clock.
    fn midnight(&self, day: NaiveDate) -> Result<DateTime<Utc>, Problem> {
        let naive = day.and_time(NaiveTime::MIN);
        self.local(naive, End::Earliest)
            .or_else(|_| self.local(naive + TimeDelta::hours(1), End::Earliest))
    }
}

fn with_offset<T: TimeZone>(
    read: chrono::ParseResult<DateTime<T>>,
) -> Result<DateTime<Utc>, Problem> {
    let at = read.map_err(|_| Problem::TimeUnreadable)?;
    Ok(at.to_utc())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str, format: &str, end: End) -> Result<String, Problem> {
        let clock = Clock {
            zone: Tz::Europe__Paris,
            now: "2026-11-22T09:00:00Z".parse().unwrap(),
        };
        let format = TimeFormat::try_from(format.to_owned()).unwrap();
        clock.read(text, &format, end).map(|at| at.to_rfc3339())
    }

    #[test]
    fn reads_what_exports_write() {
        let go = "%Y-%m-%d %H:%M:%S%.f %z %Z";
        for (text, format, expected) in [
            (
                "2024-03-01 10:15:00.123456 +0000 UTC",
                go,
                "2024-03-01T10:15:00.123456+00:00",
            ),
            (
                "2024-03-01 10:15:00 +0530 IST",
                go,
                "2024-03-01T04:45:00+00:00",
            ),
            (
                "2024-03-01 10:15:00 +0530 +0530",
                go,
                "2024-03-01T04:45:00+00:00",
            ),
            (
                "2024-03-01T10:15:00+01:00",
                "rfc3339",
                "2024-03-01T09:15:00+00:00",
            ),
            (
                "2024-07-01 10:15:00",
                "%Y-%m-%d %H:%M:%S",
                "2024-07-01T08:15:00+00:00",
            ),
            ("01-03-2024", "%d-%m-%Y", "2024-02-29T23:00:00+00:00"),
        ] {
            assert_eq!(read(text, format, End::Earliest).unwrap(), expected);
        }
    }

    #[test]
    fn where_a_time_leaves_room_a_no_is_late() {
        let minute = "%Y-%m-%d %H:%M";
        for (text, format, earliest, latest) in [
            (
                "2025-10-26 02:30",
                minute,
                "2025-10-26T00:30:00+00:00",
                "2025-10-26T01:30:00+00:00",
            ),
            (
                "01-03-2024",
                "%d-%m-%Y",
                "2024-02-29T23:00:00+00:00",
                "2024-03-01T22:59:59+00:00",
            ),
            (
                "22-11-2026",
                "%d-%m-%Y",
                "2026-11-21T23:00:00+00:00",
                "2026-11-22T09:00:00+00:00",
            ),
        ] {
            assert_eq!(read(text, format, End::Earliest).unwrap(), earliest);
            assert_eq!(read(text, format, End::Latest).unwrap(), latest);
        }
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        for (text, format, problem) in [
            ("2026-11-22 10:01", "%Y-%m-%d %H:%M", Problem::TimeInFuture),
            ("23-11-2026", "%d-%m-%Y", Problem::TimeInFuture),
            ("2025-03-30 02:30", "%Y-%m-%d %H:%M", Problem::TimeSkipped),
            ("0001-01-01T00:00:00Z", "rfc3339", Problem::TimeTooOld),
            ("1970-01-01T00:00:00Z", "rfc3339", Problem::TimeTooOld),
            ("31-02-2024", "%d-%m-%Y", Problem::TimeUnreadable),
            ("2024-03-01", "%d-%m-%Y", Problem::TimeUnreadable),
        ] {
            assert_eq!(read(text, format, End::Latest), Err(problem), "{text}");
        }
    }
}
