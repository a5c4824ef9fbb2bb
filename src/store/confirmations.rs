//! Consents that wait for the person's confirmation. What a request asked is in the history; here is by
//! which link and code it is confirmed, and until when.

use super::ReadTx;
use super::connection::{Db, on};
use super::error::StoreError;
use super::open::Store;
use super::rows::{ConfirmationRow, SubjectEventRow, unsigned};
use super::schema::{confirmations, subject_events, suppressions};
use super::sign_ins::try_code;
use super::tx::{Posts, Records, WriteTx};
use super::world::Extra;
use crate::access::code::Code;
use crate::access::token::TokenHash;
use crate::access::{Grant, Serve};
use crate::domain::ids::{Blind, RecordId, SubjectId};
use crate::domain::registry::{Channel, ConsentRecord, NoticeRef, OpenRequest, Slug};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// One thing that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What for.
    pub purpose: Slug,
    /// By which channel.
    pub channel: Channel,
    /// The words that were shown.
    pub notice: Option<NoticeRef>,
    /// The consent record that asked.
    pub record: RecordId,
}

/// A confirmation that is to be asked for.
#[derive(Debug)]
pub struct NewConfirmation<'a> {
    /// Whose.
    pub subject: SubjectId,
    /// The address that the mail goes to.
    pub contact: Blind,
    /// What is confirmed.
    pub items: &'a [Asked],
    /// What is kept of the link.
    pub hash: TokenHash,
    /// The mail's code.
    pub code: &'a Code,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// A confirmation that was asked for.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What is kept of its link.
    pub hash: TokenHash,
    /// Whose, after merges.
    pub subject: SubjectId,
    /// The address that the mail went to.
    pub contact: Blind,
    /// What is confirmed.
    pub items: Vec<Asked>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// A newer one has come in its place.
    pub replaced: bool,
    /// When it came.
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl Pending {
    /// Whether it can still be confirmed at `at`.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.confirmed_at.is_none() && !self.replaced && self.expires_at > at
    }
}

fn pending(row: ConfirmationRow) -> Result<Pending, StoreError> {
    let damaged = || StoreError::damaged("a confirmation");
    Ok(Pending {
        hash: TokenHash(row.hash.try_into().map_err(|_| damaged())?),
        subject: SubjectId::from_slice(&row.subject_id).ok_or_else(damaged)?,
        contact: Blind::from_slice(&row.contact).ok_or_else(damaged)?,
        items: serde_json::from_str(&row.items).map_err(|_| damaged())?,
        created_at: from_micros(row.created_at),
        expires_at: from_micros(row.expires_at),
        replaced: row.replaced,
        confirmed_at: row.confirmed_at.map(from_micros),
    })
}

