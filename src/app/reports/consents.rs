//! Consents: how many said yes and no, by purpose, channel, source and words, and when. Counted are
//! records, not persons: who answers twice is counted twice.

use super::sheet::{Cell, Chart, Column, Sheets, Table};
use super::spans::Spans;
use super::{Job, ReportError, slices};
use crate::app::refusal::Refusal;
use crate::store::{ConsentCount, CountsFigures};
use std::collections::BTreeMap;

/// The answers, in the order of their columns.
const ANSWERS: [&str; 4] = ["requested", "given", "refused", "withdrawn"];

/// How many of each answer.
type Counts = [u64; 4];

/// Purpose, channel, source, words.
type Group = [String; 4];

const PURPOSE: Column = Column::text("purpose");
const CHANNEL: Column = Column::code("channel", "channel");
const SOURCE: Column = Column::code("source", "origin");
const NOTICE: Column = Column::text("notice");
const SPAN: Column = Column::text("span");

macro_rules! columns {
    ($($first:expr),*; $($last:expr),*) => {
        &[
            $($first,)*
            Column::number("requested"), Column::number("given"), Column::number("refused"),
            Column::number("withdrawn"), Column::number("yes_share"), Column::number("withdrawn_share"),
            $($last,)*
        ]
    };
}

const TREND: &[Column] = columns!(SPAN;);
const MAIN: &[Column] = columns!(SPAN, PURPOSE, CHANNEL, SOURCE, NOTICE;);
/// The tables that sum up, and by which part of the group.
const SUMS: [(&str, &[Column]); 4] = [
    (
        "consents_by_purpose",
        columns!(PURPOSE; Column::trend("given_trend")),
    ),
    (
        "consents_by_channel",
        columns!(CHANNEL; Column::trend("given_trend")),
    ),
    (
        "consents_by_source",
        columns!(SOURCE; Column::trend("given_trend")),
    ),
    (
        "consents_by_notice",
        columns!(NOTICE; Column::trend("given_trend")),
    ),
];

/// What was counted: of each group, in each span.
struct Figures {
    spans: Spans,
    groups: BTreeMap<Group, Vec<Counts>>,
}

pub(super) fn write<P: CountsFigures>(
    job: &Job<'_, P>,
    sheets: &mut dyn Sheets,
) -> Result<(), ReportError> {
    let figures = Figures::count(job)?;
    figures.write_trend(sheets)?;
    for (part, (name, columns)) in SUMS.into_iter().enumerate() {
        sheets.table(&Table::sum(name, columns))?;
        for (value, spans) in figures.summed(part) {
            let mut row = vec![Cell::text(value)];
            row.extend(cells(&total(&spans)));
            row.push(Cell::Trend(
                spans.iter().map(|[_, given, ..]| *given).collect(),
            ));
            sheets.row(&row)?;
        }
    }
    figures.write_main(sheets)
}

impl Figures {
    fn count<P: CountsFigures>(job: &Job<'_, P>) -> Result<Self, Refusal> {
        let mut figures = Self {
            spans: job.spans(),
            groups: BTreeMap::new(),
        };
        let all = job.positions(&job.lived)?;
        let ranges: Vec<_> = figures.spans.ranges().collect();
        for (span, period) in ranges.iter().enumerate() {
            for slice in slices(&job.positions(period)?) {
                let end = slice.end;
                let found = job
                    .app
                    .store
                    .read(|tx| tx.consents_counted(job.grant, slice))?;
                found
                    .into_iter()
                    .for_each(|one| figures.add(job, span, one));
                (job.progress)(end - all.start, all.end - all.start);
            }
        }
        Ok(figures)
    }

    fn add<P: CountsFigures>(&mut self, job: &Job<'_, P>, span: usize, one: ConsentCount) {
        let answer = ANSWERS.iter().position(|answer| *answer == one.answer);
        let Some(answer) = answer.filter(|_| job.scope.has(&one.purpose)) else {
            return;
        };
        let group = [
            one.purpose,
            one.channel,
            one.source,
            one.notice.unwrap_or_default(),
        ];
        let none = || vec![Counts::default(); self.spans.len()];
        let spans = self.groups.entry(group).or_insert_with(none);
        if let Some(count) = spans
            .get_mut(span)
            .and_then(|counts| counts.get_mut(answer))
        {
            *count += one.records;
        }
    }

    /// The counts in each span by one part of the groups.
    fn summed(&self, part: usize) -> BTreeMap<&str, Vec<Counts>> {
        let mut sums = BTreeMap::new();
        for (group, spans) in &self.groups {
            let value = group.get(part).map_or("", String::as_str);
            let none = || vec![Counts::default(); spans.len()];
            let sum = sums.entry(value).or_insert_with(none);
            sum.iter_mut()
                .zip(spans)
                .for_each(|(sum, counts)| add(sum, counts));
        }
        sums
    }

    fn write_trend(&self, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        let mut all = vec![Counts::default(); self.spans.len()];
        for spans in self.groups.values() {
            all.iter_mut()
                .zip(spans)
                .for_each(|(sum, counts)| add(sum, counts));
        }
        let bar = |(name, [_, given, refused, withdrawn]): (&str, &Counts)| {
            (name.to_owned(), vec![*given, *refused, *withdrawn])
        };
        sheets.table(&Table {
            chart: Some(Chart {
                series: vec!["given", "refused", "withdrawn"],
                bars: self.spans.names().zip(&all).map(bar).collect(),
            }),
            ..Table::sum("consents_trend", TREND)
        })?;
        for (name, counts) in self.spans.names().zip(&all) {
            let mut row = vec![Cell::text(name)];
            row.extend(cells(counts));
            sheets.row(&row)?;
        }
        Ok(())
    }

    fn write_main(&self, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        sheets.table(&Table::main("consents", MAIN))?;
        for (at, name) in self.spans.names().enumerate() {
            for (group, spans) in &self.groups {
                let Some(counts) = spans.get(at).filter(|counts| **counts != Counts::default())
                else {
                    continue;
                };
                let mut row = vec![Cell::text(name)];
                row.extend(group.iter().map(|part| Cell::text(part)));
                row.extend(cells(counts));
                sheets.row(&row)?;
            }
        }
        Ok(())
    }
}

fn add(sum: &mut Counts, counts: &Counts) {
    sum.iter_mut()
        .zip(counts)
        .for_each(|(sum, count)| *sum += count);
}

fn total(spans: &[Counts]) -> Counts {
    let mut sum = Counts::default();
    spans.iter().for_each(|counts| add(&mut sum, counts));
    sum
}

/// The counts, the share of yes among the answers, and that of withdrawals against the yes.
fn cells(counts: &Counts) -> impl Iterator<Item = Cell> {
    let [_, given, refused, withdrawn] = *counts;
    let shares = [
        Cell::Share(given, given + refused),
        Cell::Share(withdrawn, given),
    ];
    counts.map(Cell::Count).into_iter().chain(shares)
}
