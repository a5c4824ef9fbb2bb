//! Uses: what was asked for which campaign and purpose, and what was answered why. Single checks and
//! reservations are counted from their recorded decisions, lists from the entries that say what came
//! of them. Rehearsals (checks for another instant) are left out.

use super::sheet::{Cell, Chart, Column, Sheets, Table};
use super::spans::Spans;
use super::{Job, ReportError};
use crate::app::decisions::story::RecordedOutcome;
use crate::app::refusal::Refusal;
use crate::audit::Hash;
use crate::audit::decision::Block;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::domain::time::from_micros;
use crate::policy::Effect;
use crate::store::{CountsFigures, PublicEntry, ReadTx, StoreError};
use chrono::DateTime;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most groups that are told apart; what comes later is counted without its campaign.
const GROUPS: usize = 20_000;
/// Most outcomes that are remembered.
const OUTCOMES: usize = 16_384;
/// Entries read at once.
const PAGE: i64 = 1_000;

const CAMPAIGN: Column = Column::text("campaign");
const PURPOSE: Column = Column::text("purpose");
const CHANNEL: Column = Column::code("channel", "channel");
const EFFECT: Column = Column::code("effect", "effect");
const REASON: Column = Column::text("reason");
const PERMITTED: Column = Column::number("permitted");
const DENIED: Column = Column::number("denied");
const SHARE: Column = Column::number("permitted_share");
const COUNT: Column = Column::number("decisions");

const TREND: &[Column] = &[Column::text("span"), PERMITTED, DENIED, SHARE];
const BY_PURPOSE: &[Column] = &[PURPOSE, CHANNEL, PERMITTED, DENIED, SHARE];
const BY_CAMPAIGN: &[Column] = &[CAMPAIGN, PERMITTED, DENIED, SHARE];
const BY_REASON: &[Column] = &[EFFECT, REASON, COUNT];
const MAIN: &[Column] = &[
    Column::code("asked_as", "asked"),
    CAMPAIGN,
    PURPOSE,
    CHANNEL,
    EFFECT,
    REASON,
    COUNT,
];

/// How it was asked. Campaigns that are too many have no name here: any text may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AskedAs {
    Check,
    List,
    Others,
}

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    asked: AskedAs,
    campaign: Option<String>,
    purpose: String,
    channel: String,
    denied: bool,
    reason: String,
}

/// What was counted.
struct Figures {
    spans: Spans,
    groups: BTreeMap<Group, u64>,
    /// Permits and denials in each span.
    trend: Vec<[u64; 2]>,
    outcomes: HashMap<Hash, (bool, String)>,
    old: Old,
}

/// Decisions that were taken out since their time was over: of them nothing is known but how many they were.
#[derive(Default)]
struct Old {
    /// Up to which entry blocks were taken out.
    through: Option<Position>,
    /// The blocks up to there that something keeps.
    kept: BTreeSet<Position>,
    gone: u64,
}

pub(super) fn write<P: CountsFigures>(
    job: &Job<'_, P>,
    sheets: &mut dyn Sheets,
) -> Result<(), ReportError> {
    let spans = job.spans();
    let mut figures = Figures {
        trend: vec![[0; 2]; spans.len()],
        spans,
        groups: BTreeMap::new(),
        outcomes: HashMap::new(),
        old: Old {
            through: job.gone_through()?,
            ..Old::default()
        },
    };
    figures.count_decisions(job)?;
    figures.count_entries(job)?;
    figures.write(sheets)
}

impl Old {
    fn keep(&mut self, block: Position) {
        if Some(block) <= self.through {
            self.kept.insert(block);
        }
    }

    fn count(&mut self, block: Position, payload: &Value) {
        if Some(block) <= self.through && !self.kept.contains(&block) {
            let count = payload.get("decisions").and_then(Value::as_u64);
            self.gone = self.gone.saturating_add(count.unwrap_or_default());
        }
    }
}

impl<P: CountsFigures> Job<'_, P> {
    fn gone_through(&self) -> Result<Option<Position>, Refusal> {
        let gone = self.app.store.read(|tx| tx.decisions_gone(self.grant))?;
        Ok(gone.map(|gone| gone.through))
    }
}

