//! A draft tried on what was decided: each recorded decision of a period is decided again, on the facts
//! that were written down of it. Nothing is written.
//!
//! What a record does not tell is not guessed. Facts that no policy read then were not found out, and
//! facts that came later were not written down: a decision on which the draft needs one of these is
//! counted apart, and never as a permit.

use super::flips::{Counted, word};
use super::rules::Rules;
use crate::access::{Grant, ReadPolicies};
use crate::app::decisions::story::RecordedOutcome;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::Hash;
use crate::audit::decision::{Block, Context, Record, shape};
use crate::domain::ids::DecisionId;
use crate::policy::{Country, Effect, FactSet, Facts, Laws, LegalDay, Pack, Recalled, Situation};
use crate::store::{ReadTx, ReadsDecisions};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// Most contexts whose answers are remembered; decisions of a campaign share a few.
const REMEMBERED: usize = 16_384;

/// What a draft would have answered otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The draft.
    pub draft: String,
    /// Decisions of the period that were made for real; simulations are left out.
    pub decisions: u64,
    /// Those of which the record does not tell what the draft needs.
    pub cannot_be_told: u64,
    /// One for each purpose and channel that was asked about.
    pub uses: Vec<Replayed>,
}

/// A purpose on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// The purpose; empty where none that was known was asked about.
    pub purpose: String,
    /// The channel, by the same rule.
    pub channel: String,
    /// Decisions about it.
    pub decisions: u64,
    /// Those of which the record does not tell what the draft needs.
    pub cannot_be_told: u64,
    /// Denials that the draft would permit.
    pub to_permit: u64,
    /// Permits that the draft would deny.
    pub to_deny: u64,
    /// The same by reasons.
    pub flips: Vec<Flipped>,
}

/// Decisions whose answer changes alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flipped {
    /// `permit` or `deny`: what the draft answers.
    pub to: &'static str,
    /// The reason that was given.
    pub recorded: String,
    /// The reason by the draft.
    pub draft: String,
    /// How many decisions.
    pub decisions: u64,
    /// Some of them.
    pub examples: Vec<DecisionId>,
}

/// What the draft says of a decision.
#[derive(Clone)]
enum Again {
    CannotBeTold,
    Same,
    /// Whether it permits, the reason then and the reason now.
    Flips(bool, String, String),
}

/// The tally of one purpose and channel.
#[derive(Default)]
struct Tally {
    decisions: u64,
    cannot_be_told: u64,
    to_permit: u64,
    to_deny: u64,
    flips: BTreeMap<(bool, String, String), Counted<DecisionId>>,
}

/// What is worked out once for decisions that share it.
#[derive(Default)]
struct Notes {
    by_context: HashMap<String, Again>,
    texts: HashMap<Hash, String>,
}

impl Replay {
    /// Denials that the draft would permit.
    #[must_use]
    pub fn to_permit(&self) -> u64 {
        self.uses.iter().map(|one| one.to_permit).sum()
    }

    /// Permits that the draft would deny.
    #[must_use]
    pub fn to_deny(&self) -> u64 {
        self.uses.iter().map(|one| one.to_deny).sum()
    }
}

impl App {
    /// Tries a draft on the recorded decisions of a period.
    ///
    /// # Errors
    /// Where the draft does not compile, or the data cannot be read.
    pub fn replay_policy(
        &self,
        grant: &Grant<ReadPolicies>,
        draft: &Pack,
        period: &Range<DateTime<Utc>>,
    ) -> Result<Replay, Refusal> {
        self.replayed(grant, &self.drafted(draft)?, period)
    }

