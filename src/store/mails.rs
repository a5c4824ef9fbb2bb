//! The mails that are to go out. One is written in the transaction that causes it; what happens to it
//! later is bookkeeping, which records nothing about anybody and has no entry of the log.

use super::ReadTx;
use super::connection::{Db, on};
use super::error::StoreError;
use super::open::Store;
use super::rows::MailRow;
use super::schema::mails;
use super::tx::{Posts, WriteTx};
use super::world::Extra;
use crate::access::{Grant, Serve};
use crate::domain::ids::{MailId, SubjectId};
use crate::domain::personal::Personal;
use crate::domain::time::Now;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

const WAITING: &str = "waiting";
const SENT: &str = "sent";
const DEAD: &str = "dead";
/// How long is kept that a mail went out, or did not.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A mail that is to be written.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// Its id, by which a second copy is known.
    pub id: MailId,
    /// What it is for, in a word.
    pub kind: &'static str,
    /// Address and text.
    pub letter: Personal<Vec<u8>>,
    /// When it is of no more use.
    pub expires_at: DateTime<Utc>,
}

/// A mail that is to go out now.
#[derive(Debug)]
pub struct ClaimedMail {
    /// Its id.
    pub id: MailId,
    /// What it is for.
    pub kind: String,
    /// Address and text; `None` where it does not open.
    pub letter: Option<Personal<Vec<u8>>>,
    /// The how manieth try this is.
    pub attempt: u32,
    /// When it is of no more use.
    pub expires_at: DateTime<Utc>,
}

/// Why a mail did not go out, in a word that tells nothing of it.
pub type Failure = String;

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is on its way.
    Sent,
    /// It is tried again then.
    Later(DateTime<Utc>, Failure),
    /// It is given up.
    Dead(Failure),
}

impl WriteTx<'_> {
    /// Writes a mail to a person, in this transaction. There must be an entry already that it goes with.
    ///
    /// # Errors
    /// Where the person is not loaded, or randomness is missing.
    pub fn mail<P: Posts>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
        mail: &NewMail,
    ) -> Result<(), StoreError> {
        let person = self.world.subjects.get(&subject);
        let key = &person.ok_or(StoreError::damaged("a data subject"))?.key;
        let sealed = key.seal(mail.letter.reveal(), mail.id.as_bytes(), self.entropy)?;
        let row = row(mail, Some(subject), sealed, self.now);
        self.beside_last(Extra::Mail(row));
        Ok(())
    }
}

/// The row of a mail; to nobody of the registry where somebody unknown is written to.
pub(super) fn row(
    mail: &NewMail,
    subject: Option<SubjectId>,
    sealed: Vec<u8>,
    now: Now,
) -> MailRow {
    MailRow {
        id: mail.id.as_bytes().to_vec(),
        subject_id: subject.map_or_else(Vec::new, |known| known.as_bytes().to_vec()),
        kind: mail.kind.to_owned(),
        sealed,
        state: WAITING.to_owned(),
        attempts: 0,
        next_at: now.micros(),
        created_at: now.micros(),
        expires_at: mail.expires_at.timestamp_micros(),
        failure: None,
    }
}

