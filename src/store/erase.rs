//! Erases a person (GDPR art. 17): keys, identifiers, choices, history, contacts, links, kept answers
//! and the decisions about them. What stays in the log are leaves that nobody can open or link any
//! more, the entry that says that somebody was erased, and the keyed hashes on the suppression list.

use super::connection::{Db, on};
use super::error::StoreError;
use super::flush::lock_head;
use super::open::Store;
use super::read::ReadTx;
use super::rows::{IdentifierRow, signed, unsigned};
use super::schema::{
    confirmations, consent_states, contacts, customer_sessions, erased_entries, erasures, holds,
    idempotency, identifiers, identity_challenges, links, mails, paces, package_parts, packages,
    sign_ins, subject_events, subjects,
};
use super::tx::{Entry, Erases, WriteTx};
use crate::access::{EraseSubjects, ExportAudit, Grant, Serve};
use crate::audit::encoding::hex;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::registry::{Change, ErasureReason, Identifier, IdentifierKind};
use diesel::prelude::*;
use diesel::sql_types::Integer;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::Range;

/// Why the contact points of somebody who was erased are on the suppression list.
pub const NEVER_AGAIN: &str = "erased";
/// Rows written by one statement.
const CHUNK: usize = 500;

/// An erasure that is asked for.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// On which ground.
    pub reason: ErasureReason,
    /// The request that it answers, in the words of whoever keeps requests.
    pub reference: Option<String>,
    /// How many keyed hashes went onto the suppression list.
    pub suppressed: u64,
}

/// What an erasure took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// The person's records: their own, and those that were merged into it.
    pub records: u64,
    /// Entries of the log whose payload is gone.
    pub entries: u64,
}

/// A row that says that a record was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasedRecord {
    /// The entry that it names.
    pub position: Position,
    /// Whether a person of that id is there all the same.
    pub is_back: bool,
}

