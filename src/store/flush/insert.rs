//! Puts the entries of a batch into their tables.

use super::entries::Entries;
use crate::store::bulk::{self, bulk};
use crate::store::connection::Db;
use crate::store::error::StoreError;
use crate::store::rows::{HeadRow, OutboxRow};
use crate::store::schema::{
    consent_states, contacts, ledger, log_head, outbox, paces, public_events, subject_events,
    tree_tiles,
};
use diesel::prelude::*;
use diesel::{insert_into, replace_into};

/// Everything that has its place in the log, and the head after it.
pub(super) fn write_entries(
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
        contacts: reached,
        paces: slowed,
        ..
    } = entries;
    let outbox = [outbox];
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
                replace_into,
                contacts::table,
                reached,
                "writing contacts"
            );
            each!(conn, replace_into, paces::table, slowed, "writing pauses");
            each!(
                conn,
                insert_into,
                outbox::table,
                outbox,
                "writing the outbox"
            );
            // changed, not replaced: what else stands in its row stays
            diesel::update(log_head::table)
                .set(&head)
                .execute(conn)
                .map_err(StoreError::failed("moving the head of the log"))?;
            Ok(())
        }
        Db::Postgres(conn) => {
            let heads = [head];
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
                    notice_version, source, proof, clarity, circumstances, record_id, position
                } replacing [subject_id, purpose, channel]),
                bulk!(reached => contacts {
                    id, subject_id, at, direction, channel, purpose, refused, reserved, released,
                    position
                } replacing [id]),
                bulk!(slowed => paces {
                    subject_id, purpose, channel, paused_until, at_most, since, position
                } replacing [subject_id, purpose, channel]),
                bulk!(outbox => outbox { first_position, end_position, created_at, delivered_at }),
                bulk!(heads => log_head { id, size, frontier, last_at } replacing [id]),
            ];
            bulk::insert(conn, tables).map_err(StoreError::failed("appending to the ledger"))
        }
    }
}
