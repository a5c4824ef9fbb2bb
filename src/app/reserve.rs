//! A check that reserves: the decision and its contact are one step.
//!
//! The decision is made inside the writer, on the persons that it holds locked, by the very
//! function that decides from memory; on a permit the contact is appended in the same
//! transaction. So no two decisions count the same contacts, on however many nodes.

use super::check::{self, By, Decided, Judgement, Question};
use super::deciding::refuse_beyond;
use super::decisions::{Draft, Maker, Notes, When};
use super::facts::Setting;
use super::judge::Judge;
use super::open::App;
use super::policies::load::Loader;
use super::policies::rules::Rules;
use super::policies::shadow::Shadow;
use super::refusal::{FieldProblem, Refusal};
use crate::access::{CheckDecisions, Grant, Serve};
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::{DecisionId, Position, RecordId, SubjectId};
use crate::domain::registry::{Catalogue, Channel, ContactRecord, Direction};
use crate::domain::time::Now;
use crate::index::{Index, Table};
use crate::policy::Country;
use crate::store::{Entry, IdempotencyKey, Order, Recorded, StoreError, WriteTx};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Most checks in one request where any of them reserves: all are one transaction.
pub const MOST: usize = 1_000;

/// One question's outcome.
pub type Outcome = Result<Decided, Vec<FieldProblem>>;

/// How an outcome is written down, so that a retry can be answered as the first request was.
pub type Telling = fn(&Outcome) -> Value;

/// What a question was answered.
#[derive(Debug)]
pub enum Told {
    /// Just now.
    Now(Outcome),
    /// By an earlier request with the same idempotency key; as it was written down then.
    Before(Value),
}

/// One answer of a write.
#[derive(Serialize, Deserialize)]
struct Slot {
    /// What was decided; not kept.
    #[serde(skip)]
    outcome: Option<Outcome>,
    /// The contact's entry: of this write, and of the whole batch.
    entry: Option<(usize, usize)>,
    /// As it was written down.
    told: Value,
}

/// Why nothing was recorded.
enum Unrecorded {
    /// Nothing was permitted: the answers, and what is to be written down of them.
    Denied(Vec<Outcome>, Vec<Draft>),
    Refused(Refusal),
}

impl From<StoreError> for Unrecorded {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Refusal> for Unrecorded {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What decides, as the write carries it along.
struct Bench {
    /// What was in force when the request came.
    rules: Rules,
    loader: Arc<Loader>,
    shadow: Option<Arc<Shadow>>,
    judge: Arc<Judge>,
    home_country: Country,
    home_zone: Tz,
    now: Now,
    telling: Option<Telling>,
    maker: Arc<Maker>,
    serve: Grant<Serve>,
}

impl App {
    /// Answers questions in one transaction, in their order: where one that reserves is permitted,
    /// its contact is recorded with it, and counts for those after it.
    ///
    /// # Errors
    /// Where the data cannot be read or written: nothing is permitted then.
    pub async fn reserve(
        &self,
        grant: &Grant<CheckDecisions>,
        questions: Vec<Question>,
        now: Now,
        idempotency: Option<IdempotencyKey>,
        telling: Telling,
    ) -> Result<Vec<Told>, Refusal> {
        let bench = Bench {
            rules: self.rules(),
            loader: self.loader.clone(),
            shadow: self.shadow.clone(),
            judge: self.judge.clone(),
            home_country: self.home_country,
            home_zone: self.home_zone,
            now,
            telling: idempotency.is_some().then_some(telling),
            maker: self.maker.clone(),
            serve: self.serve.clone(),
        };
        let blinds = questions.iter().flat_map(|one| one.blinds.clone());
        let order = Order {
            blinds: blinds.collect(),
            idempotency,
            ..Order::at(now)
        };
        let actor = grant.clone();
        let written = self
            .store
            .write(grant, order, move |tx| bench.hear(tx, &actor, &questions))
            .await;
        match written {
            Ok(done) => {
                self.learn(&done.value);
                let told = |slot: Slot| slot.told(&done.positions);
                Ok(done.value.into_iter().map(told).collect())
            }
            Err(Unrecorded::Denied(outcomes, drafts)) => {
                // nothing was reserved: a commit with the checks beside it is enough
                let drafts = drafts.into_iter().map(Ok::<_, Refusal>).collect();
                self.record_decisions(drafts, When::Now).await?;
                Ok(outcomes.into_iter().map(Told::Now).collect())
            }
            Err(Unrecorded::Refused(refusal)) => Err(refusal),
        }
    }

