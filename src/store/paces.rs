//! Pauses and bounds: written with their entry, read together with the person under their lock.

use super::connection::{Db, on};
use super::error::StoreError;
use super::people::Reads;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{paces, subjects};
use super::tx::{Entry, Records, WriteTx};
use super::world::World;
use crate::access::{ExportAudit, Grant};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::{AtMost, Change, Channel, Pace, PaceRecord, PaceState, Paced, Slug};
use crate::domain::time::from_micros;
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Those of one person.
pub(super) type Paces = BTreeMap<(Slug, Channel), HeldPace>;

/// A pace of a loaded person.
#[derive(Clone)]
pub(super) struct HeldPace {
    pub state: PaceState,
    /// The pending entry that last changed it; its position is known at the commit.
    pub entry: Option<usize>,
}

/// A pace as its table holds it.
#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = super::schema::paces, treat_none_as_default_value = false)]
pub(super) struct PaceRow {
    pub subject_id: Vec<u8>,
    pub purpose: String,
    pub channel: String,
    pub paused_until: Option<i64>,
    pub at_most: Option<String>,
    pub since: i64,
    pub position: i64,
}

impl PaceRow {
    fn of(subject: SubjectId, (purpose, channel): &(Slug, Channel), state: &PaceState) -> Self {
        let until = state.pace.paused_until;
        Self {
            subject_id: subject.as_bytes().to_vec(),
            purpose: purpose.to_string(),
            channel: channel.as_str().to_owned(),
            paused_until: until.map(|until| until.timestamp_micros()),
            at_most: state.pace.at_most.map(|most| most.as_str().to_owned()),
            since: state.since.timestamp_micros(),
            position: signed(state.position),
        }
    }

    /// What it says; whoever does not read denies.
    pub fn paced(&self) -> Result<Paced, StoreError> {
        let damaged = || StoreError::Damaged {
            what: "a pause or bound",
            position: Some(unsigned(self.position)),
        };
        let at_most = match &self.at_most {
            Some(text) => Some(AtMost::parse(text).ok_or_else(damaged)?),
            None => None,
        };
        Ok(Paced {
            purpose: self.purpose.parse().map_err(|_| damaged())?,
            channel: Channel::parse(&self.channel).ok_or_else(damaged)?,
            state: PaceState {
                pace: Pace {
                    paused_until: self.paused_until.map(from_micros),
                    at_most,
                },
                since: from_micros(self.since),
                position: unsigned(self.position),
            },
        })
    }
}

impl WriteTx<'_> {
    /// What holds for a purpose and channel of a person.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn pace(
        &mut self,
        subject: SubjectId,
        purpose: &Slug,
        channel: Channel,
    ) -> Result<Option<PaceState>, StoreError> {
        self.load_paces(subject)?;
        let person = self.world.subjects.get(&subject);
        let held = person.and_then(|person| person.paces.as_ref());
        let held = held.and_then(|held| held.get(&(purpose.clone(), channel)));
        Ok(held.map(|held| held.state))
    }

    /// Records what a person asked for. A clock that was set back does not move it before what it replaces.
    ///
    /// # Errors
    /// Where the person is not loaded, or the database fails.
    pub fn set_pace<P: Records>(
        &mut self,
        grant: &Grant<P>,
        mut record: PaceRecord,
    ) -> Result<(Entry, PaceState), StoreError> {
        let (subject, id) = (record.subject, record.id);
        let before = self.pace(subject, &record.purpose, record.channel)?;
        let since = before.map_or(record.effective_at, |before| before.since);
        record.effective_at = record.effective_at.max(since);
        let state = PaceState::of(&record, Position::MAX);
        let held = HeldPace {
            state,
            entry: Some(self.world.pending.len()),
        };
        let at = (record.purpose.clone(), record.channel);
        let person = self.touch(subject)?;
        person.paces.get_or_insert_default().insert(at, held);
        let event = SubjectEvent::Paced(Box::new(record));
        Ok((self.append(grant, subject, event, Some(id))?, state))
    }

    /// A person's, as the index is told of them.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn paces_seen(&mut self, subject: SubjectId) -> Result<Change, StoreError> {
        self.load_paces(subject)?;
        let person = self.world.subjects.get(&subject);
        let held = person.and_then(|person| person.paces.as_ref());
        Ok(Change::Paces(subject, held.map(image).unwrap_or_default()))
    }

    /// Loads a person's, unless that was done before: their row is locked.
    fn load_paces(&mut self, subject: SubjectId) -> Result<(), StoreError> {
        let loaded = self.world.subjects.get(&subject);
        if loaded.is_none_or(|person| person.paces.is_some()) {
            return Ok(());
        }
        let id = subject.as_bytes().to_vec();
        let rows: Vec<PaceRow> = self.read(
            "loading pauses",
            |db| on!(db, conn => paces::table.filter(paces::subject_id.eq(id)).load(conn)),
        )?;
        let mut held = Paces::new();
        for row in rows {
            let Paced {
                purpose,
                channel,
                state,
            } = row.paced()?;
            held.insert((purpose, channel), HeldPace { state, entry: None });
        }
        if let Some(person) = self.world.subjects.get_mut(&subject) {
            person.paces = Some(held);
        }
        Ok(())
    }

    /// Adds those of a record that is merged into another's by the next entry: the stricter holds.
    pub(super) fn merge_paces(
        &mut self,
        from: SubjectId,
        into: SubjectId,
    ) -> Result<(), StoreError> {
        self.load_paces(from)?;
        self.load_paces(into)?;
        let leaving = self.touch(from)?.paces.clone().unwrap_or_default();
        let entry = self.world.pending.len();
        let staying = self.touch(into)?.paces.get_or_insert_default();
        for (at, held) in leaving {
            let own = staying.get(&at).map(|own| own.state);
            let state = PaceState::merged(own.as_ref(), &held.state, Position::MAX);
            let entry = Some(entry);
            staying.insert(at, HeldPace { state, entry });
        }
        Ok(())
    }
}

