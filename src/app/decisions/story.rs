//! Everything that a decision rests on: the answer in words, the facts, the policies and their
//! sources, the words that the person had seen.

use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::Hash;
use crate::audit::decision::{Record, shape};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{DecisionId, Position, RecordId, SubjectId};
use crate::domain::registry::{
    Answer, Catalogue, Channel, Controller, Notice, Purpose, SourceKind,
};
use crate::domain::time::from_micros;
use crate::policy::{Effect, LawfulIf, ToPerson, to_person, to_person_in};
use crate::store::{FoundDecision, ReadTx, ReadsDecisions, StoreError};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// A decision with everything that it rests on.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its id.
    pub id: DecisionId,
    /// When it was made, to the millisecond.
    pub made_at: DateTime<Utc>,
    /// The entry of the log that records it, with others.
    pub recorded_in: Position,
    /// Its place among all decisions.
    pub place: u64,
    /// The person; `None` where nobody was known.
    pub subject: Option<SubjectId>,
    /// Who asked, as `key:ID`, `staff:ID`, `operator`.
    pub asked_by: String,
    /// The campaign that was named.
    pub campaign: Option<String>,
    /// What for.
    pub purpose: String,
    /// By which channel; `None` where none that is known was asked about.
    pub channel: Option<Channel>,
    /// The states whose law was applied, ISO 3166-1.
    pub laws: Vec<String>,
    /// The local day at the instant asked about; two where the zone was not known.
    pub days: Vec<String>,
    /// The facts that somebody knew, as the policies saw them.
    pub facts: Map<String, Value>,
    /// What was answered.
    pub outcome: RecordedOutcome,
    /// The version of the policies.
    pub policy_version: String,
    /// How many entries the log held that it was made on.
    pub position: Position,
    /// Until when a permit holds if nothing changes.
    pub valid_until: Option<DateTime<Utc>>,
    /// The other instant than now that was asked about: a simulation.
    pub at: Option<DateTime<Utc>>,
    /// From when on a denied use would have been permitted, where time had to pass.
    pub lawful_from: Option<DateTime<Utc>>,
    /// The entry of the person's answer that it rests on.
    pub evidence: Option<Position>,
    /// That answer, where it is still there.
    pub consent: Option<Shown>,
    /// The purpose and who decides, as the catalogue has them.
    pub about: Option<(Purpose, Option<Controller>)>,
}

/// What was answered, in the words of then.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordedOutcome {
    /// Permit or deny.
    pub effect: Effect,
    /// The reason code.
    pub reason: String,
    /// The reason in words.
    pub explanation: InWords,
    /// The reason in words for the person; older records have none.
    #[serde(default)]
    pub to_person: Option<ToPerson>,
    /// Other reasons that applied.
    pub also: Vec<String>,
    /// What would have made it lawful.
    pub lawful_if: Option<LawfulIf>,
    /// What a permit obliged to.
    pub obligations: Vec<String>,
    /// The policies that determined it.
    pub policies: Vec<DecidedBy>,
}

/// The same in two languages.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
pub struct InWords {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

/// A policy and the law that it follows.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
pub struct DecidedBy {
    /// The policy.
    pub id: String,
    /// Its source in the law.
    pub source: Option<String>,
}

/// The person's answer, and the words that it was given to.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The consent record.
    pub record: RecordId,
    /// What they answered.
    pub answer: Answer,
    /// From when on it counts.
    pub effective_at: DateTime<Utc>,
    /// When the registry received it.
    pub recorded_at: DateTime<Utc>,
    /// Where it was collected.
    pub source: SourceKind,
    /// In which language they were asked.
    pub language: Option<crate::domain::registry::Language>,
    /// The words.
    pub notice: Option<Notice>,
}