impl WriteTx<'_> {
    /// Every keyed hash under which a no to this person is filed: of each contact point its own and
    /// the coarser one. A key of the company's own is no contact point.
    ///
    /// # Errors
    /// Where the person is not loaded or the database fails.
    pub fn contact_points(
        &mut self,
        _grant: &Grant<EraseSubjects>,
        subject: SubjectId,
    ) -> Result<BTreeSet<Blind>, StoreError> {
        let id = subject.as_bytes().to_vec();
        let rows: Vec<IdentifierRow> = self.read("loading identifiers", |db| {
            on!(db, conn => identifiers::table.filter(identifiers::subject_id.eq(&id)).load(conn))
        })?;
        let mut points = BTreeSet::new();
        for row in rows {
            let kind = IdentifierKind::from_code(row.kind);
            if kind != Some(IdentifierKind::CrmId) {
                points.extend(Blind::from_slice(&row.blind));
                points.extend(self.coarser(subject, &row, kind));
            }
        }
        Ok(points)
    }

    /// A damaged identifier has none, and is erased all the same.
    fn coarser(
        &self,
        subject: SubjectId,
        row: &IdentifierRow,
        kind: Option<IdentifierKind>,
    ) -> Option<Blind> {
        let person = self.world.subjects.get(&subject)?;
        let text = String::from_utf8(person.key.open(&row.sealed, &row.blind).ok()?).ok()?;
        let coarse = Identifier::parse(kind?, &text).ok()?.for_suppression();
        Some(self.keys.blind(coarse.canonical()))
    }

    /// Erases a person with every record that was merged into theirs. The write must be alone in its
    /// transaction, and this its last step.
    ///
    /// # Errors
    /// Where the database fails; the transaction is given up then.
    pub fn erase<P: Erases>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        why: &Erasure,
    ) -> Result<(Entry, Erased), StoreError> {
        let outcome = self.erase_now(grant, subject, why);
        self.broken |= outcome.is_err();
        outcome
    }

    fn erase_now<P>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        why: &Erasure,
    ) -> Result<(Entry, Erased), StoreError> {
        // from here on nobody else appends or erases
        let (frontier, _) = lock_head(self.db)?;
        let records = self.reading().cluster(subject)?;
        let gone = self.entries_of(&records)?;
        let (listed, rolls_digest) = self.take_off_rolls(&records)?;
        let (all, digest) = self.with_earlier(&gone)?;
        self.take_out_rows(&records)?;
        self.forget_found_of(&records)?;
        self.leave_requests(&records)?;
        self.leave_disputes(&records)?;
        let persons: Vec<SubjectId> = records
            .iter()
            .filter_map(|id| SubjectId::from_slice(id))
            .collect();
        self.forget_answers(&persons)?;
        let bytes: Vec<[u8; 16]> = persons.iter().map(|id| *id.as_bytes()).collect();
        self.take_out_decisions(&bytes)?;
        let position = frontier
            .size()
            .saturating_add(self.world.pending.len() as u64);
        self.write_down(&records, &gone, position)?;
        let erased = Erased {
            records: records.len() as u64,
            entries: gone.len() as u64,
        };
        let payload = json!({
            "reason": why.reason, "reference": why.reference, "suppressed": why.suppressed,
            "records": erased.records, "entries": erased.entries,
            "erased_entries": all, "erased_digest": hex(&digest),
            "listed": listed, "rolls_digest": hex(&rolls_digest),
        });
        let forgotten = persons.into_iter().map(Change::Erased);
        self.world.changes.extend(forgotten);
        let event = PublicEvent::new(PublicKind::Erased, grant.actor(), payload);
        Ok((self.public(event), erased))
    }

    fn entries_of(&mut self, records: &[Vec<u8>]) -> Result<Vec<i64>, StoreError> {
        self.read("loading histories", |db| {
            on!(db, conn => subject_events::table
                .filter(subject_events::subject_id.eq_any(records))
                .order(subject_events::position).select(subject_events::position).load(conn))
        })
    }

    /// How many entries are erased with these, and the keyed hash of them all. The set as a whole is
    /// committed to, and not each erasure's part: that would link what is a person's for ever.
    fn with_earlier(&mut self, gone: &[i64]) -> Result<(u64, [u8; 32]), StoreError> {
        let mut all: Vec<i64> = self.read(
            "reading what was erased",
            |db| on!(db, conn => erased_entries::table.select(erased_entries::position).load(conn)),
        )?;
        all.extend(gone);
        all.sort_unstable();
        let digest = self
            .keys
            .erased_digest(all.iter().map(|position| unsigned(*position)));
        Ok((all.len() as u64, digest))
    }

    fn take_out_rows(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        macro_rules! take_out {
            ($($table:ident . $column:ident),+) => {$(
                self.read("erasing", |db| on!(db, conn => diesel::delete(
                    $table::table.filter($table::$column.eq_any(records))).execute(conn)))?;
            )+};
        }
        // asked for under one of the person's addresses, and not yet looked at
        let theirs: Vec<Vec<u8>> = self.read("erasing", |db| {
            on!(db, conn => identifiers::table
                .filter(identifiers::subject_id.eq_any(records))
                .select(identifiers::blind).load(conn))
        })?;
        let hashes = theirs.iter().filter_map(|blind| Blind::from_slice(blind));
        self.world.erased_contacts.extend(hashes);
        self.read("erasing", |db| {
            on!(db, conn => diesel::delete(
                sign_ins::table.filter(sign_ins::contact.eq_any(theirs))).execute(conn))
        })?;
        take_out!(
            identifiers.subject_id,
            mails.subject_id,
            confirmations.subject_id,
            customer_sessions.subject_id,
            identity_challenges.subject_id,
            links.subject_id,
            contacts.subject_id,
            consent_states.subject_id,
            paces.subject_id,
            holds.subject_id,
            package_parts.subject_id,
            packages.subject_id,
            subject_events.subject_id,
            subjects.id
        );
        Ok(())
    }

    /// Answers that are kept for retries and name the person.
    fn forget_answers(&mut self, persons: &[SubjectId]) -> Result<(), StoreError> {
        for person in persons {
            let named = format!("%{person}%");
            self.read("erasing", |db| {
                on!(db, conn => diesel::delete(idempotency::table
                    .filter(idempotency::answer.like(&named))).execute(conn))
            })?;
        }
        Ok(())
    }

    fn write_down(
        &mut self,
        records: &[Vec<u8>],
        gone: &[i64],
        position: Position,
    ) -> Result<(), StoreError> {
        for record in records {
            let row = (
                erasures::subject_id.eq(record),
                erasures::position.eq(signed(position)),
            );
            self.read("erasing", |db| {
                on!(db, conn => diesel::insert_into(erasures::table).values(row).execute(conn))
            })?;
        }
        for position in gone {
            self.read("erasing", |db| {
                on!(db, conn => diesel::insert_into(erased_entries::table)
                    .values(erased_entries::position.eq(position)).execute(conn))
            })?;
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// The entry that says that the person of this id was erased; `None` where nobody of it was.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn erased_at(
        &mut self,
        _grant: &Grant<EraseSubjects>,
        subject: SubjectId,
    ) -> Result<Option<Position>, StoreError> {
        let found: Option<i64> = on!(self.db, conn => erasures::table
            .find(subject.as_bytes().to_vec()).select(erasures::position).first(conn).optional())
        .map_err(StoreError::failed("looking for an erasure"))?;
        Ok(found.map(unsigned))
    }

    /// The positions of a range whose payload was erased, in order.
    pub(super) fn erased_entries(
        &mut self,
        range: Range<Position>,
    ) -> Result<Vec<Position>, StoreError> {
        let found: Vec<i64> = on!(self.db, conn => erased_entries::table
            .filter(erased_entries::position.ge(signed(range.start)))
            .filter(erased_entries::position.lt(signed(range.end)))
            .order(erased_entries::position).select(erased_entries::position).load(conn))
        .map_err(StoreError::failed("reading what was erased"))?;
        Ok(found.into_iter().map(unsigned).collect())
    }

    /// How many entries are said to be erased, and the keyed hash of their positions.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_erased_entries(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<(u64, String), StoreError> {
        let all = self.erased_entries(0..Position::MAX)?;
        let digest = self.keys.erased_digest(all.iter().copied());
        Ok((all.len() as u64, hex(&digest)))
    }

    /// Every record that is said to be erased.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_erasures(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<ErasedRecord>, StoreError> {
        let rows: Vec<(Vec<u8>, i64)> = on!(self.db, conn => erasures::table
            .select((erasures::subject_id, erasures::position)).load(conn))
        .map_err(StoreError::failed("reading erasures"))?;
        let mut there = BTreeSet::new();
        for chunk in rows.chunks(CHUNK) {
            let ids: Vec<&[u8]> = chunk.iter().map(|(id, _)| id.as_slice()).collect();
            let found: Vec<Vec<u8>> = on!(self.db, conn => subjects::table
                .filter(subjects::id.eq_any(ids)).select(subjects::id).load(conn))
            .map_err(StoreError::failed("reading erasures"))?;
            there.extend(found);
        }
        let read = |(id, position): (Vec<u8>, i64)| ErasedRecord {
            position: unsigned(position),
            is_back: there.contains(&id),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    pub(super) fn erased_in(
        &mut self,
        entries: Range<i64>,
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        let rows: Vec<Vec<u8>> = on!(self.db, conn => erasures::table
            .filter(erasures::position.ge(entries.start)).filter(erasures::position.lt(entries.end))
            .select(erasures::subject_id).load(conn))
        .map_err(StoreError::failed("following erasures"))?;
        for id in rows {
            let id = SubjectId::from_slice(&id).ok_or(StoreError::damaged("an erasure"))?;
            tell(Change::Erased(id));
        }
        Ok(())
    }
}

