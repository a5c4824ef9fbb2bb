//! Rows as the tables hold them, and their translation to and from the domain.
//!
//! `treat_none_as_default_value = false` everywhere: every insertion into a table is then the same
//! statement, which Diesel knows by its type and neither writes out nor prepares again.

use super::error::StoreError;
use super::schema;
use crate::domain::ids::{Position, RecordId, SubjectId};
use crate::domain::registry::{
    Answer, Cell, Channel, Circumstances, Clarity, ConsentState, NoticeRef, Slug, SourceKind,
    Standing,
};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable};

/// A count or position as the databases' signed integer.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count or position back from the databases' signed integer.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn instant(micros: Option<i64>) -> Option<DateTime<Utc>> {
    micros.map(from_micros)
}

fn micros(at: Option<DateTime<Utc>>) -> Option<i64> {
    at.map(|at| at.timestamp_micros())
}

fn notice(id: Option<String>, version: Option<i32>) -> Option<NoticeRef> {
    let id = id?.parse().ok()?;
    let version = u32::try_from(version?).ok()?;
    Some(NoticeRef { id, version })
}

#[derive(Insertable)]
#[diesel(table_name = schema::ledger, treat_none_as_default_value = false)]
pub(super) struct LedgerRow {
    pub position: i64,
    pub leaf: String,
}

#[derive(Insertable)]
#[diesel(table_name = schema::tree_tiles, treat_none_as_default_value = false)]
pub(super) struct TileRow {
    pub level: i32,
    pub idx: i64,
    pub hash: Vec<u8>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::public_events, treat_none_as_default_value = false)]
pub(super) struct PublicRow {
    pub position: i64,
    pub payload: String,
    pub opening: Vec<u8>,
}

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = schema::subjects, treat_none_as_default_value = false)]
pub(super) struct SubjectRow {
    pub id: Vec<u8>,
    pub wrapped_key: Vec<u8>,
    pub key_epoch: i32,
    pub objection: Option<i64>,
    pub objection_profiling: Option<i64>,
    pub restricted: Option<i64>,
    pub merged_into: Option<Vec<u8>>,
    pub created_at: i64,
}

impl SubjectRow {
    pub fn subject(&self) -> Result<SubjectId, StoreError> {
        SubjectId::from_slice(&self.id).ok_or(StoreError::damaged("a data subject's id"))
    }

    pub fn merged(&self) -> Result<Option<SubjectId>, StoreError> {
        let read = |id: &Vec<u8>| {
            SubjectId::from_slice(id).ok_or(StoreError::damaged("a merged data subject's id"))
        };
        self.merged_into.as_ref().map(read).transpose()
    }

    pub fn standing(&self) -> Standing {
        Standing {
            objection: instant(self.objection),
            objection_profiling: instant(self.objection_profiling),
            restricted: instant(self.restricted),
        }
    }

    pub fn set_standing(&mut self, standing: &Standing) {
        self.objection = micros(standing.objection);
        self.objection_profiling = micros(standing.objection_profiling);
        self.restricted = micros(standing.restricted);
    }
}

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = schema::identifiers, treat_none_as_default_value = false)]
pub(super) struct IdentifierRow {
    pub blind: Vec<u8>,
    pub kind: i16,
    pub subject_id: Vec<u8>,
    pub sealed: Vec<u8>,
}

#[derive(Insertable, Queryable, Clone, PartialEq)]
#[diesel(table_name = schema::subject_events, treat_none_as_default_value = false)]
pub(super) struct SubjectEventRow {
    pub position: i64,
    pub subject_id: Vec<u8>,
    pub counter: i64,
    pub kind: String,
    pub record_id: Vec<u8>,
    pub purpose: Option<String>,
    pub channel: Option<String>,
    pub effective_at: Option<i64>,
    pub valid_until: Option<i64>,
    pub recorded_at: i64,
    pub notice_id: Option<String>,
    pub notice_version: Option<i32>,
    pub source: Option<String>,
    pub proof: bool,
    pub sealed: Vec<u8>,
}

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = schema::consent_states, treat_none_as_default_value = false)]
pub(super) struct StateRow {
    pub subject_id: Vec<u8>,
    pub purpose: String,
    pub channel: String,
    pub status: String,
    pub effective_at: i64,
    pub valid_until: Option<i64>,
    pub notice_id: Option<String>,
    pub notice_version: Option<i32>,
    pub source: String,
    pub proof: bool,
    pub clarity: Option<String>,
    pub circumstances: Option<String>,
    pub record_id: Vec<u8>,
    pub position: i64,
}

