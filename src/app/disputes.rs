//! "This was not me", as the DPO sees it: a list that names nobody, the evidence behind each with an entry
//! of who looked, and an end.

use super::contact::Named;
use super::open::App;
use super::record::{Consent, write_for};
use super::refusal::Refusal;
use crate::access::{Grant, SettleDisputes};
use crate::domain::event::{SubjectEvent, View, ViewReason};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::{
    Act, Answer, Catalogue, Circumstances, ConsentRecord, DisputeOutcome, Source,
};
use crate::domain::time::Now;
use crate::store::{
    Committed, HistoryEntry, IdempotencyKey, Order, ReadTx, Records, StoreError, StoredDispute,
    WriteTx,
};
use serde_json::json;

const NONE: Refusal = Refusal::NotFound("a dispute at this position");
/// Entries of one person that are looked through for what was disputed.
const LOOKED_AT: i64 = 10_000;

/// A dispute with what it is about.
#[derive(Debug)]
pub struct DisputeFile {
    /// How it stands.
    pub stored: StoredDispute,
    /// Whose it is, after merges.
    pub subject: SubjectId,
    /// The record that is disputed, with its evidence, and where it stands.
    pub disputed: Option<(Position, ConsentRecord)>,
    /// What is in force.
    pub catalogue: Catalogue,
}

impl App {
    /// A page of disputes, open or closed, the oldest first, and where the next page begins. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn disputes(
        &self,
        grant: &Grant<SettleDisputes>,
        open: bool,
        (from, limit): (Position, u32),
    ) -> Result<(Vec<StoredDispute>, Option<Position>), Refusal> {
        let more = i64::from(limit) + 1;
        let mut found = self.store.read(|tx| tx.disputes(grant, open, from, more))?;
        let next = found.get(limit as usize).map(|one| one.position);
        found.truncate(limit as usize);
        Ok((found, next))
    }

    /// A dispute with the record behind it; that it was read leaves an entry. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none, or where the view cannot be recorded.
    pub fn dispute_file(
        &self,
        grant: &Grant<SettleDisputes>,
        at: Position,
        reason: Option<&ViewReason>,
    ) -> Result<DisputeFile, Refusal> {
        let file = self.store.read(|tx| {
            let stored = tx.dispute(grant, at)?.ok_or(NONE)?;
            let subject = tx.subject(grant, stored.subject)?.ok_or(NONE)?;
            Ok::<_, Refusal>(DisputeFile {
                disputed: disputed(tx, grant, &stored)?,
                catalogue: tx.catalogue(&self.serve)?,
                subject,
                stored,
            })
        })?;
        self.view(grant, file.subject, View::Dispute, reason)?;
        Ok(file)
    }

    /// Closes a dispute. In favour of the person, a yes that rests on the record is withdrawn in the same
    /// transaction; kept, nothing changes: what was withdrawn by the dispute stays so.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none, [`Refusal::Conflict`] where it is closed.
    pub async fn close_dispute(
        &self,
        grant: &Grant<SettleDisputes>,
        (at, outcome): (Position, DisputeOutcome),
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<()>, Refusal> {
        let (store, reader) = (self.store.clone(), grant.clone());
        let found = tokio::task::spawn_blocking(move || {
            store.read(|tx| {
                let stored = tx.dispute(&reader, at)?.ok_or(NONE)?;
                let record = disputed(tx, &reader, &stored)?;
                Ok::<_, Refusal>((stored.subject, record.map(|(_, record)| record)))
            })
        });
        let (owner, record) = found.await.map_err(|_| StoreError::Stopping)??;
        let order = Order {
            subjects: vec![owner],
            idempotency,
            ..Order::at(now)
        };
        let actor = grant.clone();
        self.store
            .write(grant, order, move |tx| {
                let held = tx.held_dispute(&actor, at)?.ok_or(NONE)?;
                if held.closed.is_some() {
                    return Err(Refusal::Conflict {
                        code: "dispute_closed",
                        what: "this dispute is closed already".into(),
                    });
                }
                let subject = tx.resolve(owner).ok_or(NONE)?;
                if let (DisputeOutcome::Withdrawn, Some(record)) = (outcome, &record) {
                    withdraw(tx, &actor, (subject, record.source.clone()), record)?;
                }
                Ok(tx.close_dispute(&actor, subject, at, outcome)?.with(()))
            })
            .await
    }
}

/// The record that a dispute is about, found among those of the person before it.
fn disputed(
    tx: &mut ReadTx<'_>,
    grant: &Grant<SettleDisputes>,
    stored: &StoredDispute,
) -> Result<Option<(Position, ConsentRecord)>, Refusal> {
    let Some(said) = tx.event_at(grant, stored.position)? else {
        return Ok(None);
    };
    let Some(SubjectEvent::Disputed(record)) =
        SubjectEvent::read(&said.kind, said.payload.reveal())
    else {
        return Ok(None);
    };
    let subject = tx.subject(grant, stored.subject)?.ok_or(NONE)?;
    let all = tx.history(grant, subject, 0, LOOKED_AT)?;
    let consent = |entry: HistoryEntry| {
        let event = SubjectEvent::read(&entry.kind, entry.payload.reveal());
        match event {
            Some(SubjectEvent::Consent(consent)) => Some((entry.position, *consent)),
            _ => None,
        }
    };
    let mut of_it = all.into_iter().filter(|entry| entry.record == record);
    Ok(of_it.next().and_then(consent))
}

/// Takes a yes back that holds by this record. A later act of the person is no part of the dispute.
pub(super) fn withdraw<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (subject, source): (SubjectId, Source),
    disputed: &ConsentRecord,
) -> Result<(), Refusal> {
    let held = tx.state(subject, &disputed.purpose, disputed.channel);
    if !held.is_some_and(|held| held.status.is_yes() && held.record == disputed.id) {
        return Ok(());
    }
    let no = Consent {
        named: Named::default(),
        purpose: disputed.purpose.clone(),
        controller: disputed.controller.clone(),
        channel: disputed.channel,
        status: Answer::Withdrawn,
        notice: None,
        language: None,
        source,
        act: Some(Act::Disputed),
        circumstances: Circumstances::default(),
        collected_at: None,
        valid_for: None,
        evidence: Some(json!({ "disputes": disputed.id })),
        proof: true,
        confirm: false,
    };
    write_for(tx, grant, subject, &no).map(drop)
}