/// Tables out of which rows were taken.
const SWEPT: [&str; 20] = [
    "identifiers",
    "mails",
    "confirmations",
    "sign_ins",
    "customer_sessions",
    "identity_challenges",
    "links",
    "contacts",
    "consent_states",
    "paces",
    "holds",
    "packages",
    "package_parts",
    "case_keys",
    "system_tasks",
    "subject_events",
    "subjects",
    "idempotency",
    "decision_blocks",
    "roll_sheets",
];

/// What a checkpoint of the write-ahead file says.
#[derive(QueryableByName)]
struct Checkpointed {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

impl Store {
    /// Takes what was erased out of the files as far as the database can: on `SQLite` the write-ahead
    /// file is brought in and emptied, on `PostgreSQL` the rows' room is given free. Blocks.
    ///
    /// # Errors
    /// Where the database fails, or a long read kept the write-ahead file from being emptied.
    pub fn sweep(&self, _grant: &Grant<Serve>) -> Result<(), StoreError> {
        let mut db = Db::connect(self.owners_url())?;
        if let Db::Sqlite(conn) = &mut db {
            let done: Checkpointed = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)")
                .get_result(conn)
                .map_err(StoreError::failed("emptying the write-ahead file"))?;
            return match done.busy {
                0 => Ok(()),
                _ => Err(StoreError::Failed {
                    doing: "emptying the write-ahead file",
                    kind: "a read goes on".into(),
                }),
            };
        }
        db.execute("SET statement_timeout = 0", "sweeping")?;
        for table in SWEPT {
            db.execute(&format!("VACUUM {table}"), "sweeping")?;
        }
        Ok(())
    }
}
