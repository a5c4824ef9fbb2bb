//! What retention needs of persons: when they were last heard of, for what something is held, what keeps it.
//! Read a page at a time, so that a registry of any size takes the same memory. And what was done about it: a
//! row for each entry, which the entry tells.

use super::connection::on;
use super::error::StoreError;
use super::holds::standing;
use super::read::ReadTx;
use super::rows::unsigned;
use super::schema::{
    consent_states, contacts, disputes, holds, paces, public_events, requests, retention_acts,
    subject_events, subjects,
};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{ExportAudit, Grant, KeepRetention};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::{Answer, Direction, Slug};
use crate::domain::retention::Kept;
use crate::domain::time::from_micros;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{exists, max, select};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Entries that come from the person themself, and that by which another record of theirs was found: what was
/// on it happened before.
const OWN: [&str; 6] = [
    "subject.signed_in",
    "request.made",
    "dispute.made",
    "objection.made",
    "pace.set",
    "subject.merged",
];

/// A person, as retention sees them.
#[derive(Debug, Clone)]
pub struct Aged {
    /// Who.
    pub subject: SubjectId,
    /// Since when the registry has them.
    pub since: DateTime<Utc>,
    /// When they were last heard of: never before the registry had something to hear.
    pub heard_of: DateTime<Utc>,
    /// For what something is held.
    pub purposes: BTreeSet<Slug>,
    /// Whether they said no to something.
    pub said_no: bool,
    /// Whether the use of their data is restricted.
    pub restricted: bool,
}

/// What was heard of somebody.
#[derive(Default)]
struct Heard {
    at: Option<i64>,
    purposes: BTreeSet<Slug>,
    said_no: bool,
}

impl Heard {
    fn at(&mut self, at: Option<i64>) {
        self.at = self.at.max(at);
    }
}

/// What was heard, by person.
type Everybody = HashMap<Vec<u8>, Heard>;
/// A person, a direction, a purpose, and when it was last.
type ReachedLast = (Vec<u8>, String, Option<String>, Option<i64>);
/// Of a person: id, since when they are here, objections, restriction.
type Columns = (Vec<u8>, i64, Option<i64>, Option<i64>, Option<i64>);

/// What keeps somebody: holds, requests and disputes of a day, and whose data were restricted when it was looked.
#[derive(Debug, Clone)]
pub struct Keepers {
    day: NaiveDate,
    restricted: Vec<Vec<u8>>,
}

/// An act of retention: its entry, and what that says.
#[derive(Debug, Clone)]
pub struct RetentionAct {
    /// The entry.
    pub position: Position,
    /// What it says.
    pub told: Value,
}

