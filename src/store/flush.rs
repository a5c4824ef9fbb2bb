//! Turns what a batch wants into rows: the persons first, the head of the log last, then the
//! entries with their positions, in as few statements as there are tables.

use super::connection::{Db, on};
use super::error::StoreError;
use super::rows::{
    CatalogueRow, IdempotencyRow, IdentifierRow, KeyRow, LedgerRow, LinkRow, OutboxRow, PublicRow,
    SessionRow, StaffRow, StateRow, SubjectEventRow, SubjectRow, SuppressionRow, TileRow, signed,
    signed_version, unsigned,
};
use super::schema::{
    api_keys, catalogue_items, consent_states, idempotency, identifiers, ledger, links, log_head,
    outbox, public_events, registry, sessions, staff, subject_events, subjects, suppressions,
    tree_tiles,
};
use super::world::{Extra, Pending, Subject, World};
use crate::audit::Hash;
use crate::audit::commitment::{canonical_json, commit, event_tag};
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::tree::{Frontier, hash_leaf};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Blind, Position};
use crate::domain::registry::{Catalogue, Change, NoticeRef};
use crate::domain::time::{Entropy, Now, random};
use diesel::prelude::*;
use std::collections::HashMap;

const CHUNK: usize = 250;

/// `PostgreSQL` takes many rows in one statement, to save the ways there and back. `SQLite` is in
/// this process, and parses a statement of one row only once.
macro_rules! insert_all {
    ($db:expr, $table:path, $rows:expr, $doing:literal) => {
        match $db {
            Db::Sqlite(conn) => {
                for row in $rows.iter() {
                    diesel::insert_into($table)
                        .values(row)
                        .execute(conn)
                        .map_err(StoreError::failed($doing))?;
                }
            }
            Db::Postgres(conn) => {
                for chunk in $rows.chunks(CHUNK) {
                    diesel::insert_into($table)
                        .values(chunk)
                        .execute(conn)
                        .map_err(StoreError::failed($doing))?;
                }
            }
        }
    };
}

/// The rows of the entries, as they are made one after the other.
#[derive(Default)]
struct Entries {
    ledger: Vec<LedgerRow>,
    tiles: Vec<TileRow>,
    public: Vec<PublicRow>,
    personal: Vec<SubjectEventRow>,
    /// Hashes of the notices met so far: many entries of a batch name the same one.
    notices: HashMap<NoticeRef, Hash>,
}

/// What a flush needs besides the batch.
pub(super) struct Flush<'a> {
    pub registry: &'a str,
    pub entropy: &'a dyn Entropy,
    pub now: Now,
}

