//! The law files' cases of dates and deadlines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::domain::duration::CalendarPeriod;
use crate::domain::testing::{each, group};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeadlineCase {
    id: String,
    kind: String,
    received: NaiveDate,
    received_weekday: String,
    calendar: String,
    rule: String,
    months: u32,
    extended: bool,
    unrolled_due: NaiveDate,
    expected_due: NaiveDate,
    expected_weekday: String,
    rolled: bool,
    #[serde(rename = "why")]
    _why: String,
    contested: bool,
    #[serde(rename = "rule_ref")]
    _rule_ref: String,
    expected_extension_notice_due: Option<NaiveDate>,
}

#[test]
fn deadline_vectors() {
    each("deadline_vectors", |case: &DeadlineCase| {
        let id = &case.id;
        assert!(
            matches!(case.kind.as_str(), "response" | "art14_information"),
            "{id}"
        );
        assert_eq!(case.rule, "GDPR 12(3) + Reg. 1182/71 art. 3", "{id}");
        assert_eq!(
            (case.months, case.contested),
            (if case.extended { 3 } else { 1 }, false),
            "{id}"
        );
        let calendar = Calendar::of(&case.calendar);
        assert!(calendar.is_some(), "{id}");
        let clock = ResponseClock::new(case.received, calendar);
        let first = clock.first().unwrap();
        let due = if case.extended {
            clock.extended(first.day().unwrap()).unwrap()
        } else {
            first
        };
        let rolled = Some(case.expected_due);
        assert_eq!(
            due,
            Due::On {
                unrolled: case.unrolled_due,
                rolled
            },
            "{id}"
        );
        assert_eq!(case.rolled, case.expected_due != case.unrolled_due, "{id}");
        let weekday = |day: NaiveDate| day.format("%A").to_string();
        assert_eq!(weekday(case.received), case.received_weekday, "{id}");
        assert_eq!(weekday(case.expected_due), case.expected_weekday, "{id}");
        assert_eq!(
            case.expected_extension_notice_due.is_some(),
            case.extended,
            "{id}"
        );
        if case.extended {
            assert_eq!(first.day(), case.expected_extension_notice_due, "{id}");
        }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ZoneCase {
    id: String,
    received_instant: DateTime<Utc>,
    controller_timezone: String,
    calendar: String,
    expected_local_date: NaiveDate,
    expected_due: NaiveDate,
    #[serde(rename = "why")]
    _why: String,
    #[serde(rename = "rule_ref")]
    _rule_ref: String,
}

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

#[test]
fn timezone_vectors() {
    each("timezone_vectors", |case: &ZoneCase| {
        let received = local_time(case.received_instant, zone(&case.controller_timezone)).date;
        assert_eq!(received, case.expected_local_date, "{}", case.id);
        let due = ResponseClock::new(received, Calendar::of(&case.calendar))
            .first()
            .unwrap();
        assert_eq!(due.day(), Some(case.expected_due), "{}", case.id);
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuspensionCase {
    id: String,
    received: NaiveDate,
    identity_info_requested: NaiveDate,
    identity_info_received: NaiveDate,
    calendar: String,
    suspended_days: i64,
    #[serde(rename = "convention")]
    _convention: String,
    expected_due: NaiveDate,
    #[serde(rename = "why")]
    _why: String,
    #[serde(rename = "rule_ref")]
    _rule_ref: String,
}

#[test]
fn suspension_vectors() {
    each("suspension_vectors", |case: &SuspensionCase| {
        let (asked, answered) = (case.identity_info_requested, case.identity_info_received);
        assert_eq!(
            (answered - asked).num_days(),
            case.suspended_days,
            "{}",
            case.id
        );
        let pause = Pause::new(asked, Some(answered)).unwrap();
        let clock = ResponseClock::new(case.received, Calendar::of(&case.calendar)).paused(pause);
        assert_eq!(
            clock.first().unwrap().day(),
            Some(case.expected_due),
            "{}",
            case.id
        );
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HourCase {
    id: String,
    aware_at: DateTime<FixedOffset>,
    timezone: String,
    hours: u32,
    expected_notify_by: DateTime<FixedOffset>,
    #[serde(rename = "why")]
    _why: String,
    #[serde(rename = "rule_ref")]
    _rule_ref: String,
}

#[test]
fn hour_vectors() {
    each("hour_vectors", |case: &HourCase| {
        let by = elapsed(case.aware_at.to_utc(), case.hours).unwrap();
        let local = by.with_timezone(&zone(&case.timezone)).to_rfc3339();
        assert_eq!(local, case.expected_notify_by.to_rfc3339(), "{}", case.id);
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkingDayCase {
    id: String,
    event: NaiveDate,
    n: u32,
    unit: String,
    calendar: String,
    expected: NaiveDate,
    #[serde(rename = "why")]
    _why: String,
    #[serde(rename = "rule_ref")]
    _rule_ref: String,
}

#[test]
fn working_day_vectors() {
    each("working_day_vectors", |case: &WorkingDayCase| {
        let calendar = Calendar::of(&case.calendar).unwrap();
        let (ouvrables, ouvres) = (WorkingWeek::Ouvrables, WorkingWeek::Ouvres);
        let found = match case.unit.split_once(" (").map_or("", |(unit, _)| unit) {
            "jours ouvrables" => calendar.working_days_after(case.event, case.n, ouvrables),
            "calendar days fully elapsed after refusal" => {
                calendar.working_day_after_full_days(case.event, case.n, ouvres)
            }
            unit => panic!("{}: {unit}", case.id),
        };
        assert_eq!(found, Some(case.expected), "{}", case.id);
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionCase {
    id: String,
    #[serde(rename = "what")]
    _what: String,
    start: NaiveDate,
    period: String,
    expected: NaiveDate,
    #[serde(rename = "note")]
    _note: String,
    #[serde(rename = "rule_ref")]
    _rule_ref: String,
    contested: bool,
}

#[test]
fn retention_vectors() {
    each("retention_vectors", |case: &RetentionCase| {
        let period: CalendarPeriod = case.period.parse().unwrap();
        assert_eq!(
            period.after_day(case.start),
            Some(case.expected),
            "{}",
            case.id
        );
        assert!(!case.contested, "{}", case.id);
    });
}

#[test]
fn holiday_calendars() {
    let calendars: BTreeMap<String, BTreeMap<i32, BTreeSet<NaiveDate>>> =
        group("holiday_calendars");
    assert!(!calendars.is_empty());
    for (code, years) in calendars {
        assert!(!years.is_empty(), "{code}");
        for (year, expected) in years {
            assert_eq!(
                whole_days(Calendar::of(&code).unwrap(), year),
                expected,
                "{code} {year}"
            );
        }
    }
}

fn whole_days(calendar: Calendar, year: i32) -> BTreeSet<NaiveDate> {
    let days = calendar.holidays(year).unwrap().into_iter();
    days.filter(|day| day.whole).map(|day| day.date).collect()
}

/// Another list of the same days, made by people who know nothing of ours. Its head says where it
/// comes from and what was changed in it, with the reason.
#[test]
fn an_independent_list_agrees() {
    let list = include_str!("../../../tests/data/law/holidays.txt");
    let (mut seen, mut differ) = (BTreeSet::new(), Vec::new());
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let (code, year) = (words.next().unwrap(), words.next().unwrap());
        let day = |word| NaiveDate::parse_from_str(&format!("{year}{word}"), "%Y%m%d").unwrap();
        let theirs: BTreeSet<NaiveDate> = words.map(day).collect();
        let ours = whole_days(Calendar::of(code).unwrap(), year.parse().unwrap());
        if ours != theirs {
            let apart = ours.symmetric_difference(&theirs).collect::<Vec<_>>();
            differ.push(format!("{code}: {apart:?}"));
        }
        seen.insert(code);
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    let known: BTreeSet<&str> = Calendar::all().map(Calendar::code).collect();
    assert_eq!(seen, known);
}
