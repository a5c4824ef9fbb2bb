//! Legal holds: a row each, written with the entry that places it and with the one that lifts it. They are the
//! person's: with a merge they go over to the record that stays.

use super::connection::{Db, on};
use super::error::StoreError;
use super::people::Reads;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{holds, subjects};
use super::tx::{Entry, Records, WriteTx};
use super::world::{Extra, World};
use crate::access::{ExportAudit, Grant, KeepHolds};
use crate::domain::event::{Reference, SubjectEvent};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::requests::Hold;
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

impl Reads for KeepHolds {}
impl Records for KeepHolds {}

/// A hold, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHold {
    /// The entry that placed it.
    pub position: Position,
    /// Whose data it keeps.
    pub subject: SubjectId,
    /// What was placed.
    pub hold: Hold,
    /// When somebody lifted it.
    pub lifted_on: Option<NaiveDate>,
}

impl StoredHold {
    /// Whether it keeps the data on that day.
    #[must_use]
    pub fn stands(&self, day: NaiveDate) -> bool {
        self.lifted_on.is_none() && self.hold.lasts(day)
    }
}

/// Its row.
#[derive(Insertable, Queryable)]
#[diesel(table_name = holds, treat_none_as_default_value = false)]
pub(super) struct HoldRow {
    position: i64,
    subject_id: Vec<u8>,
    ground: String,
    reference: String,
    placed_on: String,
    until_day: String,
    lifted_on: Option<String>,
}

impl HoldRow {
    fn of(subject: SubjectId, hold: &Hold) -> Self {
        Self {
            position: 0,
            subject_id: subject.as_bytes().to_vec(),
            ground: hold.ground.as_str().to_owned(),
            reference: hold.reference.as_str().to_owned(),
            placed_on: hold.placed_on.to_string(),
            until_day: hold.until.to_string(),
            lifted_on: None,
        }
    }

    fn read(&self) -> Option<StoredHold> {
        let lifted = self.lifted_on.as_deref().map(str::parse).transpose();
        Some(StoredHold {
            position: unsigned(self.position),
            subject: SubjectId::from_slice(&self.subject_id)?,
            hold: Hold {
                ground: self.ground.parse().ok()?,
                reference: Reference::parse(&self.reference)?,
                placed_on: self.placed_on.parse().ok()?,
                until: self.until_day.parse().ok()?,
            },
            lifted_on: lifted.ok()?,
        })
    }

    fn stored(&self) -> Result<StoredHold, StoreError> {
        self.read().ok_or(StoreError::Damaged {
            what: "a hold",
            position: Some(unsigned(self.position)),
        })
    }
}

impl WriteTx<'_> {
    /// Writes down that a person's data are kept. The write must be alone, so that whatever comes after it
    /// sees the hold.
    ///
    /// # Errors
    /// Where the person is not loaded.
    pub fn place_hold(
        &mut self,
        grant: &Grant<KeepHolds>,
        subject: SubjectId,
        hold: Hold,
    ) -> Result<Entry, StoreError> {
        let row = HoldRow::of(subject, &hold);
        let entry = self.note(grant, subject, SubjectEvent::Held(Box::new(hold)))?;
        self.beside_last(Extra::Hold(row));
        Ok(entry)
    }

    /// A hold, locked until the write ends.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn held_hold(
        &mut self,
        _grant: &Grant<KeepHolds>,
        at: Position,
    ) -> Result<Option<StoredHold>, StoreError> {
        let row = self.read("finding a hold", |db| locked(db, signed(at)))?;
        row.map(|row| row.stored()).transpose()
    }

    /// Ends a hold that was read in this write. The write must be alone.
    ///
    /// # Errors
    /// Where the person is not loaded.
    pub fn lift_hold(
        &mut self,
        grant: &Grant<KeepHolds>,
        held: &StoredHold,
        on: NaiveDate,
    ) -> Result<Entry, StoreError> {
        let hold = held.position;
        let event = SubjectEvent::HoldLifted { hold, on };
        let entry = self.note(grant, held.subject, event)?;
        self.beside_last(Extra::HoldLifted(hold, on));
        Ok(entry)
    }

    /// The hold that keeps a person's data longest, of those that stand on that day.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged: who cannot tell whether there is one erases nobody.
    pub fn hold_on<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
        day: NaiveDate,
    ) -> Result<Option<StoredHold>, StoreError> {
        let rows = self.read("looking for holds", |db| of_one(db, subject))?;
        let stored = stored(&rows)?;
        let standing = stored.into_iter().filter(|one| one.stands(day));
        Ok(standing.max_by_key(|one| one.hold.until))
    }
}