    /// The texts of what is on record now need not be written again.
    fn learn(&self, slots: &[Slot]) {
        let decided = slots
            .iter()
            .filter_map(|slot| slot.outcome.as_ref()?.as_ref().ok());
        let hashes = decided.map(|decided| self.maker.outcome(None, &decided.outcome).0);
        self.maker.learn(hashes.chain([self.maker.shape.0]));
    }
}

/// The longest period of a cap that a caller may state, in days: contacts are counted no longer.
const LONGEST_CAP: i64 = 92;

/// What of a question cannot be accepted, because contacts are counted for it or recorded.
#[must_use]
pub fn faults(
    told: Option<&crate::policy::gather::Told>,
    campaign: Option<&str>,
    reserve: bool,
    at: Option<DateTime<Utc>>,
) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    if reserve && at.is_some() {
        let detail = "what is asked about another instant is a simulation and reserves nothing; leave out at or reserve";
        found.push(FieldProblem::new("/at", "at_with_reserve", detail));
    }
    if reserve && let Some(campaign) = campaign {
        found.extend(super::contacts::text_fault("", "/campaign", campaign));
    }
    let cap = told.and_then(|told| told.pressure_cap.as_ref());
    let period = cap.and_then(|cap| cap.period.parse::<CalendarPeriod>().ok());
    let start = DateTime::UNIX_EPOCH;
    let ends = period.map(|period| period.after(start).unwrap_or(DateTime::<Utc>::MAX_UTC));
    if ends.is_some_and(|ends| ends - start > TimeDelta::days(LONGEST_CAP)) {
        let detail = "may be three months at most (P3M): contacts are counted no longer";
        let at = "/facts/pressure_cap/period";
        found.push(FieldProblem::new(at, "period_too_long", detail));
    }
    found
}

impl Bench {
    fn hear(
        &self,
        tx: &mut WriteTx<'_>,
        grant: &Grant<CheckDecisions>,
        questions: &[Question],
    ) -> Result<Recorded<Vec<Slot>>, Unrecorded> {
        let index = sees(tx, grant, questions)?;
        // another version may have come into force since: by that one, then
        let newer = tx.decided_by(grant, self.rules.version())?;
        let rules = newer.map_or_else(|| self.rules.clone(), |held| self.loader.rules(&held));
        let engine = rules.engine().ok().map(AsRef::as_ref);
        let mut notes = Notes::new(self.maker.clone());
        let (mut slots, mut drafts) = (Vec::with_capacity(questions.len()), Vec::new());
        let mut last = None;
        for question in questions {
            let view = index.view();
            let judged = refuse_beyond(grant, &view, question)
                .and_then(|()| self.decide(tx, &rules, &view, question));
            drop(view);
            let (subject, situation) = judged
                .as_ref()
                .map_or((None, None), |judged| (judged.subject, judged.situation));
            let outcome = judged.map(|judged| judged.decided);
            let (outcome, entry) = self.reserved(tx, grant, question, outcome)?;
            if let Ok(decided) = &outcome {
                let judged = Judgement {
                    decided: unsettled(decided.clone()),
                    subject,
                    situation,
                };
                drafts.push(notes.of(engine, grant.actor(), question, judged));
            }
            if let Some((subject, _)) = &entry {
                index.load(vec![tx.contacts_seen(*subject)?]);
            }
            let entry = entry.map(|(_, entry)| {
                last = Some(entry.index());
                (entry.index(), tx.place(entry.index()))
            });
            slots.push((outcome, entry));
        }
        if last.is_none() {
            let outcomes = slots.into_iter();
            let outcomes = outcomes.map(|(outcome, _)| outcome.map(unsettled));
            return Err(Unrecorded::Denied(outcomes.collect(), drafts));
        }
        // the contacts and the decisions that allow them are one transaction
        let (records, texts) = Draft::written(drafts);
        let entry = tx.seal_decisions(&self.serve, records, texts)?;
        Ok(entry.with(slots.into_iter().map(|one| self.slot(one)).collect()))
    }

    /// By the very function that decides from memory.
    fn decide(
        &self,
        tx: &WriteTx<'_>,
        rules: &Rules,
        table: &Table,
        question: &Question,
    ) -> Result<Judgement, Vec<FieldProblem>> {
        let setting = Setting {
            catalogue: table.catalogue(),
            home_country: self.home_country,
            home_zone: self.home_zone,
        };
        let shadow = self.shadow.as_deref();
        let by = By {
            rules,
            shadow,
            judge: &self.judge,
            // others wait for this transaction
            effort: super::outlook::EFFORT_OF_MANY,
        };
        let id = DecisionId::new(self.now, tx.entropy()).map_err(|_| vec![check::no_dice()])?;
        check::decide(by, setting, table, id, question, self.now)
    }

