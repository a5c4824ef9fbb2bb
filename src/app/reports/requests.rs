//! Requests of data subjects: received, answered in time and late, extended, refused with their ground.
//!
//! Counted from the entries about requests, folded once more: no row of the database is asked. Nothing is
//! lost by an erasure, since these entries are about nobody. As things stood at the end of the period, or at
//! the last entry where that came sooner: from one position the same answer for ever.

use super::sheet::{Cell, Chart, Column, Sheets, Table};
use super::{Job, ReportError};
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::{DsrId, Position};
use crate::domain::requests::{Act, Ground, Outcome, Receipt, Request, RequestKind, State};
use crate::store::PublicEntry;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

/// Entries read at once.
const PAGE: i64 = 1_000;

const RECEIVED: Column = Column::number("received");
const ANSWERED: Column = Column::number("answered");
const ON_TIME: Column = Column::number("on_time");
const LATE: Column = Column::number("late");
const KIND: Column = Column::code("request_kind", "request-kind");
const TREND: &[Column] = &[Column::text("span"), RECEIVED, ANSWERED, ON_TIME, LATE];
const BY_KIND: &[Column] = &[
    KIND,
    RECEIVED,
    ANSWERED,
    ON_TIME,
    LATE,
    Column::number("on_time_share"),
    Column::number("median_days"),
    Column::number("extended"),
    Column::number("partly"),
    Column::number("turned_down"),
    Column::number("closed"),
    Column::number("open"),
    Column::number("overdue"),
];
const BY_GROUND: &[Column] = &[
    Column::code("ground", "request-ground"),
    Column::text("ground_source"),
    KIND,
    Column::number("turned_down"),
    Column::number("partly"),
];
const MAIN: &[Column] = &[
    Column::text("request_number"),
    KIND,
    Column::code("via", "request-via"),
    Column::text("received_on"),
    Column::text("statutory_due_on"),
    Column::text("due_on"),
    Column::code("state", "request-state"),
    Column::text("answered_on"),
    Column::number("days"),
    Column::code("in_time", "request-time"),
    Column::code("extension", "request-extension"),
    Column::code("ground", "request-ground"),
    Column::number("position"),
];

/// A request as its entries say it.
struct Told {
    /// The entry of its receipt, and when that was written.
    received: (Position, DateTime<Utc>),
    /// When the entry of its end was written.
    ended: Option<DateTime<Utc>>,
    /// When the entry of its extension was written.
    extended: Option<DateTime<Utc>>,
    request: Request,
}

/// How a request stands to its day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Timing {
    /// Answered by its day.
    OnTime,
    /// Answered after it.
    Late,
    /// Not answered, and its day is over.
    Overdue,
    /// Not answered, and its day is to come, or the period stands still.
    Running,
    /// It needed no answer.
    NoAnswer,
}

impl Timing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Overdue => "overdue",
            Self::Running => "running",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// What is counted of a kind.
#[derive(Default)]
struct Counts {
    received: u64,
    on_time: u64,
    late: u64,
    extended: u64,
    partly: u64,
    refused: u64,
    closed: u64,
    open: u64,
    overdue: u64,
    days: Vec<i64>,
}

pub(super) fn write(job: &Job<'_>, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
    let period = job.query.from..job.query.to;
    let end = job.positions(&period)?.end;
    let all = told(job, 0..end)?;
    let figures = Figures {
        today: today(job),
        all: all.values().collect(),
        period,
    };
    figures.write_trend(job, sheets)?;
    figures.write_kinds(sheets)?;
    figures.write_grounds(sheets)?;
    figures.write_main(sheets)
}

/// The day on which things are looked at: the last of the period, or of the log where that ends sooner.
fn today(job: &Job<'_>) -> NaiveDate {
    let last = job
        .lived
        .end
        .max(job.lived.start + TimeDelta::microseconds(1));
    let last = last - TimeDelta::microseconds(1);
    last.with_timezone(&job.query.timezone).date_naive()
}

/// Requests as the entries of a range fold, by their receipts' places; those that ended before the period
/// began are left out.
fn told(job: &Job<'_>, range: Range<Position>) -> Result<BTreeMap<Position, Told>, ReportError> {
    let mut known: BTreeMap<DsrId, Told> = BTreeMap::new();
    let mut rest = range.clone();
    while rest.start < rest.end {
        let page = rest.clone();
        let read = |tx: &mut crate::store::ReadTx<'_>| tx.public_entries(job.grant, page, PAGE);
        let entries = job.app.store.read(read)?;
        let full = entries.len() == PAGE as usize;
        let last = entries.last().map(|one| one.position.saturating_add(1));
        rest.start = last.filter(|_| full).unwrap_or(rest.end);
        for entry in &entries {
            let ended = note(&mut known, entry);
            if let Some((id, _)) = ended.filter(|(_, at)| *at < job.query.from) {
                known.remove(&id);
            }
        }
        (job.progress)(rest.start - range.start, range.end - range.start);
    }
    let by_place = |one: Told| (one.received.0, one);
    Ok(known.into_values().map(by_place).collect())
}