/// Loaded ones, as the index is told of them.
pub(super) fn image(held: &Paces) -> Vec<Paced> {
    let paced = |((purpose, channel), held): (&(Slug, Channel), &HeldPace)| Paced {
        purpose: purpose.clone(),
        channel: *channel,
        state: held.state,
    };
    held.iter().map(paced).collect()
}

/// The rows that a batch changed, with their positions.
pub(super) fn changed(world: &mut World, first: Position) -> Vec<PaceRow> {
    let mut rows = Vec::new();
    for (id, subject) in &mut world.subjects {
        for (at, held) in subject.paces.iter_mut().flatten() {
            if let Some(entry) = held.entry.take() {
                held.state.position = first.saturating_add(entry as u64);
                rows.push(PaceRow::of(*id, at, &held.state));
            }
        }
    }
    rows.sort_by(|a, b| a.subject_id.cmp(&b.subject_id));
    rows
}

/// The rows of these persons.
pub(super) fn of_persons(db: &mut Db, ids: &[Vec<u8>]) -> Result<Vec<PaceRow>, StoreError> {
    on!(db, conn => paces::table.filter(paces::subject_id.eq_any(ids)).load(conn))
        .map_err(StoreError::failed("loading pauses"))
}

/// The rows of a page of persons.
pub(super) fn of_page(db: &mut Db, after: &[u8], end: &[u8]) -> Result<Vec<PaceRow>, StoreError> {
    on!(db, conn => paces::table
        .filter(paces::subject_id.gt(after)).filter(paces::subject_id.le(end)).load(conn))
    .map_err(StoreError::failed("loading pauses"))
}

/// Rows by their person, as the index is told of them.
pub(super) fn images(rows: &[PaceRow]) -> Result<HashMap<SubjectId, Vec<Paced>>, StoreError> {
    let mut images: HashMap<SubjectId, Vec<Paced>> = HashMap::new();
    for row in rows {
        let subject = SubjectId::from_slice(&row.subject_id)
            .ok_or(StoreError::damaged("a pause's data subject"))?;
        images.entry(subject).or_default().push(row.paced()?);
    }
    Ok(images)
}

impl ReadTx<'_> {
    /// What holds for the purposes and channels of a person, in their order.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn paces<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        id: SubjectId,
    ) -> Result<Vec<Paced>, StoreError> {
        let rows: Vec<PaceRow> = on!(self.db, conn => paces::table
            .filter(paces::subject_id.eq(id.as_bytes().to_vec()))
            .order((paces::purpose, paces::channel)).load(conn))
        .map_err(StoreError::failed("loading pauses"))?;
        rows.iter().map(PaceRow::paced).collect()
    }

    /// Positions named by pauses of persons that do not exist.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn orphaned_paces(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<Position>, StoreError> {
        let rows: Vec<i64> = on!(self.db, conn => paces::table
            .filter(paces::subject_id.ne_all(subjects::table.select(subjects::id)))
            .select(paces::position).limit(100).load(conn))
        .map_err(StoreError::failed("looking for pauses of nobody"))?;
        Ok(rows.into_iter().map(unsigned).collect())
    }
}
