//! A receipt as the person reads it, from its address alone: it names nobody. And "this was not me".

use crate::access::{OwnChoices, Principal, authorize};
use crate::app::disputes::withdraw;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{Position, RecordId, SubjectId};
use crate::domain::registry::{Catalogue, ConsentRecord, Controller, Notice, Purpose, Source};
use crate::domain::time::Now;
use crate::store::{Committed, Order, ReadTx, StoreError};
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// The kind of the entry that a dispute is.
const DISPUTE: &str = "dispute.made";
/// Later entries of one person that are looked through for a dispute.
const LATER: i64 = 10_000;

/// A consent record with what it names.
#[derive(Debug, Clone)]
pub struct OwnReceipt {
    /// The person, after merges.
    subject: SubjectId,
    /// The record.
    pub consent: ConsentRecord,
    /// Its purpose, as the catalogue has it.
    pub purpose: Option<Purpose>,
    /// To whom it was said.
    pub controller: Option<Controller>,
    /// The words that were shown.
    pub notice: Option<Notice>,
    /// Where it was taken down, by the name that customers know.
    pub place: Option<String>,
    /// When the person said that it was not they.
    pub disputed: Option<DateTime<Utc>>,
}

const NONE: Refusal = Refusal::NotFound("a consent record of this id at this position");

impl App {
    /// The receipt at an address.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none, or none any more.
    pub fn own_receipt(&self, record: RecordId, position: Position) -> Result<OwnReceipt, Refusal> {
        let serve = &self.serve;
        let entry = self.consent_record(serve, record, position)?;
        let consent = ConsentRecord::deserialize(entry.payload.reveal()).map_err(|_| NONE)?;
        self.store.read(|tx| {
            let subject = tx.subject(serve, consent.subject)?.ok_or(NONE)?;
            let catalogue: Catalogue = tx.catalogue(serve)?;
            let notice = consent.notice.as_ref();
            let place = consent.source.id.as_deref();
            Ok(OwnReceipt {
                subject,
                purpose: catalogue.purpose(consent.purpose.as_str()).cloned(),
                controller: catalogue.controllers.get(&consent.controller).cloned(),
                notice: notice.and_then(|shown| catalogue.notices.get(shown).cloned()),
                place: place.and_then(|id| catalogue.place(id)).map(str::to_owned),
                disputed: self.disputed(tx, subject, record, position)?,
                consent,
            })
        })
    }

    fn disputed(
        &self,
        tx: &mut ReadTx<'_>,
        subject: SubjectId,
        record: RecordId,
        position: Position,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let later = tx.history(&self.serve, subject, position, LATER)?;
        let about = |payload: &serde_json::Value| {
            let told = payload.get("record").and_then(|id| id.as_str());
            told.is_some_and(|id| id == record.to_string())
        };
        let found = later
            .iter()
            .find(|entry| entry.kind == DISPUTE && about(entry.payload.reveal()));
        Ok(found.map(|entry| entry.recorded_at))
    }

    /// Records that the person says it was not they who answered. Where the answer is a yes that still holds
    /// by this very record, it is withdrawn in the same transaction. Whoever holds the receipt's address can
    /// do it: it only ever says no.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn dispute(&self, receipt: &OwnReceipt, now: Now) -> Result<Committed<()>, Refusal> {
        let (own, consent) = (receipt.subject, receipt.consent.clone());
        let grant = authorize::<OwnChoices>(&Principal::Customer(own))?;
        let order = Order {
            subjects: vec![own],
            ..Order::at(now)
        };
        let actor = grant.clone();
        self.store
            .write(&grant, order, move |tx| {
                let subject = tx.resolve(own).ok_or(NONE)?;
                withdraw(tx, &actor, (subject, Source::OWN_PAGE), &consent)?;
                Ok(tx.dispute(&actor, subject, consent.id)?.with(()))
            })
            .await
    }
}
