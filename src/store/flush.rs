//! Turns what a batch wants into rows: the persons first, the head of the log last, then the
//! entries with their positions: one statement on `PostgreSQL`, a prepared one a row on `SQLite`.

use super::bulk::{self, bulk};
use super::connection::{Db, on};
use super::error::StoreError;
use super::rows::{
    CatalogueRow, HeadRow, IdempotencyRow, IdentifierRow, KeyRow, LedgerRow, OutboxRow, PublicRow,
    StateRow, SubjectEventRow, SubjectRow, SuppressionRow, TileRow, signed, signed_version,
    unsigned,
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
use diesel::{insert_into, replace_into};
use std::collections::HashMap;

/// One row of a table that is rarely written.
macro_rules! insert_one {
    ($db:expr, $table:path, $row:expr, $doing:literal) => {
        on!($db, conn => diesel::insert_into($table).values(&$row).execute(conn))
            .map_err(StoreError::failed($doing))?
    };
}

/// Many rows on `SQLite`: it is in this process, and prepares the statement of one row only once.
macro_rules! each {
    ($conn:expr, $into:path, $table:path, $rows:expr, $doing:literal) => {
        for row in $rows {
            $into($table)
                .values(row)
                .execute($conn)
                .map_err(StoreError::failed($doing))?;
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
    states: Vec<StateRow>,
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
        entries.states = changed_states(world, first);
        let outbox = self.outbox(first, frontier.size());
        write_entries(db, &entries, outbox, moved_head(&frontier, at))?;
        self.write_extras(db, world, first)?;
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
                    let row = CatalogueRow { position, ..row };
                    insert_one!(db, catalogue_items::table, row, "publishing");
                }
                Extra::Key(row) => {
                    world
                        .changes
                        .push(Change::Key(super::doors::key_image(&row)?));
                    write_key(db, KeyRow { position, ..row })?;
                }
                Extra::Staff(row) => {
                    insert_one!(db, staff::table, row, "adding a staff account");
                }
                Extra::Session(row) => {
                    insert_one!(db, sessions::table, row, "opening a session");
                }
                Extra::Link(row) => {
                    insert_one!(db, links::table, row, "issuing a link");
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

    fn outbox(&self, first: Position, end: Position) -> OutboxRow {
        OutboxRow {
            first_position: signed(first),
            end_position: signed(end),
            created_at: self.now.micros(),
            delivered_at: None,
        }
    }
}

/// Keeps what a write with an idempotency key answered.
pub(super) fn remember(db: &mut Db, rows: &[IdempotencyRow]) -> Result<(), StoreError> {
    match db {
        Db::Sqlite(conn) => {
            each!(
                conn,
                insert_into,
                idempotency::table,
                rows,
                "keeping an idempotency key"
            );
            Ok(())
        }
        Db::Postgres(conn) => {
            let columns = bulk!(rows => idempotency { key, fingerprint, answer, created_at });
            bulk::insert(conn, vec![columns])
                .map_err(StoreError::failed("keeping an idempotency key"))
        }
    }
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
        row.notice_id = record
            .notice
            .as_ref()
            .map(|notice| notice.id.as_str().to_owned());
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

/// Everything that has its place in the log, and the head after it.
fn write_entries(
    db: &mut Db,
    entries: &Entries,
    outbox: OutboxRow,
    head: HeadRow,
) -> Result<(), StoreError> {
    let Entries {
        ledger,
        tiles,
        public,
        personal,
        states,
        ..
    } = entries;
    let (outbox, head) = ([outbox], [head]);
    match db {
        Db::Sqlite(conn) => {
            each!(
                conn,
                insert_into,
                ledger::table,
                ledger,
                "appending to the ledger"
            );
            each!(
                conn,
                insert_into,
                tree_tiles::table,
                tiles,
                "appending to the tree"
            );
            each!(
                conn,
                insert_into,
                public_events::table,
                public,
                "appending events"
            );
            each!(
                conn,
                insert_into,
                subject_events::table,
                personal,
                "appending events"
            );
            each!(
                conn,
                replace_into,
                consent_states::table,
                states,
                "writing consent states"
            );
            each!(
                conn,
                insert_into,
                outbox::table,
                &outbox,
                "writing the outbox"
            );
            each!(
                conn,
                replace_into,
                log_head::table,
                &head,
                "moving the head of the log"
            );
            Ok(())
        }
        Db::Postgres(conn) => {
            let tables = vec![
                bulk!(ledger => ledger { position, leaf }),
                bulk!(tiles => tree_tiles { level, idx, hash }),
                bulk!(public => public_events { position, payload, opening }),
                bulk!(personal => subject_events {
                    position, subject_id, counter, kind, record_id, purpose, channel, effective_at,
                    valid_until, recorded_at, notice_id, notice_version, source, proof, sealed
                }),
                bulk!(states => consent_states {
                    subject_id, purpose, channel, status, effective_at, valid_until, notice_id,
                    notice_version, source, proof, record_id, position
                } replacing [subject_id, purpose, channel]),
                bulk!(outbox => outbox { first_position, end_position, created_at, delivered_at }),
                bulk!(head => log_head { id, size, frontier, last_at } replacing [id]),
            ];
            bulk::insert(conn, tables).map_err(StoreError::failed("appending to the ledger"))
        }
    }
}

/// New persons and identifiers, and what changed of known ones. An identifier that another
/// node has just taken fails the batch on its primary key; it is then run again, and finds it.
fn write_subjects(db: &mut Db, world: &World) -> Result<(), StoreError> {
    let changed = || world.subjects.values().filter(|subject| subject.changed);
    let mut persons: Vec<&SubjectRow> = changed().map(|s| &s.row).collect();
    persons.sort_by(|a, b| a.id.cmp(&b.id));
    // merged within this very batch: the row is inserted where it ended up
    let moved: Vec<&IdentifierRow> = changed()
        .filter(|s| s.merged_into.is_none())
        .flat_map(|s| &s.moved_identifiers)
        .collect();
    let last = |row: &IdentifierRow| moved.iter().copied().find(|moved| moved.blind == row.blind);
    let mut new: Vec<&IdentifierRow> = changed()
        .flat_map(|s| &s.new_identifiers)
        .map(|row| last(row).unwrap_or(row))
        .collect();
    new.sort_by(|a, b| a.blind.cmp(&b.blind));
    write_persons(db, &persons, &new)?;
    for row in moved {
        on!(db, conn => diesel::update(identifiers::table.find(&row.blind))
            .set((identifiers::subject_id.eq(&row.subject_id), identifiers::sealed.eq(&row.sealed)))
            .execute(conn))
        .map_err(StoreError::failed("merging identifiers"))?;
    }
    Ok(())
}

fn write_persons(
    db: &mut Db,
    persons: &[&SubjectRow],
    contacts: &[&IdentifierRow],
) -> Result<(), StoreError> {
    match db {
        Db::Sqlite(conn) => {
            let (persons, contacts) = (persons.iter().copied(), contacts.iter().copied());
            each!(
                conn,
                replace_into,
                subjects::table,
                persons,
                "writing data subjects"
            );
            each!(
                conn,
                insert_into,
                identifiers::table,
                contacts,
                "adding identifiers"
            );
            Ok(())
        }
        Db::Postgres(conn) => {
            let tables = vec![
                bulk!(persons => subjects {
                    id, wrapped_key, key_epoch, counter, objection, objection_profiling, restricted,
                    merged_into, created_at
                } replacing [id]),
                bulk!(contacts => identifiers { blind, kind, subject_id, sealed }),
            ];
            bulk::insert(conn, tables).map_err(StoreError::failed("writing data subjects"))
        }
    }
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

fn moved_head(frontier: &Frontier, at: i64) -> HeadRow {
    HeadRow {
        id: 1,
        size: signed(frontier.size()),
        frontier: frontier.to_bytes(),
        last_at: at,
    }
}

/// Gives every changed state the position of its entry.
fn changed_states(world: &mut World, first: Position) -> Vec<StateRow> {
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
    rows
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
        insert_one!(db, api_keys::table, row, "adding an API key");
    }
    Ok(())
}

/// The persons that a batch changed, for the index.
pub(super) fn changed(
    world: &World,
) -> impl Iterator<Item = (&crate::domain::ids::SubjectId, &Subject)> {
    world.subjects.iter().filter(|(_, subject)| subject.changed)
}