impl Figures {
    fn count_decisions<P: CountsFigures>(&mut self, job: &Job<'_, P>) -> Result<(), Refusal> {
        let period = job.lived.start.timestamp_millis()..job.lived.end.timestamp_millis();
        let mut from = 0;
        loop {
            let next = job.app.store.read(|tx| {
                let blocks = tx.decision_blocks_of(job.grant, &period, from)?;
                let known = blocks.iter().filter(|(position, _)| *position < job.size);
                let mut next = None;
                for (position, block) in known {
                    self.old.keep(*position);
                    self.read_outcomes(job, tx, block)?;
                    self.count_block(job, block);
                    next = Some(position + 1);
                }
                Ok::<_, StoreError>(next)
            })?;
            let Some(next) = next else { return Ok(()) };
            (job.progress)(next, job.size);
            from = next;
        }
    }

    /// The outcomes that a block names and that were not read before.
    fn read_outcomes<P: CountsFigures>(
        &mut self,
        job: &Job<'_, P>,
        tx: &mut ReadTx<'_>,
        block: &Block,
    ) -> Result<(), StoreError> {
        if self.outcomes.len() > OUTCOMES {
            self.outcomes.clear();
        }
        let named = block.records().map(|(_, record)| record.context.outcome);
        let missing: BTreeSet<Hash> = named
            .filter(|hash| !self.outcomes.contains_key(hash))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let texts = tx.decision_texts(job.grant, &missing)?;
        let read = |(hash, text): (Hash, String)| {
            let outcome: RecordedOutcome = serde_json::from_str(&text).ok()?;
            Some((hash, (outcome.effect != Effect::Permit, outcome.reason)))
        };
        self.outcomes.extend(texts.into_iter().filter_map(read));
        Ok(())
    }

    fn count_block<P: CountsFigures>(&mut self, job: &Job<'_, P>, block: &Block) {
        let mut counts = BTreeMap::new();
        for (_, record) in block.records().filter(|(_, record)| record.at.is_none()) {
            let millis = i64::try_from(record.millis()).unwrap_or(i64::MAX);
            let made = DateTime::from_timestamp_millis(millis);
            let span = made.and_then(|made| self.spans.at(made));
            let context = &record.context;
            let campaign = context.campaign.as_deref();
            let asked = job.scope.has(&context.purpose) && job.asks_for_campaign(campaign);
            if let Some(span) = span.filter(|_| asked) {
                let said = (
                    campaign,
                    &*context.purpose,
                    &*context.channel,
                    context.outcome,
                );
                *counts.entry((said, span)).or_insert(0) += 1;
            }
        }
        for (((campaign, purpose, channel, outcome), span), count) in counts {
            // an outcome whose text was changed is denied: that is all that is known of it
            let known = self.outcomes.get(&outcome).cloned();
            let (denied, reason) = known.unwrap_or((true, String::new()));
            let group = Group {
                asked: AskedAs::Check,
                campaign: campaign.map(str::to_owned),
                purpose: purpose.to_owned(),
                channel: channel.to_owned(),
                denied,
                reason,
            };
            self.add(group, span, count);
        }
    }

    fn add(&mut self, mut group: Group, span: usize, count: u64) {
        if let Some(both) = self.trend.get_mut(span) {
            let [permitted, denied] = both;
            *(if group.denied { denied } else { permitted }) += count;
        }
        if self.groups.len() >= GROUPS && !self.groups.contains_key(&group) {
            (group.asked, group.campaign) = (AskedAs::Others, None);
        }
        *self.groups.entry(group).or_insert(0) += count;
    }

    fn count_entries<P: CountsFigures>(&mut self, job: &Job<'_, P>) -> Result<(), Refusal> {
        let mut range = job.positions(&job.lived)?;
        loop {
            let page = range.clone();
            let entries = job
                .app
                .store
                .read(|tx| tx.public_entries(job.grant, page, PAGE))?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            range.start = last.position + 1;
            entries
                .iter()
                .for_each(|entry| self.count_entry(job, entry));
        }
    }

    fn count_entry<P: CountsFigures>(&mut self, job: &Job<'_, P>, entry: &PublicEntry) {
        let Ok(leaf) = Leaf::parse(entry.leaf.as_bytes()) else {
            return;
        };
        let payload = || serde_json::from_str(&entry.payload).unwrap_or_default();
        match leaf.kind {
            EntryKind::AudienceEnded => self.count_list(job, &leaf, &payload()),
            EntryKind::DecisionsRecorded => self.old.count(entry.position, &payload()),
            _ => {}
        }
    }