impl StateRow {
    pub fn of(subject: SubjectId, purpose: &Slug, channel: Channel, state: &ConsentState) -> Self {
        Self {
            subject_id: subject.as_bytes().to_vec(),
            purpose: purpose.as_str().to_owned(),
            channel: channel.as_str().to_owned(),
            status: state.status.as_str().to_owned(),
            effective_at: state.effective_at.timestamp_micros(),
            valid_until: micros(state.valid_until),
            notice_id: state
                .notice
                .as_ref()
                .map(|notice| notice.id.as_str().to_owned()),
            notice_version: state
                .notice
                .as_ref()
                .map(|notice| signed_version(notice.version)),
            source: state.source.as_str().to_owned(),
            proof: state.proof,
            clarity: (state.clarity != Clarity::Clear).then(|| state.clarity.as_str().to_owned()),
            circumstances: written(&state.circumstances),
            record_id: state.record.as_bytes().to_vec(),
            position: signed(state.position),
        }
    }

    pub fn subject(&self) -> Result<SubjectId, StoreError> {
        SubjectId::from_slice(&self.subject_id).ok_or(StoreError::damaged("a state's data subject"))
    }

    pub fn cell(self) -> Result<Cell, StoreError> {
        let position: Position = unsigned(self.position);
        let damaged = move |what| StoreError::Damaged {
            what,
            position: Some(position),
        };
        Ok(Cell {
            purpose: self
                .purpose
                .parse()
                .map_err(|_| damaged("a state's purpose"))?,
            channel: Channel::parse(&self.channel).ok_or_else(|| damaged("a state's channel"))?,
            state: ConsentState {
                status: Answer::parse(&self.status).ok_or_else(|| damaged("a state's answer"))?,
                effective_at: from_micros(self.effective_at),
                valid_until: instant(self.valid_until),
                notice: notice(self.notice_id, self.notice_version),
                source: SourceKind::parse(&self.source)
                    .ok_or_else(|| damaged("a state's source"))?,
                proof: self.proof,
                clarity: read(self.clarity, Clarity::parse)
                    .ok_or_else(|| damaged("a state's act"))?,
                circumstances: read(self.circumstances, |text| serde_json::from_str(text).ok())
                    .ok_or_else(|| damaged("a state's circumstances"))?,
                record: RecordId::from_slice(&self.record_id)
                    .ok_or_else(|| damaged("a state's record"))?,
                position,
            },
        })
    }
}

/// Circumstances as JSON; none where nothing was told, as with nearly every answer.
fn written(circumstances: &Circumstances) -> Option<String> {
    let told = !circumstances.is_empty();
    told.then(|| serde_json::to_string(circumstances).ok())?
}

/// What a column says; the default where it is empty, none where it does not read.
fn read<T: Default>(text: Option<String>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    text.map_or_else(|| Some(T::default()), |text| parse(&text))
}

pub(super) fn signed_version(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::suppressions, treat_none_as_default_value = false)]
pub(super) struct SuppressionRow {
    pub blind: Vec<u8>,
    pub reason: String,
    pub since: i64,
    pub position: i64,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::catalogue_items, treat_none_as_default_value = false)]
pub(super) struct CatalogueRow {
    pub kind: String,
    pub id: String,
    pub version: i32,
    pub body: String,
    pub since: i64,
    pub position: i64,
}

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = schema::api_keys, treat_none_as_default_value = false)]
pub(super) struct KeyRow {
    pub id: Vec<u8>,
    pub name: String,
    pub role: String,
    pub hash: Vec<u8>,
    pub created_at: i64,
    pub revoked_at: Option<i64>,
    pub position: i64,
    pub expires_at: i64,
    pub bounds: String,
    pub public_key: Option<String>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::staff, treat_none_as_default_value = false)]
pub(super) struct StaffRow {
    pub id: Vec<u8>,
    pub login: String,
    pub role: String,
    pub password: String,
    pub created_at: i64,
    pub factor: Option<Vec<u8>>,
    pub factor_step: Option<i64>,
    pub disabled_at: Option<i64>,
    pub signed_in_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub bounds: String,
    pub identity: Option<Vec<u8>>,
    pub mapped: bool,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::passkeys, treat_none_as_default_value = false)]
pub(super) struct PasskeyRow {
    pub id: Vec<u8>,
    pub staff_id: Vec<u8>,
    pub mark: Vec<u8>,
    pub name: String,
    pub public_key: Vec<u8>,
    pub counter: i64,
    pub may_be_copied: bool,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::date_feeds, treat_none_as_default_value = false)]
