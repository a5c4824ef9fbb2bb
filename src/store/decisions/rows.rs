//! The rows of recorded decisions.

use crate::store::schema;
use diesel::{Insertable, Queryable};

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::decision_blocks, treat_none_as_default_value = false)]
pub(super) struct BlockRow {
    pub position: i64,
    pub first_at: i64,
    pub last_at: i64,
    pub decisions: i32,
    pub sealed: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = schema::decision_journal, treat_none_as_default_value = false)]
pub(super) struct JournalRow {
    pub id: Vec<u8>,
    pub node: i64,
    pub written_at: i64,
    pub sealed: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = schema::decision_campaigns, treat_none_as_default_value = false)]
pub(super) struct CampaignRow {
    pub campaign: Vec<u8>,
    pub position: i64,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::decision_texts, treat_none_as_default_value = false)]
pub(super) struct TextRow {
    pub hash: Vec<u8>,
    pub text: String,
}

/// A run that is being made.
pub(super) const MAKING: i16 = 0;
/// A run that counts.
pub(super) const LIVE: i16 = 1;

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::decision_runs, treat_none_as_default_value = false)]
pub(super) struct RunRow {
    pub level: i16,
    pub first: i64,
    pub last: i64,
    pub state: i16,
    pub builder: i64,
    pub people: Vec<u8>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::decision_chunks, treat_none_as_default_value = false)]
pub(super) struct ChunkRow {
    pub level: i16,
    pub first: i64,
    pub print: i64,
    pub entries: Vec<u8>,
}