impl Flush<'_> {
    /// Writes everything that is pending; returns the position of the first entry.
    pub fn run(&self, db: &mut Db, world: &mut World) -> Result<Position, StoreError> {
        write_subjects(db, world)?;
        let (mut frontier, last_at) = lock_head(db)?;
        let first = frontier.size();
        let at = last_at.max(self.now.utc().timestamp());
        let mut entries = Entries::default();
        for (index, pending) in world.pending.iter().enumerate() {
            let position = first.saturating_add(index as u64);
            let leaf = self.entry(world, pending, position, at, &mut entries)?;
            append(&mut frontier, position, leaf, &mut entries)?;
        }
        write_entries(db, &entries)?;
        write_states(db, world, first)?;
        self.write_extras(db, world, first)?;
        self.write_outbox(db, first, frontier.size())?;
        move_head(db, &frontier, at)?;
        Ok(first)
    }

    /// Makes the rows of one entry and returns its leaf.
    fn entry(
        &self,
        world: &World,
        pending: &Pending,
        position: Position,
        at: i64,
        entries: &mut Entries,
    ) -> Result<Leaf, StoreError> {
        let mut leaf = Leaf {
            kind: EntryKind::LogGenesis,
            registry: self.registry.to_owned(),
            at,
            notice: None,
            tag: None,
            commitment: [0; 32],
        };
        match pending {
            Pending::Public { event, now } => {
                let opening: [u8; 32] = random(self.entropy)?;
                let payload = canonical(&event.recorded(now.utc()))?;
                leaf.kind = kind(event.kind.as_str())?;
                leaf.commitment = commit(&opening, &payload);
                let payload = String::from_utf8(payload)
                    .map_err(|_| StoreError::Log("a payload is not text".into()))?;
                entries.public.push(PublicRow {
                    position: signed(position),
                    payload,
                    opening: opening.to_vec(),
                });
            }
            Pending::Subject {
                subject,
                counter,
                event,
                actor,
                record,
                now,
            } => {
                let person = world
                    .subjects
                    .get(subject)
                    .ok_or(StoreError::damaged("a data subject"))?;
                let payload = canonical(&event.payload(*subject, actor, now.utc()))?;
                leaf.kind = kind(event.kind())?;
                leaf.tag = Some(event_tag(person.key.view(), *counter));
                leaf.commitment = commit(&person.key.opening(*counter), &payload);
                leaf.notice = shown(&world.catalogue, event, &mut entries.notices)?;
                let mut row = event_row(event, position, *now);
                row.subject_id = subject.as_bytes().to_vec();
                row.counter = signed(*counter);
                row.record_id = record.as_bytes().to_vec();
                row.sealed = person.key.seal(&payload, record.as_bytes(), self.entropy)?;
                entries.personal.push(row);
            }
        }
        Ok(leaf)
    }

    fn write_extras(
        &self,
        db: &mut Db,
        world: &mut World,
        first: Position,
    ) -> Result<(), StoreError> {
        let mut catalogue = false;
        for (entry, extra) in std::mem::take(&mut world.extras) {
            let position = signed(first.saturating_add(entry as u64));
            match extra {
                Extra::Suppression(row) => {
                    world
                        .changes
                        .extend(Blind::from_slice(&row.blind).map(Change::Suppressed));
                    add_suppression(db, SuppressionRow { position, ..row })?;
                }
                Extra::Catalogue(row) => {
                    catalogue = true;
                    let rows = [CatalogueRow { position, ..row }];
                    insert_all!(db, catalogue_items::table, rows, "publishing");
                }
                Extra::Key(row) => {
                    world
                        .changes
                        .push(Change::Key(super::doors::key_image(&row)?));
                    write_key(db, KeyRow { position, ..row })?;
                }
                Extra::Staff(row) => {
                    let rows: [StaffRow; 1] = [row];
                    insert_all!(db, staff::table, rows, "adding a staff account");
                }
                Extra::Session(row) => {
                    let rows: [SessionRow; 1] = [row];
                    insert_all!(db, sessions::table, rows, "opening a session");
                }
                Extra::Link(row) => {
                    let rows: [LinkRow; 1] = [row];
                    insert_all!(db, links::table, rows, "issuing a link");
                }
                Extra::Policy(version) => {
                    on!(db, conn => diesel::update(registry::table).set(registry::policy.eq(version)).execute(conn))
                        .map_err(StoreError::failed("activating a policy"))?;
                }
            }
        }
        if catalogue {
            let at = signed(first.saturating_add(1));
            on!(db, conn => diesel::update(registry::table).set(registry::catalogue_at.eq(at)).execute(conn))
                .map_err(StoreError::failed("publishing"))?;
            world.catalogue_changed = true;
        }
        Ok(())
    }

    fn write_outbox(&self, db: &mut Db, first: Position, end: Position) -> Result<(), StoreError> {
        let rows = [OutboxRow {
            first_position: signed(first),
            end_position: signed(end),
            created_at: self.now.micros(),
            delivered_at: None,
        }];
        insert_all!(db, outbox::table, rows, "writing the outbox");
        Ok(())
    }
}

/// Keeps what a write with an idempotency key answered.
pub(super) fn remember(db: &mut Db, rows: &[IdempotencyRow]) -> Result<(), StoreError> {
    insert_all!(db, idempotency::table, rows, "keeping an idempotency key");
    Ok(())
}

fn canonical(payload: &serde_json::Value) -> Result<Vec<u8>, StoreError> {
    canonical_json(payload).map_err(|error| StoreError::Log(error.to_string()))
}

fn kind(text: &str) -> Result<EntryKind, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Log(format!("{text} is no kind of entry")))
}

/// The hash of the words that the person was shown.
fn shown(
    catalogue: &Catalogue,
    event: &SubjectEvent,
    known: &mut HashMap<NoticeRef, Hash>,
) -> Result<Option<Hash>, StoreError> {
    let SubjectEvent::Consent(record) = event else {
        return Ok(None);
    };
    let Some(reference) = &record.notice else {
        return Ok(None);
    };
    if let Some(hash) = known.get(reference) {
        return Ok(Some(*hash));
    }
    let notice = catalogue.notices.get(reference);
    let hash = notice.map(super::catalogue::notice_hash).transpose()?;
    known.extend(hash.map(|hash| (reference.clone(), hash)));
    Ok(hash)
}