/// Takes note of an entry; which request it ended, and when. What the log cannot mean is the comparison's
/// to tell, not the report's.
fn note(known: &mut BTreeMap<DsrId, Told>, entry: &PublicEntry) -> Option<(DsrId, DateTime<Utc>)> {
    let leaf = Leaf::parse(entry.leaf.as_bytes()).ok()?;
    let about = matches!(
        leaf.kind,
        EntryKind::RequestReceived
            | EntryKind::RequestIdentity
            | EntryKind::RequestExtended
            | EntryKind::RequestAssigned
            | EntryKind::RequestAnswered
            | EntryKind::RequestCorrection
            | EntryKind::RequestClosed
    );
    if !about {
        return None;
    }
    let at = DateTime::from_timestamp(leaf.at, 0)?;
    let payload: Value = serde_json::from_str(&entry.payload).ok()?;
    let id = DsrId::deserialize(payload.get("request")?).ok()?;
    if leaf.kind == EntryKind::RequestReceived {
        let receipt = Receipt::deserialize(payload.get("receipt")?).ok()?;
        let told = Told {
            received: (entry.position, at),
            ended: None,
            extended: None,
            request: Request::received(id, receipt),
        };
        known.insert(id, told);
        return None;
    }
    let act = Act::deserialize(payload.get("act")?).ok()?;
    let told = known.get_mut(&id)?;
    told.request = told.request.after(&act).ok()?;
    if matches!(act, Act::Extend { .. }) {
        told.extended = Some(at);
    }
    told.ended = (!told.request.is_open()).then_some(at);
    told.ended.map(|at| (id, at))
}

/// On which day a request ended.
const fn ended_on(request: &Request) -> Option<NaiveDate> {
    match request.state {
        State::Done(
            Outcome::Fulfilled(on)
            | Outcome::PartlyFulfilled(on, _)
            | Outcome::Refused(on, _)
            | Outcome::Closed(on, _),
        ) => Some(on),
        _ => None,
    }
}

const fn ground(request: &Request) -> Option<Ground> {
    match request.state {
        State::Done(Outcome::PartlyFulfilled(_, ground) | Outcome::Refused(_, ground)) => {
            Some(ground)
        }
        _ => None,
    }
}

/// The last day; `None` while the period stands still.
fn due(request: &Request) -> Option<NaiveDate> {
    request.deadline()?.due().day()
}

fn timing(request: &Request, today: NaiveDate) -> Timing {
    let over = |day: NaiveDate| due(request).is_some_and(|due| day > due);
    match request.state {
        State::Done(Outcome::Closed(..)) => Timing::NoAnswer,
        State::Done(_) if ended_on(request).is_some_and(over) => Timing::Late,
        State::Done(_) => Timing::OnTime,
        _ if over(today) => Timing::Overdue,
        _ => Timing::Running,
    }
}

/// From its receipt to its answer; none where it needed none.
fn days(request: &Request) -> Option<i64> {
    if matches!(request.state, State::Done(Outcome::Closed(..))) {
        return None;
    }
    let on = ended_on(request)?;
    Some((on - request.receipt.received_on).num_days())
}

/// The middle one; of two in the middle the greater, so that it is a number of days.
fn median(mut days: Vec<i64>) -> Option<i64> {
    days.sort_unstable();
    days.get(days.len() / 2).copied()
}

/// What is counted.
struct Figures<'a> {
    today: NaiveDate,
    period: Range<DateTime<Utc>>,
    all: Vec<&'a Told>,
}