impl WriteTx<'_> {
    /// Asks for a confirmation, beside the entry that was appended last.
    ///
    /// # Errors
    /// Where what is asked cannot be written down.
    pub fn ask_confirmation<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        new: &NewConfirmation<'_>,
    ) -> Result<(), StoreError> {
        let items =
            serde_json::to_string(new.items).map_err(|error| StoreError::Log(error.to_string()))?;
        let row = ConfirmationRow {
            hash: new.hash.0.to_vec(),
            subject_id: new.subject.as_bytes().to_vec(),
            contact: new.contact.0.to_vec(),
            items,
            code: self.keys.code_hash(&new.hash.0, new.code).to_vec(),
            attempts: 0,
            created_at: self.now.micros(),
            expires_at: new.expires_at.timestamp_micros(),
            replaced: false,
            confirmed_at: None,
        };
        self.beside_last(Extra::Confirmation(row));
        Ok(())
    }

    /// Lets a newer confirmation take the place of an older one.
    pub fn replace_confirmation<P: Records>(&mut self, _grant: &Grant<P>, hash: TokenHash) {
        self.beside_last(Extra::Replaced(hash.0.to_vec()));
    }

    /// Writes down that a confirmation came.
    pub fn confirmed<P: Records>(&mut self, _grant: &Grant<P>, hash: TokenHash) {
        self.beside_last(Extra::Confirmed(hash.0.to_vec()));
    }

    /// The confirmation behind a link, as it is now.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn confirmation<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        hash: TokenHash,
    ) -> Result<Option<Pending>, StoreError> {
        let found = self.read("finding a confirmation", |db| {
            on!(db, conn => confirmations::table
            .find(hash.0.to_vec()).first::<ConfirmationRow>(conn).optional())
        })?;
        found.map(pending).transpose()
    }

    /// The confirmations that a person, or a record merged into theirs, can still give.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn open_confirmations<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
    ) -> Result<Vec<Pending>, StoreError> {
        let records = self.reading().cluster(subject)?;
        let rows: Vec<ConfirmationRow> = self.read("finding confirmations", |db| {
            on!(db, conn => confirmations::table
                .filter(confirmations::subject_id.eq_any(records)).load(conn))
        })?;
        let at = self.now.utc();
        let all: Vec<Pending> = rows.into_iter().map(pending).collect::<Result<_, _>>()?;
        Ok(all.into_iter().filter(|one| one.is_open(at)).collect())
    }

    /// A person's consent record of that id, and where it stands; also one of a record that was merged
    /// into theirs.
    ///
    /// # Errors
    /// Where the database fails or the row was changed.
    pub fn request<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
        record: RecordId,
    ) -> Result<Option<(ConsentRecord, OpenRequest)>, StoreError> {
        let records = self.reading().cluster(subject)?;
        let found: Option<SubjectEventRow> = self.read("finding a request", |db| {
            on!(db, conn => subject_events::table
                .filter(subject_events::subject_id.eq_any(records))
                .filter(subject_events::record_id.eq(record.as_bytes().to_vec()))
                .first(conn).optional())
        })?;
        let Some(row) = found else { return Ok(None) };
        let position = unsigned(row.position);
        let damaged = || StoreError::Damaged {
            what: "an event",
            position: Some(position),
        };
        let owner = SubjectId::from_slice(&row.subject_id).ok_or_else(damaged)?;
        let mut reading = self.reading();
        let owner = reading.subject_row(owner)?.ok_or_else(damaged)?;
        let plain = reading
            .subject_key(&owner)?
            .open(&row.sealed, &row.record_id)?;
        let payload: serde_json::Value = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let told = ConsentRecord::deserialize(&payload).map_err(|_| damaged())?;
        let open = OpenRequest {
            record,
            at: told.effective_at,
            position,
        };
        Ok(Some((told, open)))
    }

    /// Whether any of these contact points is on the suppression list.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn is_suppressed<P: Posts>(
        &mut self,
        _grant: &Grant<P>,
        blinds: &[Blind],
    ) -> Result<bool, StoreError> {
        let wanted: Vec<Vec<u8>> = blinds.iter().map(|blind| blind.0.to_vec()).collect();
        let found: i64 = self.read("looking at the suppression list", |db| {
            on!(db, conn => suppressions::table
                .filter(suppressions::blind.eq_any(wanted)).count().get_result(conn))
        })?;
        Ok(found > 0)
    }
}

pub(super) fn replace(db: &mut Db, hash: &[u8]) -> Result<(), StoreError> {
    on!(db, conn => diesel::update(confirmations::table.find(hash))
        .set(confirmations::replaced.eq(true)).execute(conn))
    .map_err(StoreError::failed("replacing a confirmation"))?;
    Ok(())
}

pub(super) fn confirm(db: &mut Db, hash: &[u8], at: i64) -> Result<(), StoreError> {
    on!(db, conn => diesel::update(confirmations::table.find(hash))
        .set(confirmations::confirmed_at.eq(at)).execute(conn))
    .map_err(StoreError::failed("keeping a confirmation"))?;
    Ok(())
}

impl Store {
    /// Whether a code is that of a confirmation's mail. Each try is counted before it is looked at; `None`
    /// where there were too many. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn try_confirmation_code(
        &self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        code: &Code,
    ) -> Result<Option<bool>, StoreError> {
        try_code!(self, confirmations, hash, code)
    }

    /// Forgets links that have not worked for a while. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_confirmations(
        &self,
        _grant: &Grant<Serve>,
        before: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(confirmations::table
                .filter(confirmations::expires_at.lt(before.timestamp_micros()))).execute(conn))
            .map_err(StoreError::failed("tidying confirmations"))
        })?;
        Ok(())
    }
}

impl ReadTx<'_> {
    /// The confirmation behind a link, whose person is told after merges; `None` where there is none.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn pending(
        &mut self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
    ) -> Result<Option<Pending>, StoreError> {
        let found: Option<ConfirmationRow> = on!(self.db, conn => confirmations::table
            .find(hash.0.to_vec()).first(conn).optional())
        .map_err(StoreError::failed("finding a confirmation"))?;
        let Some(found) = found.map(pending).transpose()? else {
            return Ok(None);
        };
        let subject = self.resolve(found.subject)?;
        Ok(subject.map(|subject| Pending { subject, ..found }))
    }
}