pub(super) fn event_row(event: &SubjectEvent, position: Position, now: Now) -> SubjectEventRow {
    let mut row = SubjectEventRow {
        position: signed(position),
        subject_id: Vec::new(),
        counter: 0,
        kind: event.kind().to_owned(),
        record_id: Vec::new(),
        purpose: None,
        channel: None,
        effective_at: None,
        valid_until: None,
        recorded_at: now.micros(),
        notice_id: None,
        notice_version: None,
        source: None,
        proof: false,
        sealed: Vec::new(),
    };
    if let SubjectEvent::Consent(record) = event {
        row.purpose = Some(record.purpose.as_str().to_owned());
        row.channel = Some(record.channel.as_str().to_owned());
        row.effective_at = Some(record.effective_at.timestamp_micros());
        row.valid_until = record.valid_until.map(|until| until.timestamp_micros());
        row.notice_id = record.notice.as_ref().map(|notice| notice.id.as_str().to_owned());
        row.notice_version = record
            .notice
            .as_ref()
            .map(|notice| signed_version(notice.version));
        row.source = Some(record.source.kind.as_str().to_owned());
        row.proof = record.proof;
    }
    row
}

fn append(
    frontier: &mut Frontier,
    position: Position,
    leaf: Leaf,
    entries: &mut Entries,
) -> Result<(), StoreError> {
    let bytes = leaf
        .to_bytes()
        .map_err(|error| StoreError::Log(error.to_string()))?;
    for tile in frontier.append(hash_leaf(&bytes)) {
        let (level, idx) = (i32::from(tile.level), signed(tile.index));
        entries.tiles.push(TileRow {
            level,
            idx,
            hash: tile.hash.to_vec(),
        });
    }
    let leaf =
        String::from_utf8(bytes).map_err(|_| StoreError::Log("a leaf is not text".into()))?;
    entries.ledger.push(LedgerRow {
        position: signed(position),
        leaf,
    });
    Ok(())
}

fn write_entries(db: &mut Db, entries: &Entries) -> Result<(), StoreError> {
    insert_all!(db, ledger::table, entries.ledger, "appending to the ledger");
    insert_all!(
        db,
        tree_tiles::table,
        entries.tiles,
        "appending to the tree"
    );
    insert_all!(db, public_events::table, entries.public, "appending events");
    insert_all!(
        db,
        subject_events::table,
        entries.personal,
        "appending events"
    );
    Ok(())
}

/// New persons and identifiers, and what changed of known ones. An identifier that another
/// node has just taken fails the batch on its primary key; it is then run again, and finds it.
fn write_subjects(db: &mut Db, world: &World) -> Result<(), StoreError> {
    let changed = || world.subjects.values().filter(|subject| subject.changed);
    let mut fresh: Vec<SubjectRow> = changed()
        .filter(|s| s.fresh)
        .map(|s| s.row.clone())
        .collect();
    fresh.sort_by(|a, b| a.id.cmp(&b.id));
    insert_all!(db, subjects::table, fresh, "adding data subjects");
    let mut known: Vec<&SubjectRow> = changed().filter(|s| !s.fresh).map(|s| &s.row).collect();
    known.sort_by(|a, b| a.id.cmp(&b.id));
    update_subjects(db, &known)?;
    let mut new: Vec<IdentifierRow> = changed()
        .flat_map(|s| s.new_identifiers.iter().cloned())
        .collect();
    // merged within this very batch: the row is inserted where it ended up
    let moved: Vec<&IdentifierRow> = changed()
        .filter(|s| s.merged_into.is_none())
        .flat_map(|s| &s.moved_identifiers)
        .collect();
    for row in &mut new {
        if let Some(last) = moved.iter().find(|moved| moved.blind == row.blind) {
            *row = (*last).clone();
        }
    }
    new.sort_by(|a, b| a.blind.cmp(&b.blind));
    insert_all!(db, identifiers::table, new, "adding identifiers");
    for row in moved {
        on!(db, conn => diesel::update(identifiers::table.find(&row.blind))
            .set((identifiers::subject_id.eq(&row.subject_id), identifiers::sealed.eq(&row.sealed)))
            .execute(conn))
        .map_err(StoreError::failed("merging identifiers"))?;
    }
    Ok(())
}

/// `PostgreSQL` takes all rows in one statement; `SQLite`, in this process, one by one as quickly.
fn update_subjects(db: &mut Db, rows: &[&SubjectRow]) -> Result<(), StoreError> {
    use diesel::upsert::excluded;
    match db {
        Db::Sqlite(conn) => {
            for row in rows {
                diesel::update(subjects::table.find(&row.id))
                    .set((
                        subjects::counter.eq(row.counter),
                        subjects::objection.eq(row.objection),
                        subjects::objection_profiling.eq(row.objection_profiling),
                        subjects::restricted.eq(row.restricted),
                        subjects::merged_into.eq(&row.merged_into),
                    ))
                    .execute(conn)
                    .map_err(StoreError::failed("changing data subjects"))?;
            }
        }
        Db::Postgres(conn) => {
            for chunk in rows.chunks(CHUNK) {
                let chunk: Vec<SubjectRow> = chunk.iter().map(|row| (*row).clone()).collect();
                diesel::insert_into(subjects::table)
                    .values(&chunk)
                    .on_conflict(subjects::id)
                    .do_update()
                    .set((
                        subjects::counter.eq(excluded(subjects::counter)),
                        subjects::objection.eq(excluded(subjects::objection)),
                        subjects::objection_profiling.eq(excluded(subjects::objection_profiling)),
                        subjects::restricted.eq(excluded(subjects::restricted)),
                        subjects::merged_into.eq(excluded(subjects::merged_into)),
                    ))
                    .execute(conn)
                    .map_err(StoreError::failed("changing data subjects"))?;
            }
        }
    }
    Ok(())
}