impl Figures<'_> {
    /// A leaf's time is to the second, a period's bounds are to the microsecond.
    fn within(&self, at: DateTime<Utc>) -> bool {
        self.period.contains(&at)
    }

    fn write_trend(&self, job: &Job<'_>, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        let spans = job.spans();
        let mut sums = vec![[0_u64; 4]; spans.len()];
        let mut add = |at: DateTime<Utc>, what: usize| {
            let sum = spans.at(at).and_then(|span| sums.get_mut(span));
            if let Some(count) = sum.and_then(|sum| sum.get_mut(what)) {
                *count += 1;
            }
        };
        for one in &self.all {
            if self.within(one.received.1) {
                add(one.received.1, 0);
            }
            let Some(at) = one.ended.filter(|at| self.within(*at)) else {
                continue;
            };
            match timing(&one.request, self.today) {
                Timing::OnTime => add(at, 2),
                Timing::Late => add(at, 3),
                _ => continue,
            }
            add(at, 1);
        }
        let bar = |(name, [_, _, on_time, late]): (&str, &[u64; 4])| {
            (name.to_owned(), vec![*on_time, *late])
        };
        sheets.table(&Table {
            chart: Some(Chart {
                series: vec!["on_time", "late"],
                bars: spans.names().zip(&sums).map(bar).collect(),
            }),
            ..Table::sum("requests_trend", TREND)
        })?;
        for (name, sum) in spans.names().zip(&sums) {
            let mut row = vec![Cell::text(name)];
            row.extend(sum.map(Cell::Count));
            sheets.row(&row)?;
        }
        Ok(())
    }

    fn counts(&self) -> BTreeMap<RequestKind, Counts> {
        let mut all: BTreeMap<RequestKind, Counts> = BTreeMap::new();
        for one in &self.all {
            let counts = all.entry(one.request.receipt.kind).or_default();
            let timing = timing(&one.request, self.today);
            let is = |yes: bool| u64::from(yes);
            counts.received += is(self.within(one.received.1));
            counts.extended += is(one.extended.is_some_and(|at| self.within(at)));
            counts.open += is(one.request.is_open());
            counts.overdue += is(timing == Timing::Overdue);
            if !one.ended.is_some_and(|at| self.within(at)) {
                continue;
            }
            counts.on_time += is(timing == Timing::OnTime);
            counts.late += is(timing == Timing::Late);
            counts.closed += is(timing == Timing::NoAnswer);
            counts.days.extend(days(&one.request));
            match one.request.state {
                State::Done(Outcome::Refused(..)) => counts.refused += 1,
                State::Done(Outcome::PartlyFulfilled(..)) => counts.partly += 1,
                _ => {}
            }
        }
        all
    }

    fn write_kinds(&self, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        sheets.table(&Table::sum("requests_by_kind", BY_KIND))?;
        for (kind, counts) in self.counts() {
            let answered = counts.on_time + counts.late;
            // an open one whose day is over counts as late
            let due = answered + counts.overdue;
            let median = median(counts.days).map(|days| days.max(0).unsigned_abs());
            sheets.row(&[
                Cell::text(kind.as_str()),
                Cell::Count(counts.received),
                Cell::Count(answered),
                Cell::Count(counts.on_time),
                Cell::Count(counts.late),
                Cell::Share(counts.on_time, due),
                median.map_or(Cell::Empty, Cell::Count),
                Cell::Count(counts.extended),
                Cell::Count(counts.partly),
                Cell::Count(counts.refused),
                Cell::Count(counts.closed),
                Cell::Count(counts.open),
                Cell::Count(counts.overdue),
            ])?;
        }
        Ok(())
    }

    fn write_grounds(&self, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        let mut sums: BTreeMap<(Ground, RequestKind), [u64; 2]> = BTreeMap::new();
        let ended = |one: &&&Told| one.ended.is_some_and(|at| self.within(at));
        for one in self.all.iter().filter(ended) {
            let Some(ground) = ground(&one.request) else {
                continue;
            };
            let [refused, partly] = sums.entry((ground, one.request.receipt.kind)).or_default();
            match one.request.state {
                State::Done(Outcome::Refused(..)) => *refused += 1,
                _ => *partly += 1,
            }
        }
        sheets.table(&Table::sum("requests_by_ground", BY_GROUND))?;
        for ((ground, kind), [refused, partly]) in sums {
            sheets.row(&[
                Cell::text(ground.as_str()),
                Cell::text(ground.source()),
                Cell::text(kind.as_str()),
                Cell::Count(refused),
                Cell::Count(partly),
            ])?;
        }
        Ok(())
    }

    fn write_main(&self, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        let day = |day: Option<NaiveDate>| Cell::maybe(day.map(|day| day.to_string()));
        sheets.table(&Table::main("requests", MAIN))?;
        for one in &self.all {
            let request = &one.request;
            let deadline = request.deadline();
            let days = days(request).map(|days| days.max(0).unsigned_abs());
            sheets.row(&[
                Cell::Text(request.id.number()),
                Cell::text(request.receipt.kind.as_str()),
                Cell::text(request.receipt.via.as_str()),
                Cell::Text(request.receipt.received_on.to_string()),
                day(deadline.map(|deadline| deadline.statutory)),
                day(due(request)),
                Cell::text(request.state_word()),
                day(ended_on(request)),
                days.map_or(Cell::Empty, Cell::Count),
                Cell::text(timing(request, self.today).as_str()),
                Cell::maybe(request.extension.map(|one| one.reason.as_str())),
                Cell::maybe(ground(request).map(Ground::as_str)),
                Cell::Count(one.received.0),
            ])?;
        }
        Ok(())
    }
}