    /// Records the contact of a permit that reserves.
    #[allow(clippy::type_complexity, reason = "taken apart at once")]
    fn reserved(
        &self,
        tx: &mut WriteTx<'_>,
        grant: &Grant<CheckDecisions>,
        question: &Question,
        outcome: Outcome,
    ) -> Result<(Outcome, Option<(SubjectId, Entry)>), Refusal> {
        let mut decided = match outcome {
            Ok(decided) if question.reserve && decided.outcome.is_permit() => decided,
            other => return Ok((other, None)),
        };
        // to count for one of several would be a guess
        let persons = tx.find_hashes(&question.blinds);
        let [subject] = persons.as_slice() else {
            return Ok((Err(vec![several()]), None));
        };
        let subject = *subject;
        let id = RecordId::new(self.now, tx.entropy())?;
        decided.contact = Some(id);
        let record = contact(tx.catalogue(), (id, subject), question, &decided, self.now)?;
        let entry = tx.contact(grant, record)?;
        Ok((Ok(decided), Some((subject, entry))))
    }

    fn slot(&self, (outcome, entry): (Outcome, Option<(usize, usize)>)) -> Slot {
        let told = self.telling.map(|tell| tell(&outcome));
        Slot {
            outcome: Some(outcome),
            entry,
            told: told.unwrap_or_default(),
        }
    }
}

/// What the write sees, as an index of these persons only.
fn sees(
    tx: &mut WriteTx<'_>,
    grant: &Grant<CheckDecisions>,
    questions: &[Question],
) -> Result<Index<()>, StoreError> {
    let blinds: Vec<_> = questions
        .iter()
        .flat_map(|one| &one.blinds)
        .copied()
        .collect();
    let coarse: Vec<_> = questions
        .iter()
        .flat_map(|one| &one.coarse)
        .copied()
        .collect();
    let (position, changes) = tx.seen(grant, &blinds, &coarse)?;
    let index = Index::new(());
    index.load(changes);
    index.built((position, None), ());
    Ok(index)
}

fn several() -> FieldProblem {
    FieldProblem::new(
        "/subject",
        "persons_differ",
        "the identifiers are of different persons; reserve for each by itself, or record a write that names both, which merges them",
    )
}

fn contact(
    catalogue: &Catalogue,
    (id, subject): (RecordId, SubjectId),
    question: &Question,
    decided: &Decided,
    now: Now,
) -> Result<ContactRecord, Refusal> {
    // both were resolved before anything was permitted
    let lost = || Refusal::NotFound("the purpose or channel of this check");
    let purpose = catalogue.purpose(&question.purpose).ok_or_else(lost)?;
    Ok(ContactRecord {
        id,
        subject,
        identified_by: Vec::new(),
        direction: Direction::ToPerson,
        channel: Channel::parse(&question.channel).ok_or_else(lost)?,
        controller: Some(purpose.controller.clone()),
        purpose: Some(purpose.id.clone()),
        at: now.utc(),
        answered: None,
        refused: false,
        by: None,
        campaign: question.campaign.clone(),
        decision: Some(decided.id),
    })
}

/// The evidence of a denial that nothing was recorded with, where it is an entry that is still
/// pending, has no position yet.
fn unsettled(mut decided: Decided) -> Decided {
    decided.evidence = decided.evidence.filter(|at| !WriteTx::is_pending(*at));
    decided
}

impl Slot {
    /// The answer, now that the positions are known: a reserving permit was made on the state right
    /// before its own contact.
    fn told(self, positions: &[Position]) -> Told {
        let own = self
            .entry
            .and_then(|(index, place)| Some((place, *positions.get(index)?)));
        let Some(outcome) = self.outcome else {
            return Told::Before(settled_text(self.told, own));
        };
        Told::Now(outcome.map(|decided| {
            match own {
                None => unsettled(decided),
                Some((place, at)) => Decided {
                    position: at,
                    evidence: decided
                        .evidence
                        .map(|seen| WriteTx::settled(seen, place, at)),
                    ..decided
                },
            }
        }))
    }
}

fn settled_text(mut told: Value, own: Option<(usize, Position)>) -> Value {
    let Some(fields) = told.as_object_mut() else {
        return told;
    };
    if let Some((_, at)) = own {
        fields.insert("position".into(), at.into());
    }
    let seen = fields.get("evidence_position").and_then(Value::as_u64);
    match (seen, own) {
        (Some(seen), Some((place, at))) => {
            let settled = WriteTx::settled(seen, place, at);
            fields.insert("evidence_position".into(), settled.into());
        }
        (Some(seen), None) if WriteTx::is_pending(seen) => {
            fields.remove("evidence_position");
        }
        _ => {}
    }
    told
}

/// Nothing, where no retry is awaited.
#[cfg(test)]
fn telling_nothing(_: &Outcome) -> Value {
    Value::Null
}

#[cfg(test)]
mod tests;