    /// The same for rules that are compiled already.
    pub(super) fn replayed<P: ReadsDecisions>(
        &self,
        grant: &Grant<P>,
        rules: &Rules,
        period: &Range<DateTime<Utc>>,
    ) -> Result<Replay, Refusal> {
        self.seal_decisions()?;
        let period = period.start.timestamp_millis()..period.end.timestamp_millis();
        let (mut tallies, mut notes, mut from) = (BTreeMap::new(), Notes::default(), 0);
        loop {
            // one page is read in one unchanging state; decisions are never changed
            let next = self.store.read(|tx| {
                let blocks = tx.decision_blocks_of(grant, &period, from)?;
                for (_, block) in &blocks {
                    notes.read_texts(tx, grant, block)?;
                    let all = block.records().map(|(_, record)| record);
                    let meant = all.filter(|one| one.at.is_none() && period.contains(&made(one)));
                    meant
                        .for_each(|record| count(&mut tallies, notes.again(rules, record), record));
                }
                Ok::<_, Refusal>(blocks.last().map(|(position, _)| position + 1))
            })?;
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        Ok(told(rules.version(), tallies))
    }
}

fn made(record: &Record) -> i64 {
    i64::try_from(record.millis()).unwrap_or(i64::MAX)
}

fn count(tallies: &mut BTreeMap<(String, String), Tally>, again: Again, record: &Record) {
    let context = &record.context;
    let of = (context.purpose.to_string(), context.channel.to_string());
    let tally = tallies.entry(of).or_default();
    tally.decisions += 1;
    match again {
        Again::Same => (),
        Again::CannotBeTold => tally.cannot_be_told += 1,
        Again::Flips(permit, then, now) => {
            tally.to_permit += u64::from(permit);
            tally.to_deny += u64::from(!permit);
            let flips = tally.flips.entry((permit, then, now)).or_default();
            flips.add(DecisionId::from_bytes(record.id));
        }
    }
}

impl Notes {
    /// The texts that a block names and that were not read before.
    fn read_texts<P: ReadsDecisions>(
        &mut self,
        tx: &mut ReadTx<'_>,
        grant: &Grant<P>,
        block: &Block,
    ) -> Result<(), Refusal> {
        let contexts = block.records().map(|(_, record)| &record.context);
        let named = contexts.flat_map(|context| [context.outcome, context.shape]);
        let missing: BTreeSet<Hash> = named
            .filter(|hash| !self.texts.contains_key(hash))
            .collect();
        if !missing.is_empty() {
            self.texts.extend(tx.decision_texts(grant, &missing)?);
        }
        Ok(())
    }

    fn again(&mut self, draft: &Rules, record: &Record) -> Again {
        let name = record.context.name();
        if let Some(known) = self.by_context.get(name) {
            return known.clone();
        }
        let again = self.decided_again(draft, &record.context);
        let again = again.unwrap_or(Again::CannotBeTold);
        if self.by_context.len() >= REMEMBERED {
            self.by_context.clear();
        }
        self.by_context.insert(name.to_owned(), again.clone());
        again
    }

    /// `None` where the record does not tell.
    fn decided_again(&self, draft: &Rules, context: &Context) -> Option<Again> {
        let outcome: RecordedOutcome =
            serde_json::from_str(self.texts.get(&context.outcome)?).ok()?;
        let recalled = recalled(context, self.texts.get(&context.shape)?)?;
        if draft.engine().ok()?.may_miss(&recalled) {
            return None;
        }
        let now = draft.decide(&recalled.situation);
        if now.is_permit() == (outcome.effect == Effect::Permit) {
            return Some(Again::Same);
        }
        let reason = now.reason().to_owned();
        Some(Again::Flips(now.is_permit(), outcome.reason, reason))
    }
}

/// What was known, whose law was applied and on which day; `None` where no policy was asked.
fn recalled(context: &Context, names: &str) -> Option<Recalled> {
    let known = shape::unpack(names, &context.facts)?;
    let names: Vec<(String, serde_json::Value)> = serde_json::from_str(names).ok()?;
    let countries = context.laws.split_whitespace().map(Country::parse);
    let countries = countries.collect::<Result<Vec<_>, _>>().ok()?;
    let days = context.day.split_whitespace().map(str::parse::<NaiveDate>);
    let days = days.collect::<Result<Vec<_>, _>>().ok()?;
    let situation = Situation {
        facts: Facts::recalled(&known)?,
        laws: Laws::named(&countries)?,
        day: LegalDay {
            earliest: *days.first()?,
            latest: *days.last()?,
        },
    };
    let shape = FactSet::named(names.iter().map(|(name, _)| name.as_str()));
    Some(Recalled { situation, shape })
}

fn told(draft: &str, tallies: BTreeMap<(String, String), Tally>) -> Replay {
    Replay {
        draft: draft.to_owned(),
        decisions: tallies.values().map(|one| one.decisions).sum(),
        cannot_be_told: tallies.values().map(|one| one.cannot_be_told).sum(),
        uses: tallies.into_iter().map(one).collect(),
    }
}

fn one(((purpose, channel), tally): ((String, String), Tally)) -> Replayed {
    let flips = |((permit, recorded, draft), counted): (_, Counted<_>)| Flipped {
        to: word(permit),
        recorded,
        draft,
        decisions: counted.count,
        examples: counted.examples,
    };
    Replayed {
        purpose,
        channel,
        decisions: tally.decisions,
        cannot_be_told: tally.cannot_be_told,
        to_permit: tally.to_permit,
        to_deny: tally.to_deny,
        flips: tally.flips.into_iter().map(flips).collect(),
    }
}