pub(super) struct DateFeedRow {
    pub staff_id: Vec<u8>,
    pub hash: Vec<u8>,
    pub created_at: i64,
}

#[derive(Clone, Insertable, Queryable)]
#[diesel(table_name = schema::sessions, treat_none_as_default_value = false)]
pub(super) struct SessionRow {
    pub hash: Vec<u8>,
    pub staff_id: Vec<u8>,
    pub csrf: String,
    pub whole: bool,
    pub created_at: i64,
    pub seen_at: i64,
    pub proven_at: i64,
    pub expires_at: i64,
    pub browser: String,
    pub offered: Option<Vec<u8>>,
    pub by_provider: bool,
    pub vouched: bool,
    pub provider_session: Option<Vec<u8>>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::links, treat_none_as_default_value = false)]
pub(super) struct LinkRow {
    pub hash: Vec<u8>,
    pub subject_id: Vec<u8>,
    pub contact: Vec<u8>,
    pub created_at: i64,
    pub expires_at: i64,
    pub power: String,
    pub controller: Option<String>,
    pub place: Option<String>,
    pub framed: bool,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::mails, treat_none_as_default_value = false)]
pub(super) struct MailRow {
    pub id: Vec<u8>,
    pub subject_id: Vec<u8>,
    pub kind: String,
    pub sealed: Vec<u8>,
    pub state: String,
    pub attempts: i32,
    pub next_at: i64,
    pub created_at: i64,
    pub expires_at: i64,
    pub failure: Option<String>,
}

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = schema::system_tasks, treat_none_as_default_value = false)]
pub(super) struct TaskRow {
    pub id: Vec<u8>,
    pub case_id: Vec<u8>,
    pub system: String,
    pub verb: String,
    pub place: i32,
    pub progress: String,
    pub sealed: Vec<u8>,
    pub due_at: i64,
    pub version: i64,
    pub changed_at: i64,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::case_keys, treat_none_as_default_value = false)]
pub(super) struct CaseRow {
    pub id: Vec<u8>,
    pub wrapped: Vec<u8>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::agent_refusals)]
pub(super) struct AgentRefusalRow {
    pub id: Vec<u8>,
    pub staff_id: Vec<u8>,
    pub at: i64,
    pub field: String,
    pub reason: String,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::confirmations, treat_none_as_default_value = false)]
pub(super) struct ConfirmationRow {
    pub hash: Vec<u8>,
    pub subject_id: Vec<u8>,
    pub contact: Vec<u8>,
    pub items: String,
    pub code: Vec<u8>,
    pub attempts: i32,
    pub created_at: i64,
    pub expires_at: i64,
    pub replaced: bool,
    pub confirmed_at: Option<i64>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::sign_ins, treat_none_as_default_value = false)]
pub(super) struct SignInRow {
    pub browser: Vec<u8>,
    pub contact: Vec<u8>,
    pub client: Vec<u8>,
    pub language: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub looked_at: Option<i64>,
    pub subject_id: Option<Vec<u8>>,
    pub token: Option<Vec<u8>>,
    pub code: Option<Vec<u8>>,
    pub attempts: i32,
    pub used_at: Option<i64>,
    pub controller: Option<String>,
    pub place: Option<String>,
    pub host: Option<String>,
    pub address: Option<Vec<u8>>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::customer_sessions, treat_none_as_default_value = false)]
pub(super) struct CustomerSessionRow {
    pub hash: Vec<u8>,
    pub subject_id: Vec<u8>,
    pub contact: Vec<u8>,
    pub csrf: String,
    pub seen_at: i64,
    pub expires_at: i64,
    pub controller: Option<String>,
    pub place: Option<String>,
    pub draft: Option<Vec<u8>>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::idempotency, treat_none_as_default_value = false)]
pub(super) struct IdempotencyRow {
    pub key: Vec<u8>,
    pub fingerprint: Vec<u8>,
    pub answer: String,
    pub created_at: i64,
}

#[derive(Insertable)]
#[diesel(table_name = schema::outbox, treat_none_as_default_value = false)]
pub(super) struct OutboxRow {
    pub first_position: i64,
    pub end_position: i64,
    pub created_at: i64,
    pub delivered_at: Option<i64>,
}

#[derive(diesel::AsChangeset)]
#[diesel(table_name = schema::log_head)]
pub(super) struct HeadRow {
    pub id: i32,
    pub size: i64,
    pub frontier: Vec<u8>,
    pub last_at: i64,
}