impl RecordedOutcome {
    /// The same in a further language; none where the reason's words are a firm's own.
    #[must_use]
    pub fn spoken_in(&self, language: &str) -> Option<&'static str> {
        let own = self.to_person.is_some() && self.to_person != to_person(&self.reason);
        (!own)
            .then(|| to_person_in(&self.reason, language))
            .flatten()
    }

    /// The reason in words for the person. Where neither the record nor the program has any, what
    /// was told to the staff.
    #[must_use]
    pub fn spoken(&self) -> ToPerson {
        let recorded = self.to_person.clone();
        recorded
            .or_else(|| to_person(&self.reason))
            .unwrap_or_else(|| ToPerson {
                fr: self.explanation.fr.clone(),
                en: self.explanation.en.clone(),
            })
    }
}

impl App {
    /// The stories of decisions that were found, in their order.
    pub(in crate::app) fn stories<P: ReadsDecisions>(
        &self,
        tx: &mut ReadTx<'_>,
        grant: &crate::access::Grant<P>,
        found: Vec<FoundDecision>,
    ) -> Result<Vec<Story>, Refusal> {
        let hashes: BTreeSet<Hash> = found
            .iter()
            .flat_map(|one| [one.record.context.outcome, one.record.context.shape])
            .collect();
        let texts = tx.decision_texts(grant, &hashes)?;
        let catalogue = tx.catalogue(&self.serve)?;
        let mut tell = |one| self.story(tx, one, &texts, &catalogue);
        Ok(found.into_iter().map(&mut tell).collect::<Result<_, _>>()?)
    }

    fn story(
        &self,
        tx: &mut ReadTx<'_>,
        found: FoundDecision,
        texts: &HashMap<Hash, String>,
        catalogue: &Catalogue,
    ) -> Result<Story, StoreError> {
        let damaged = || StoreError::Damaged {
            what: "a recorded decision",
            position: Some(found.block),
        };
        let Record {
            id,
            subject,
            position,
            evidence,
            valid_until,
            at,
            lawful_from,
            context,
        } = &found.record;
        let text = |hash| texts.get(hash).ok_or_else(damaged);
        let facts = if context.facts.is_empty() {
            Map::new()
        } else {
            shape::unpack(text(&context.shape)?, &context.facts).ok_or_else(damaged)?
        };
        let purpose = catalogue.purpose(&context.purpose).cloned();
        let about = purpose.map(|purpose| {
            let controller = catalogue.controllers.get(&purpose.controller).cloned();
            (purpose, controller)
        });
        let consent = match evidence {
            Some(evidence) => self.shown(tx, *evidence, catalogue)?,
            None => None,
        };
        Ok(Story {
            id: DecisionId::from_bytes(*id),
            made_at: from_micros(
                i64::try_from(found.record.millis().saturating_mul(1_000)).unwrap_or(i64::MAX),
            ),
            recorded_in: found.block,
            place: found.place(),
            subject: subject.map(SubjectId::from_bytes),
            asked_by: context.asked_by.to_string(),
            campaign: context.campaign.as_ref().map(ToString::to_string),
            purpose: context.purpose.to_string(),
            channel: Channel::parse(&context.channel),
            laws: words(&context.laws),
            days: words(&context.day),
            facts,
            outcome: serde_json::from_str(text(&context.outcome)?).map_err(|_| damaged())?,
            policy_version: context.policy_version.to_string(),
            position: *position,
            valid_until: valid_until.map(from_micros),
            at: at.map(from_micros),
            lawful_from: lawful_from.map(from_micros),
            evidence: *evidence,
            consent,
            about,
        })
    }

    /// The answer at that entry; `None` where it is there no more.
    fn shown(
        &self,
        tx: &mut ReadTx<'_>,
        evidence: Position,
        catalogue: &Catalogue,
    ) -> Result<Option<Shown>, StoreError> {
        let Some(entry) = tx.event_at(&self.serve, evidence)? else {
            return Ok(None);
        };
        let Some(SubjectEvent::Consent(record)) =
            SubjectEvent::read(&entry.kind, entry.payload.reveal())
        else {
            return Ok(None);
        };
        let notice = record.notice.as_ref();
        Ok(Some(Shown {
            record: record.id,
            answer: record.status,
            effective_at: record.effective_at,
            recorded_at: entry.recorded_at,
            source: record.source.kind,
            language: record.language,
            notice: notice.and_then(|notice| catalogue.notices.get(notice).cloned()),
        }))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