impl ReadTx<'_> {
    /// A page of persons in the order of their ids, and the id that the next page begins after.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn aged(
        &mut self,
        _grant: &Grant<KeepRetention>,
        after: &[u8],
        limit: i64,
    ) -> Result<(Vec<Aged>, Option<Vec<u8>>), StoreError> {
        let rows: Vec<Columns> = on!(self.db, conn => subjects::table
            .filter(subjects::id.gt(after)).filter(subjects::merged_into.is_null())
            .order(subjects::id).limit(limit)
            .select((subjects::id, subjects::created_at, subjects::objection,
                subjects::objection_profiling, subjects::restricted))
            .load(conn))
        .map_err(StoreError::failed("loading data subjects"))?;
        let last = rows.last().map(|row| row.0.clone());
        Ok((self.heard_of(rows)?, last))
    }

    pub(super) fn aged_one(&mut self, subject: SubjectId) -> Result<Option<Aged>, StoreError> {
        let id = subject.as_bytes().to_vec();
        let rows: Vec<Columns> = on!(self.db, conn => subjects::table
            .filter(subjects::id.eq(id)).filter(subjects::merged_into.is_null())
            .select((subjects::id, subjects::created_at, subjects::objection,
                subjects::objection_profiling, subjects::restricted))
            .load(conn))
        .map_err(StoreError::failed("finding a data subject"))?;
        Ok(self.heard_of(rows)?.pop())
    }

    /// Adds what is told of these persons, who stand in the order of their ids.
    fn heard_of(&mut self, rows: Vec<Columns>) -> Result<Vec<Aged>, StoreError> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let mut heard = self.heard_between(&first.0.clone(), &last.0.clone())?;
        let aged = |(id, created_at, objection, profiling, restricted): Columns| {
            let one = heard.remove(&id).unwrap_or_default();
            let acts = [one.at, objection, profiling];
            let at = acts.into_iter().flatten().max();
            Ok(Aged {
                subject: SubjectId::from_slice(&id).ok_or(StoreError::damaged("a data subject"))?,
                since: from_micros(created_at),
                heard_of: from_micros(at.unwrap_or(created_at)),
                purposes: one.purposes,
                said_no: one.said_no || objection.is_some() || profiling.is_some(),
                restricted: restricted.is_some(),
            })
        };
        rows.into_iter().map(aged).collect()
    }

    fn heard_between(&mut self, first: &[u8], last: &[u8]) -> Result<Everybody, StoreError> {
        let mut heard = Everybody::new();
        self.answered(&mut heard, first, last)?;
        self.reached(&mut heard, first, last)?;
        self.acted(&mut heard, first, last)?;
        Ok(heard)
    }

    fn answered(
        &mut self,
        heard: &mut Everybody,
        first: &[u8],
        last: &[u8],
    ) -> Result<(), StoreError> {
        let states: Vec<(Vec<u8>, String, String, i64)> =
            on!(self.db, conn => consent_states::table
            .filter(consent_states::subject_id.between(first, last))
            .select((consent_states::subject_id, consent_states::purpose, consent_states::status,
                consent_states::effective_at))
            .load(conn))
            .map_err(StoreError::failed("loading consent states"))?;
        for (id, purpose, status, at) in states {
            let one = heard.entry(id).or_default();
            one.at(Some(at));
            one.purposes.insert(slug(&purpose)?);
            // a word that does not read is taken for a no
            one.said_no |= Answer::parse(&status).is_none_or(Answer::is_no);
        }
        let slowed: Vec<(Vec<u8>, String)> = on!(self.db, conn => paces::table
            .filter(paces::subject_id.between(first, last))
            .select((paces::subject_id, paces::purpose)).load(conn))
        .map_err(StoreError::failed("loading pauses"))?;
        for (id, purpose) in slowed {
            let one = heard.entry(id).or_default();
            one.purposes.insert(slug(&purpose)?);
        }
        Ok(())
    }

    /// What came from the person counts, and what something was sent for is held.
    fn reached(
        &mut self,
        heard: &mut Everybody,
        first: &[u8],
        last: &[u8],
    ) -> Result<(), StoreError> {
        let rows: Vec<ReachedLast> = on!(self.db, conn => contacts::table
            .filter(contacts::subject_id.between(first, last)).filter(contacts::released.eq(false))
            .group_by((contacts::subject_id, contacts::direction, contacts::purpose))
            .select((contacts::subject_id, contacts::direction, contacts::purpose, max(contacts::at)))
            .load(conn))
        .map_err(StoreError::failed("loading contacts"))?;
        for (id, direction, purpose, at) in rows {
            let one = heard.entry(id).or_default();
            if Direction::parse(&direction) != Some(Direction::ToPerson) {
                one.at(at);
            }
            one.purposes
                .extend(purpose.as_deref().map(slug).transpose()?);
        }
        Ok(())
    }

    fn acted(
        &mut self,
        heard: &mut Everybody,
        first: &[u8],
        last: &[u8],
    ) -> Result<(), StoreError> {
        let rows: Vec<(Vec<u8>, Option<i64>)> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.between(first, last))
            .filter(subject_events::kind.eq_any(OWN))
            .group_by(subject_events::subject_id)
            .select((subject_events::subject_id, max(subject_events::recorded_at)))
            .load(conn))
        .map_err(StoreError::failed("loading histories"))?;
        for (id, at) in rows {
            heard.entry(id).or_default().at(at);
        }
        Ok(())
    }

    /// What keeps somebody who is due.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn kept_by(
        &mut self,
        _grant: &Grant<KeepRetention>,
        aged: &Aged,
        day: NaiveDate,
    ) -> Result<Option<Kept>, StoreError> {
        let records = self.cluster(aged.subject)?;
        let looking = || StoreError::failed("looking for what keeps data");
        let held: bool = on!(self.db, conn => select(exists(holds::table
            .filter(holds::subject_id.eq_any(&records)).filter(standing(day.to_string()))))
            .get_result(conn))
        .map_err(looking())?;
        if held {
            return Ok(Some(Kept::Hold));
        }
        let asked: bool = on!(self.db, conn => select(exists(requests::table
            .filter(requests::subject_id.eq_any(records.iter().map(Some)))
            .filter(requests::is_open.eq(true)))).get_result(conn))
        .map_err(looking())?;
        if asked {
            return Ok(Some(Kept::Request));
        }
        let disputed: bool = on!(self.db, conn => select(exists(disputes::table
            .filter(disputes::subject_id.eq_any(&records))
            .filter(disputes::closed_at.is_null()))).get_result(conn))
        .map_err(looking())?;
        if disputed {
            return Ok(Some(Kept::Dispute));
        }
        Ok(aged.restricted.then_some(Kept::Restriction))
    }

    /// What keeps somebody on a day. It looks at every person.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn keepers(
        &mut self,
        _grant: &Grant<KeepRetention>,
        day: NaiveDate,
    ) -> Result<Keepers, StoreError> {
        let restricted = on!(self.db, conn => subjects::table
            .filter(subjects::restricted.is_not_null()).select(subjects::id).load(conn))
        .map_err(StoreError::failed("looking for what keeps data"))?;
        Ok(Keepers { day, restricted })
    }

    /// Everybody whom something keeps, with the records that were merged into theirs: whom a hold names, who asked for
    /// something or disputes something, as it is now, and whose data are restricted.
    pub(super) fn kept_persons(&mut self, keepers: &Keepers) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut kept = self.kept_records(keepers.day)?;
        kept.extend_from_slice(&keepers.restricted);
        self.with_merged(kept)
    }

    fn kept_records(&mut self, day: NaiveDate) -> Result<Vec<Vec<u8>>, StoreError> {
        let looking = || StoreError::failed("looking for what keeps data");
        let mut kept: Vec<Vec<u8>> = on!(self.db, conn => holds::table
            .filter(standing(day.to_string())).select(holds::subject_id).load(conn))
        .map_err(looking())?;
        let asked: Vec<Option<Vec<u8>>> = on!(self.db, conn => requests::table
            .filter(requests::is_open.eq(true)).select(requests::subject_id).load(conn))
        .map_err(looking())?;
        kept.extend(asked.into_iter().flatten());
        let disputed: Vec<Vec<u8>> = on!(self.db, conn => disputes::table
            .filter(disputes::closed_at.is_null()).select(disputes::subject_id).load(conn))
        .map_err(looking())?;
        kept.extend(disputed);
        Ok(kept)
    }

    /// What was done about retention, in order.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn retention_acts(
        &mut self,
        _grant: &Grant<KeepRetention>,
    ) -> Result<Vec<RetentionAct>, StoreError> {
        let rows: Vec<(i64, String)> = on!(self.db, conn => retention_acts::table
            .inner_join(public_events::table.on(public_events::position.eq(retention_acts::position)))
            .order(retention_acts::position)
            .select((retention_acts::position, public_events::payload)).load(conn))
        .map_err(StoreError::failed("reading what was done about retention"))?;
        let act = |(position, payload): (i64, String)| {
            Ok(RetentionAct {
                position: unsigned(position),
                told: serde_json::from_str(&payload)
                    .map_err(|_| StoreError::damaged("an act of retention"))?,
            })
        };
        rows.into_iter().map(act).collect()
    }

    /// The rows, as a comparison with the log reads them: each with the day whose run it is.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_retention(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<(Position, Option<String>)>, StoreError> {
        let rows: Vec<(i64, Option<String>)> = on!(self.db, conn => retention_acts::table
            .order(retention_acts::position)
            .select((retention_acts::position, retention_acts::run_on)).load(conn))
        .map_err(StoreError::failed("reading what was done about retention"))?;
        let read = |(position, run_on)| (unsigned(position), run_on);
        Ok(rows.into_iter().map(read).collect())
    }
}