    fn count_list<P: CountsFigures>(&mut self, job: &Job<'_, P>, leaf: &Leaf, payload: &Value) {
        let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
        let purpose = text("purpose").unwrap_or_default();
        let span = self
            .spans
            .at(from_micros(leaf.at.saturating_mul(1_000_000)));
        let campaign = text("campaign");
        let asked = job.scope.has(&purpose) && job.asks_for_campaign(campaign.as_deref());
        let Some(span) = span.filter(|_| asked) else {
            return;
        };
        let group = Group {
            asked: AskedAs::List,
            campaign,
            purpose,
            channel: text("channel").unwrap_or_default(),
            denied: false,
            reason: String::new(),
        };
        let refused = payload.get("refused").and_then(Value::as_object);
        for (reason, count) in refused.into_iter().flatten() {
            let (denied, reason) = (true, reason.clone());
            let group = Group {
                denied,
                reason,
                ..group.clone()
            };
            self.add(group, span, count.as_u64().unwrap_or(0));
        }
        let permitted = payload.get("permitted").and_then(Value::as_u64);
        if let Some(permitted) = permitted.filter(|count| *count > 0) {
            self.add(group, span, permitted);
        }
    }

    fn write(&self, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        let bar = |(name, both): (&str, &[u64; 2])| (name.to_owned(), both.to_vec());
        sheets.table(&Table {
            chart: Some(Chart {
                series: vec!["permitted", "denied"],
                bars: self.spans.names().zip(&self.trend).map(bar).collect(),
            }),
            ..Table::sum("uses_trend", TREND)
        })?;
        for (name, both) in self.spans.names().zip(&self.trend) {
            sheets.row(&[&[Cell::text(name)][..], &shares(*both)].concat())?;
        }
        sheets.table(&Table::sum("uses_by_purpose", BY_PURPOSE))?;
        for ((purpose, channel), both) in self.summed(|one| (&*one.purpose, &*one.channel)) {
            sheets.row(
                &[
                    &[Cell::text(purpose), Cell::text(channel)][..],
                    &shares(both),
                ]
                .concat(),
            )?;
        }
        sheets.table(&Table::sum("uses_by_campaign", BY_CAMPAIGN))?;
        for (campaign, both) in self.summed(|one| one.campaign.as_deref()) {
            sheets.row(&[&[Cell::maybe(campaign)][..], &shares(both)].concat())?;
        }
        sheets.table(&Table::sum("uses_by_reason", BY_REASON))?;
        for ((denied, reason), [permits, denials]) in self.summed(|one| (one.denied, &*one.reason))
        {
            sheets.row(&[
                effect(denied),
                Cell::text(reason),
                Cell::Count(permits + denials),
            ])?;
        }
        if self.old.gone > 0 {
            sheets.table(&Table::sum("uses_gone", &[COUNT]))?;
            sheets.row(&[Cell::Count(self.old.gone)])?;
        }
        self.write_main(sheets)
    }

    /// Permits and denials by a part of the groups.
    fn summed<'a, K: Ord>(&'a self, part: impl Fn(&'a Group) -> K) -> BTreeMap<K, [u64; 2]> {
        let mut sums = BTreeMap::new();
        for (group, count) in &self.groups {
            let [permitted, denied] = sums.entry(part(group)).or_insert([0; 2]);
            *(if group.denied { denied } else { permitted }) += count;
        }
        sums
    }

    fn write_main(&self, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
        sheets.table(&Table::main("uses", MAIN))?;
        for (group, count) in &self.groups {
            let asked = match group.asked {
                AskedAs::Check => "check",
                AskedAs::List => "list",
                AskedAs::Others => "others",
            };
            sheets.row(&[
                Cell::text(asked),
                Cell::maybe(group.campaign.as_deref()),
                Cell::text(&group.purpose),
                Cell::text(&group.channel),
                effect(group.denied),
                Cell::text(&group.reason),
                Cell::Count(*count),
            ])?;
        }
        Ok(())
    }
}

fn shares([permitted, denied]: [u64; 2]) -> [Cell; 3] {
    let share = Cell::Share(permitted, permitted + denied);
    [Cell::Count(permitted), Cell::Count(denied), share]
}

fn effect(denied: bool) -> Cell {
    Cell::text(if denied { "deny" } else { "permit" })
}
