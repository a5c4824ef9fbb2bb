//! Challenges: whether a request is somebody's own, asked at a contact point that the registry held before.

use super::correct::StoredCorrection;
use crate::access::code::Code;
use crate::access::token::TokenHash;
use crate::access::{Grant, Serve};
use crate::domain::ids::{Blind, DsrId, SubjectId};
use crate::domain::registry::Identifier;
use crate::domain::time::from_micros;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
pub(super) use crate::store::schema::identity_challenges as table;
use crate::store::sign_ins::try_code;
use crate::store::tx::{Records, WriteTx};
use crate::store::world::Extra;
use crate::store::{ReadTx, Store};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A challenge that is to be sent.
#[derive(Debug)]
pub struct NewChallenge<'a> {
    /// About which request.
    pub request: DsrId,
    /// Whose it is said to be.
    pub subject: SubjectId,
    /// Where the mail goes.
    pub contact: Blind,
    /// What is kept of the link.
    pub hash: TokenHash,
    /// The mail's code.
    pub code: &'a Code,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
    /// What it puts right: the contact point that the one asked about replaces, and itself.
    pub corrects: Option<(Blind, &'a Identifier)>,
}

/// A challenge that was sent.
#[derive(Debug, Clone)]
pub struct StoredChallenge {
    /// What is kept of its link.
    pub hash: TokenHash,
    /// About which request.
    pub request: DsrId,
    /// Whose it is said to be, after merges.
    pub subject: SubjectId,
    /// Where the mail went.
    pub contact: Blind,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
    /// A newer one has come in its place.
    pub replaced: bool,
    /// When it was answered.
    pub used_at: Option<DateTime<Utc>>,
    /// What it puts right; none where it asks whether the request is theirs.
    pub correction: Option<StoredCorrection>,
}

/// Its row.
#[derive(Insertable, Queryable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub(in crate::store) struct ChallengeRow {
    hash: Vec<u8>,
    request_id: Vec<u8>,
    subject_id: Vec<u8>,
    contact: Vec<u8>,
    code: Vec<u8>,
    attempts: i32,
    created_at: i64,
    expires_at: i64,
    replaced: bool,
    used_at: Option<i64>,
    corrects: Option<Vec<u8>>,
    kind: Option<i16>,
    sealed: Option<Vec<u8>>,
}

impl ChallengeRow {
    pub(super) fn stored(self) -> Result<StoredChallenge, StoreError> {
        let damaged = || StoreError::damaged("a challenge");
        let subject = SubjectId::from_slice(&self.subject_id).ok_or_else(damaged)?;
        let correction = match (self.corrects, self.kind, self.sealed) {
            (Some(from), Some(kind), Some(sealed)) => Some(StoredCorrection {
                from: Blind::from_slice(&from).ok_or_else(damaged)?,
                owner: subject,
                kind,
                sealed,
            }),
            _ => None,
        };
        Ok(StoredChallenge {
            subject,
            correction,
            hash: TokenHash(self.hash.try_into().map_err(|_| damaged())?),
            request: DsrId::from_slice(&self.request_id).ok_or_else(damaged)?,
            contact: Blind::from_slice(&self.contact).ok_or_else(damaged)?,
            expires_at: from_micros(self.expires_at),
            replaced: self.replaced,
            used_at: self.used_at.map(from_micros),
        })
    }
}

impl WriteTx<'_> {
    /// Sends a challenge, beside the entry that was appended last; those before it that ask the same no
    /// longer count.
    ///
    /// # Errors
    /// Where the person is not loaded, or randomness is missing.
    pub fn challenge<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        new: &NewChallenge<'_>,
    ) -> Result<(), StoreError> {
        let sealed = match new.corrects {
            Some((_, to)) => {
                let person = self.world.subjects.get(&new.subject);
                let person = person.ok_or(StoreError::damaged("a data subject"))?;
                let text = to.reveal().as_bytes();
                Some(person.key.seal(text, &new.contact.0, self.entropy)?)
            }
            None => None,
        };
        let row = ChallengeRow {
            hash: new.hash.0.to_vec(),
            request_id: new.request.as_bytes().to_vec(),
            subject_id: new.subject.as_bytes().to_vec(),
            contact: new.contact.0.to_vec(),
            code: self.keys.code_hash(&new.hash.0, new.code).to_vec(),
            attempts: 0,
            created_at: self.now.micros(),
            expires_at: new.expires_at.timestamp_micros(),
            replaced: false,
            used_at: None,
            corrects: new.corrects.map(|(from, _)| from.0.to_vec()),
            kind: new.corrects.map(|(_, to)| to.kind().code()),
            sealed,
        };
        self.beside_last(Extra::Challenge(row));
        Ok(())
    }

    /// Takes a challenge as answered; of several at once one does. The write must be alone in its
    /// transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn answer_challenge<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        hash: TokenHash,
    ) -> Result<bool, StoreError> {
        let now = self.now.micros();
        let open = table::table
            .find(hash.0.to_vec())
            .filter(table::used_at.is_null())
            .filter(table::replaced.eq(false))
            .filter(table::expires_at.gt(now));
        let used = self.read(
            "answering a challenge",
            |db| on!(db, conn => diesel::update(open).set(table::used_at.eq(now)).execute(conn)),
        )?;
        Ok(used == 1)
    }
}

/// Writes a challenge in the place of those before it.
pub(in crate::store) fn write(db: &mut Db, row: &ChallengeRow) -> Result<(), StoreError> {
    let failed = || StoreError::failed("sending a challenge");
    let earlier = table::table.filter(table::request_id.eq(&row.request_id));
    let replaced = table::replaced.eq(true);
    if row.corrects.is_some() {
        let earlier = earlier.filter(table::corrects.is_not_null());
        on!(db, conn => diesel::update(earlier).set(replaced).execute(conn))
    } else {
        let earlier = earlier.filter(table::corrects.is_null());
        on!(db, conn => diesel::update(earlier).set(replaced).execute(conn))
    }
    .map_err(failed())?;
    on!(db, conn => diesel::insert_into(table::table).values(row).execute(conn))
        .map_err(failed())?;
    Ok(())
}

impl Store {
    /// Whether a code is that of a challenge's mail. Each try is counted before it is looked at; `None`
    /// where there were too many. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn try_challenge_code(
        &self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        code: &Code,
    ) -> Result<Option<bool>, StoreError> {
        try_code!(self, table, hash, code)
    }

    /// Forgets challenges that have not worked for a while. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_challenges(
        &self,
        _grant: &Grant<Serve>,
        before: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(table::table
                .filter(table::expires_at.lt(before.timestamp_micros()))).execute(conn))
            .map_err(StoreError::failed("tidying challenges"))
        })?;
        Ok(())
    }
}

impl ReadTx<'_> {
    /// The challenge behind a link; `None` where there is none.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn challenge(
        &mut self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
    ) -> Result<Option<StoredChallenge>, StoreError> {
        let found: Option<ChallengeRow> = on!(self.db, conn => table::table
            .find(hash.0.to_vec()).first(conn).optional())
        .map_err(StoreError::failed("finding a challenge"))?;
        let Some(found) = found.map(ChallengeRow::stored).transpose()? else {
            return Ok(None);
        };
        let subject = self.resolve(found.subject)?;
        Ok(subject.map(|subject| StoredChallenge { subject, ..found }))
    }
}