impl WriteTx<'_> {
    /// A person as they are now, and what keeps them; `None` where they are not there any more.
    ///
    /// # Errors
    /// Where the database fails; the transaction is given up then.
    pub fn aged(
        &mut self,
        grant: &Grant<KeepRetention>,
        subject: SubjectId,
        day: NaiveDate,
    ) -> Result<Option<(Aged, Option<Kept>)>, StoreError> {
        let mut reading = self.reading();
        let looked = reading.aged_one(subject).and_then(|aged| {
            let Some(aged) = aged else { return Ok(None) };
            let kept = reading.kept_by(grant, &aged, day)?;
            Ok(Some((aged, kept)))
        });
        self.broken |= looked.is_err();
        looked
    }

    /// What was done about retention. The write must be alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn retention_acts(
        &mut self,
        grant: &Grant<KeepRetention>,
    ) -> Result<Vec<RetentionAct>, StoreError> {
        let acts = self.reading().retention_acts(grant);
        self.broken |= acts.is_err();
        acts
    }

    /// Writes down what is done about retention. Of the runs of one day only one can begin, on whichever
    /// node.
    pub fn act_on_retention(
        &mut self,
        grant: &Grant<KeepRetention>,
        kind: PublicKind,
        told: Value,
        run_on: Option<NaiveDate>,
    ) -> Entry {
        let event = PublicEvent::new(kind, grant.actor(), told);
        self.public_with(event, Extra::Retention(run_on))
    }
}

fn slug(text: &str) -> Result<Slug, StoreError> {
    text.parse().map_err(|_| StoreError::damaged("a purpose"))
}

/// Writes the row of an act with the entry at that place.
pub(super) fn write(
    db: &mut super::connection::Db,
    run_on: Option<NaiveDate>,
    position: i64,
) -> Result<(), StoreError> {
    let row = (
        retention_acts::position.eq(position),
        retention_acts::run_on.eq(run_on.map(|day| day.to_string())),
    );
    on!(db, conn => diesel::insert_into(retention_acts::table).values(row).execute(conn))
        .map_err(StoreError::failed("writing what was done about retention"))?;
    Ok(())
}
