//! What an agent took down today, what the registry did not take from them, and the correction of a yes
//! that was none. Nothing is compared with what others did.

use super::contact::Named;
use super::open::App;
use super::period::first_since;
use super::record::{Consent, write_for};
use super::refusal::Refusal;
use crate::access::{Grant, ServeCustomers};
use crate::domain::ids::{Position, RecordId};
use crate::domain::registry::{Act, Answer, Circumstances, ConsentRecord};
use crate::domain::time::Now;
use crate::store::{Committed, HistoryEntry, NotTaken, Order, WriteTx};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;

/// How many of each are shown.
const MOST: u8 = 200;
/// So long is kept what was not taken: for that day, wherever the agent is.
const KEPT: TimeDelta = TimeDelta::hours(48);

/// One answer that was taken down.
#[derive(Debug, Clone)]
pub struct TakenDown {
    /// Its place in the ledger.
    pub position: Position,
    /// What was written down.
    pub consent: ConsentRecord,
    /// The number of the call or of the paper form.
    pub reference: Option<String>,
    /// Whether the agent has corrected it since.
    pub corrected: bool,
}

impl TakenDown {
    /// Whether a yes can be found again on paper or in a recording. A no needs no proof.
    #[must_use]
    pub fn lacks_proof(&self) -> bool {
        self.consent.status == Answer::Given && self.reference.is_none()
    }
}

/// An agent's day.
#[derive(Debug, Clone)]
pub struct AgentDay {
    /// What was taken down, the newest first.
    pub taken: Vec<TakenDown>,
    /// What was not taken, the newest first.
    pub refused: Vec<NotTaken>,
}

impl AgentDay {
    /// How many yeses have a proof, and how many there are.
    #[must_use]
    pub fn quality(&self) -> (usize, usize) {
        let yes = |one: &&TakenDown| one.consent.status == Answer::Given && !one.corrected;
        let all: Vec<_> = self.taken.iter().filter(yes).collect();
        let proven = all.iter().filter(|one| !one.lacks_proof()).count();
        (proven, all.len())
    }
}

const NONE: Refusal = Refusal::NotFound("a yes that you took down");

impl App {
    /// What the agent did since the day began. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn agent_day(
        &self,
        grant: &Grant<ServeCustomers>,
        since: DateTime<Utc>,
    ) -> Result<AgentDay, Refusal> {
        self.store.read(|tx| {
            let size = tx.position(&self.serve)?;
            let first = first_since(tx, &self.serve, since, size)?;
            let found = tx.taken_down(grant, first..size, usize::from(MOST))?;
            let corrections: Vec<String> = found.iter().filter_map(corrects).collect();
            let taken = found.iter().filter_map(|entry| read(entry, &corrections));
            Ok(AgentDay {
                taken: taken.collect(),
                refused: tx.not_taken(grant, since, i64::from(MOST))?,
            })
        })
    }

    /// Keeps for the agent that something was not taken: the question and why, not whose. Blocks.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn not_taken(
        &self,
        grant: &Grant<ServeCustomers>,
        refused: &[(String, &str)],
        now: Now,
    ) -> Result<(), Refusal> {
        let mut kept = Vec::new();
        for (field, reason) in refused.iter().take(usize::from(MOST)) {
            kept.push(NotTaken {
                id: RecordId::new(now, self.entropy())?,
                at: now.utc(),
                field: field.clone(),
                reason: (*reason).to_owned(),
            });
        }
        self.store.keep_not_taken(grant, &kept)?;
        Ok(self.store.forget_not_taken(&self.serve, now.utc() - KEPT)?)
    }

    /// A yes that this agent took down. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none.
    pub fn own_yes(
        &self,
        grant: &Grant<ServeCustomers>,
        record: RecordId,
        position: Position,
    ) -> Result<ConsentRecord, Refusal> {
        let entry = self.consent_record(grant, record, position)?;
        let own = serde_json::to_value(grant.actor()).unwrap_or_default();
        let payload = entry.payload.reveal();
        let consent = ConsentRecord::deserialize(payload).map_err(|_| NONE)?;
        if payload.get("actor") != Some(&own) || consent.status != Answer::Given {
            return Err(NONE);
        }
        Ok(consent)
    }

    /// Says that a yes which this agent took down was none. Where it still holds by this very record it is
    /// withdrawn, by an entry that names it; nothing is taken out of the past. It makes no yes of a no: for
    /// that the customer is asked again.
    ///
    /// # Errors
    /// A conflict where it holds no more.
    pub async fn correct(
        &self,
        grant: &Grant<ServeCustomers>,
        consent: ConsentRecord,
        now: Now,
    ) -> Result<Committed<()>, Refusal> {
        let order = Order {
            subjects: vec![consent.subject],
            ..Order::at(now)
        };
        let actor = grant.clone();
        self.store
            .write(grant, order, move |tx| corrected(tx, &actor, &consent))
            .await
    }
}

fn corrected(
    tx: &mut WriteTx<'_>,
    grant: &Grant<ServeCustomers>,
    wrong: &ConsentRecord,
) -> Result<crate::store::Recorded<()>, Refusal> {
    let subject = tx.resolve(wrong.subject).ok_or(NONE)?;
    let held = tx.state(subject, &wrong.purpose, wrong.channel);
    if !held.is_some_and(|held| held.status.is_yes() && held.record == wrong.id) {
        return Err(Refusal::Conflict {
            code: "answered_since",
            what: "this yes holds no more: something was said since".into(),
        });
    }
    let no = Consent {
        named: Named::default(),
        purpose: wrong.purpose.clone(),
        controller: wrong.controller.clone(),
        channel: wrong.channel,
        status: Answer::Withdrawn,
        notice: None,
        language: None,
        source: wrong.source.clone(),
        act: Some(Act::Corrected),
        circumstances: Circumstances::default(),
        collected_at: None,
        valid_for: None,
        evidence: Some(json!({ "corrects": wrong.id })),
        proof: true,
        confirm: false,
    };
    let (entry, _) = write_for(tx, grant, subject, &no)?;
    Ok(entry.with(()))
}

/// The record that an entry corrects.
fn corrects(entry: &HistoryEntry) -> Option<String> {
    let evidence = entry.payload.reveal().get("evidence")?;
    Some(evidence.get("corrects")?.as_str()?.to_owned())
}

fn read(entry: &HistoryEntry, corrections: &[String]) -> Option<TakenDown> {
    let consent = ConsentRecord::deserialize(entry.payload.reveal()).ok()?;
    let evidence = consent.evidence.as_ref();
    let reference = evidence.and_then(|evidence| evidence.get("reference")?.as_str());
    Some(TakenDown {
        position: entry.position,
        reference: reference.map(str::to_owned),
        corrected: corrections.contains(&consent.id.to_string()),
        consent,
    })
}