fn lock_head(db: &mut Db) -> Result<(Frontier, i64), StoreError> {
    let query = log_head::table.select((log_head::size, log_head::frontier, log_head::last_at));
    let (size, frontier, last_at): (i64, Vec<u8>, i64) = match db {
        Db::Sqlite(conn) => query.first(conn),
        Db::Postgres(conn) => query.for_update().first(conn),
    }
    .map_err(StoreError::failed("locking the head of the log"))?;
    let frontier =
        Frontier::from_bytes(&frontier).map_err(|error| StoreError::Log(error.to_string()))?;
    if frontier.size() != unsigned(size) {
        return Err(StoreError::Log(
            "the head's size is not its frontier's".into(),
        ));
    }
    Ok((frontier, last_at))
}

fn move_head(db: &mut Db, frontier: &Frontier, at: i64) -> Result<(), StoreError> {
    let head = (
        log_head::size.eq(signed(frontier.size())),
        log_head::frontier.eq(frontier.to_bytes()),
        log_head::last_at.eq(at),
    );
    on!(db, conn => diesel::update(log_head::table).set(head).execute(conn))
        .map_err(StoreError::failed("moving the head of the log"))?;
    Ok(())
}

/// Gives every changed state the position of its entry, and writes it.
fn write_states(db: &mut Db, world: &mut World, first: Position) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for (id, subject) in &mut world.subjects {
        for ((purpose, channel), held) in &mut subject.cells {
            let Some(entry) = held.entry.take() else {
                continue;
            };
            held.state.position = first.saturating_add(entry as u64);
            rows.push(StateRow::of(*id, purpose, *channel, &held.state));
        }
    }
    rows.sort_by(|a, b| a.subject_id.cmp(&b.subject_id));
    replace_states(db, &rows)
}

fn replace_states(db: &mut Db, rows: &[StateRow]) -> Result<(), StoreError> {
    use consent_states as c;
    use diesel::upsert::excluded;
    for chunk in rows.chunks(CHUNK) {
        match db {
            Db::Sqlite(conn) => chunk
                .iter()
                .map(|row| diesel::replace_into(c::table).values(row).execute(conn))
                .sum(),
            Db::Postgres(conn) => diesel::insert_into(c::table)
                .values(chunk)
                .on_conflict((c::subject_id, c::purpose, c::channel))
                .do_update()
                .set((
                    c::status.eq(excluded(c::status)),
                    c::effective_at.eq(excluded(c::effective_at)),
                    c::valid_until.eq(excluded(c::valid_until)),
                    c::notice_id.eq(excluded(c::notice_id)),
                    c::notice_version.eq(excluded(c::notice_version)),
                    c::source.eq(excluded(c::source)),
                    c::proof.eq(excluded(c::proof)),
                    c::record_id.eq(excluded(c::record_id)),
                    c::position.eq(excluded(c::position)),
                ))
                .execute(conn),
        }
        .map_err(StoreError::failed("writing consent states"))?;
    }
    Ok(())
}

/// Suppressing twice is no error: the first reason stays.
fn add_suppression(db: &mut Db, row: SuppressionRow) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(suppressions::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))
    .map_err(StoreError::failed("adding to the suppression list"))?;
    Ok(())
}

/// A new key, or one that is revoked.
fn write_key(db: &mut Db, row: KeyRow) -> Result<(), StoreError> {
    let changed = on!(db, conn => diesel::update(api_keys::table.find(&row.id))
        .set((api_keys::revoked_at.eq(row.revoked_at), api_keys::position.eq(row.position)))
        .execute(conn))
    .map_err(StoreError::failed("changing an API key"))?;
    if changed == 0 {
        let rows = [row];
        insert_all!(db, api_keys::table, rows, "adding an API key");
    }
    Ok(())
}

/// The persons that a batch changed, for the index.
pub(super) fn changed(
    world: &World,
) -> impl Iterator<Item = (&crate::domain::ids::SubjectId, &Subject)> {
    world.subjects.iter().filter(|(_, subject)| subject.changed)
}