impl Store {
    /// The mail whose turn it is; `None` where none is due. Nobody else is given it before `until`, so
    /// that a process that dies meanwhile does not take it along. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn claim_mail(
        &self,
        grant: &Grant<Serve>,
        now: Now,
        until: DateTime<Utc>,
    ) -> Result<Option<ClaimedMail>, StoreError> {
        // most of the time there is none: no write is begun for that
        let due = self.read(|tx| tx.due_mail(grant, now))?;
        let Some(row) = due else {
            return Ok(None);
        };
        let taken = self.outside_the_ledger(|db| claim(db, &row, until))?;
        if !taken {
            return Ok(None);
        }
        let damaged = || StoreError::damaged("a mail");
        Ok(Some(ClaimedMail {
            id: MailId::from_slice(&row.id).ok_or_else(damaged)?,
            letter: self.read(|tx| tx.letter(&row))?,
            attempt: u32::try_from(row.attempts).unwrap_or(0).saturating_add(1),
            expires_at: crate::domain::time::from_micros(row.expires_at),
            kind: row.kind,
        }))
    }

    /// Writes down what became of a try. A letter that went out is not kept. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn mail_tried(
        &self,
        _grant: &Grant<Serve>,
        id: MailId,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let row = mails::table.find(id.as_bytes().to_vec());
        self.outside_the_ledger(|db| {
            match outcome {
                Outcome::Sent => on!(db, conn => diesel::update(row)
                    .set((mails::state.eq(SENT), mails::sealed.eq(Vec::<u8>::new()),
                        mails::failure.eq(None::<String>)))
                    .execute(conn)),
                Outcome::Later(at, why) => on!(db, conn => diesel::update(row)
                    .set((mails::next_at.eq(at.timestamp_micros()), mails::failure.eq(why)))
                    .execute(conn)),
                Outcome::Dead(why) => on!(db, conn => diesel::update(row)
                    .set((mails::state.eq(DEAD), mails::failure.eq(why))).execute(conn)),
            }
            .map_err(StoreError::failed("keeping what became of a mail"))
        })?;
        Ok(())
    }

    /// Forgets what is of no more use: letters whose time has passed, and after a month that there was
    /// one. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_mails(&self, _grant: &Grant<Serve>, now: Now) -> Result<(), StoreError> {
        let old = (now.utc() - KEPT).timestamp_micros();
        let ended = mails::state.ne(WAITING);
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(mails::table.filter(ended)
                .filter(mails::created_at.lt(old))).execute(conn))
            .and_then(|_| {
                on!(db, conn => diesel::update(mails::table.filter(ended)
                    .filter(mails::expires_at.lt(now.micros())))
                    .set(mails::sealed.eq(Vec::<u8>::new())).execute(conn))
            })
            .map_err(StoreError::failed("tidying mails"))
        })?;
        Ok(())
    }

    /// Has the mails that were given up tried again, unless their time has passed; how many. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn revive_mails(&self, _grant: &Grant<Serve>, now: Now) -> Result<usize, StoreError> {
        let dead = mails::table
            .filter(mails::state.eq(DEAD))
            .filter(mails::expires_at.gt(now.micros()));
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::update(dead)
                .set((mails::state.eq(WAITING), mails::attempts.eq(0), mails::next_at.eq(now.micros())))
                .execute(conn))
            .map_err(StoreError::failed("trying mails again"))
        })
    }
}

/// Of several that want it one gets it: whoever still finds it as it was read.
fn claim(db: &mut Db, row: &MailRow, until: DateTime<Utc>) -> Result<bool, StoreError> {
    let as_read = mails::table
        .filter(mails::id.eq(&row.id))
        .filter(mails::state.eq(WAITING))
        .filter(mails::next_at.eq(row.next_at))
        .filter(mails::attempts.eq(row.attempts));
    let changed = on!(db, conn => diesel::update(as_read)
        .set((mails::next_at.eq(until.timestamp_micros()), mails::attempts.eq(row.attempts + 1)))
        .execute(conn))
    .map_err(StoreError::failed("taking a mail"))?;
    Ok(changed == 1)
}

impl ReadTx<'_> {
    fn due_mail(&mut self, _grant: &Grant<Serve>, now: Now) -> Result<Option<MailRow>, StoreError> {
        on!(self.db, conn => mails::table
            .filter(mails::state.eq(WAITING))
            .filter(mails::next_at.le(now.micros()))
            .order(mails::next_at).first(conn).optional())
        .map_err(StoreError::failed("looking for mails"))
    }

    /// What a mail says; `None` where the person was erased, or it was changed.
    fn letter(&mut self, row: &MailRow) -> Result<Option<Personal<Vec<u8>>>, StoreError> {
        if row.subject_id.is_empty() {
            let opened = self.keys.open_address(&row.sealed, &row.id);
            return Ok(opened.ok().map(Personal::new));
        }
        let subject = SubjectId::from_slice(&row.subject_id);
        let owner = subject.map(|id| self.subject_row(id)).transpose()?;
        let Some(owner) = owner.flatten() else {
            return Ok(None);
        };
        let opened = self.subject_key(&owner)?.open(&row.sealed, &row.id);
        Ok(opened.ok().map(Personal::new))
    }

    /// How many mails wait, and how many were given up.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn mail_counts(&mut self, _grant: &Grant<Serve>) -> Result<(u64, u64), StoreError> {
        let mut count = |state: &str| {
            let found: i64 = on!(self.db, conn => mails::table
                .filter(mails::state.eq(state)).count().get_result(conn))
            .map_err(StoreError::failed("counting mails"))?;
            Ok::<_, StoreError>(super::rows::unsigned(found))
        };
        Ok((count(WAITING)?, count(DEAD)?))
    }
}