impl ReadTx<'_> {
    /// Holds in the order in which they were placed, from a place on.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn holds(
        &mut self,
        _grant: &Grant<KeepHolds>,
        (standing, day): (bool, NaiveDate),
        from: Position,
        limit: i64,
    ) -> Result<Vec<StoredHold>, StoreError> {
        let day = day.to_string();
        let rows: Vec<HoldRow> = on!(self.db, conn => {
            let found = holds::table.filter(holds::position.ge(signed(from))).into_boxed();
            let found = if standing {
                found.filter(self::standing(day))
            } else {
                found.filter(holds::lifted_on.is_not_null().or(holds::until_day.lt(day)))
            };
            found.order(holds::position).limit(limit).load(conn)
        })
        .map_err(StoreError::failed("listing holds"))?;
        stored(&rows)
    }

    /// Whose data a hold keeps.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn hold(
        &mut self,
        _grant: &Grant<KeepHolds>,
        at: Position,
    ) -> Result<Option<StoredHold>, StoreError> {
        let row: Option<HoldRow> = on!(self.db, conn => holds::table
            .find(signed(at)).first(conn).optional())
        .map_err(StoreError::failed("finding a hold"))?;
        row.map(|row| row.stored()).transpose()
    }

    /// The holds on one person, whether they stand or not.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn holds_of<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
    ) -> Result<Vec<StoredHold>, StoreError> {
        let rows = of_one(self.db, subject).map_err(StoreError::failed("looking for holds"))?;
        stored(&rows)
    }

    /// Positions named by holds on persons that do not exist.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn orphaned_holds(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<Position>, StoreError> {
        let rows: Vec<i64> = on!(self.db, conn => holds::table
            .filter(holds::subject_id.ne_all(subjects::table.select(subjects::id)))
            .select(holds::position).limit(100).load(conn))
        .map_err(StoreError::failed("looking for holds on nobody"))?;
        Ok(rows.into_iter().map(unsigned).collect())
    }
}

fn stored(rows: &[HoldRow]) -> Result<Vec<StoredHold>, StoreError> {
    rows.iter().map(HoldRow::stored).collect()
}

fn of_one(db: &mut Db, subject: SubjectId) -> QueryResult<Vec<HoldRow>> {
    on!(db, conn => holds::table
        .filter(holds::subject_id.eq(subject.as_bytes().to_vec()))
        .order(holds::position).load(conn))
}

/// The rows of these persons, by person, each with its place; none for what does not read.
#[allow(
    clippy::type_complexity,
    reason = "rows by their owner, taken apart at once"
)]
pub(super) fn of_persons(
    db: &mut Db,
    ids: &[Vec<u8>],
) -> Result<HashMap<Vec<u8>, Vec<(Position, Option<StoredHold>)>>, StoreError> {
    let rows: Vec<HoldRow> = on!(db, conn => holds::table
        .filter(holds::subject_id.eq_any(ids)).order(holds::position).load(conn))
    .map_err(StoreError::failed("looking for holds"))?;
    let mut held: HashMap<Vec<u8>, Vec<_>> = HashMap::new();
    for row in rows {
        let one = (unsigned(row.position), row.read());
        held.entry(row.subject_id).or_default().push(one);
    }
    Ok(held)
}

/// On `SQLite` the transaction is the only writer already; on `PostgreSQL` the row is locked.
fn locked(db: &mut Db, at: i64) -> QueryResult<Option<HoldRow>> {
    let wanted = holds::table.filter(holds::position.eq(at));
    match db {
        Db::Sqlite(conn) => wanted.first(conn).optional(),
        Db::Postgres(conn) => wanted.for_update().first(conn).optional(),
    }
}

/// Writes a hold with the entry at that place.
pub(super) fn write(db: &mut Db, row: HoldRow, position: i64) -> Result<(), StoreError> {
    let row = HoldRow { position, ..row };
    on!(db, conn => diesel::insert_into(holds::table).values(&row).execute(conn))
        .map_err(StoreError::failed("writing a hold"))?;
    Ok(())
}

/// Writes down that one was lifted.
pub(super) fn lift(db: &mut Db, hold: Position, on: NaiveDate) -> Result<(), StoreError> {
    on!(db, conn => diesel::update(holds::table.find(signed(hold)))
        .set(holds::lifted_on.eq(Some(on.to_string()))).execute(conn))
    .map_err(StoreError::failed("lifting a hold"))?;
    Ok(())
}

/// The holds of those whose record a batch merged go over to the record that stays.
pub(super) fn carry_over(db: &mut Db, world: &World) -> Result<(), StoreError> {
    let merged = world.subjects.iter();
    for (from, _) in merged.filter(|(_, one)| one.changed && one.merged_into.is_some()) {
        let Some(into) = world.resolve(*from) else {
            continue;
        };
        let own = holds::table.filter(holds::subject_id.eq(from.as_bytes().to_vec()));
        on!(db, conn => diesel::update(own)
            .set(holds::subject_id.eq(into.as_bytes().to_vec())).execute(conn))
        .map_err(StoreError::failed("merging holds"))?;
    }
    Ok(())
}

/// Whether a hold stands on a day, written as the table writes it.
#[diesel::dsl::auto_type]
pub(super) fn standing(day: String) -> _ {
    holds::lifted_on.is_null().and(holds::until_day.ge(day))
}
