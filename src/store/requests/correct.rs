//! A contact point that is put right within a request (art. 16): asked for like a challenge, by a mail to the
//! new one, and moved in one write, once it is known to be the person's.

use super::challenge::{ChallengeRow, StoredChallenge, table};
use crate::access::{Grant, Serve};
use crate::domain::event::{Corrected, SubjectEvent};
use crate::domain::ids::{Blind, DsrId, SubjectId};
use crate::domain::registry::{Change, Identifier, IdentifierKind};
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::schema::{confirmations, customer_sessions, identifiers, links, sign_ins};
use crate::store::tx::{Contact, Entry, Records, WriteTx};
use crate::store::{ReadTx, rows};
use diesel::prelude::*;
use std::ops::Range;

/// The leaf's name for it.
const CORRECTED: &str = "subject.corrected";
/// Why a contact point is suppressed that takes the place of one that is.
const IN_ITS_PLACE: &str = "contact_corrected";

/// What a challenge puts right.
#[derive(Debug, Clone)]
pub struct StoredCorrection {
    /// The keyed hash of the one that is replaced.
    pub from: Blind,
    /// Under whose key the new one is sealed.
    pub owner: SubjectId,
    pub(super) kind: i16,
    pub(super) sealed: Vec<u8>,
}

impl WriteTx<'_> {
    /// The correction of a request that waits; none where it was dropped, or forgotten after its time.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn correction<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        request: DsrId,
    ) -> Result<Option<StoredChallenge>, StoreError> {
        self.reading().waiting_correction(request)
    }

    /// The contact point that a correction brings.
    ///
    /// # Errors
    /// Where it does not open.
    pub fn corrected_to<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        challenge: &StoredChallenge,
    ) -> Result<Option<Identifier>, StoreError> {
        self.reading().brought_by(challenge)
    }

    /// Has the corrections of a request wait no more. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn drop_corrections<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        request: DsrId,
    ) -> Result<(), StoreError> {
        let id = request.as_bytes().to_vec();
        self.read("dropping a correction", |db| {
            on!(db, conn => diesel::update(table::table
                .filter(table::request_id.eq(&id)).filter(table::corrects.is_not_null()))
                .set(table::replaced.eq(true)).execute(conn))
        })?;
        Ok(())
    }

    /// Puts a contact point in the place of another, which is the person's no more: choices are the person's,
    /// and so hold for it. Who had the new one until now is the same person, of whose choices the stricter
    /// win; what was suppressed stays so. Both must be named by the order, and the write alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn correct<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        to: &Contact,
        corrected: Corrected,
    ) -> Result<Entry, StoreError> {
        let suppressed = self.is_off_limits(grant, subject, corrected.from)?;
        let new = std::slice::from_ref(to);
        for other in self.find(new).into_iter().filter(|one| *one != subject) {
            self.merge(grant, other, subject)?;
        }
        self.link(grant, subject, new)?;
        if suppressed && !self.is_suppressed(grant, &[to.blind])? {
            let _entry = self.suppress(grant, to.blind, IN_ITS_PLACE)?;
        }
        let _was_theirs = self.take_from_person(subject, corrected.from)?;
        self.note(grant, subject, SubjectEvent::Corrected(Box::new(corrected)))
    }

    fn is_off_limits<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        from: Blind,
    ) -> Result<bool, StoreError> {
        let own = self.own_identifiers(grant, subject)?;
        let held = own
            .iter()
            .find(|one| self.keys.blind(one.canonical()) == from);
        let coarse = held.map(|one| self.keys.blind(one.for_suppression().canonical()));
        let filed: Vec<Blind> = coarse.into_iter().chain([from]).collect();
        self.is_suppressed(grant, &filed)
    }

    /// Nobody is reached by it any more, and whoever reads what goes there does nothing with it.
    /// Whether it was the person's.
    pub(in crate::store) fn take_from_person(
        &mut self,
        subject: SubjectId,
        from: Blind,
    ) -> Result<bool, StoreError> {
        let holder = self.world.by_blind.get(&from).copied();
        if holder.and_then(|one| self.resolve(one)) != Some(subject) {
            return Ok(false);
        }
        let (hash, cluster) = (from.0.to_vec(), self.reading().cluster(subject)?);
        macro_rules! end {
            ($($table:ident),+) => {$(
                self.read("taking a contact point off", |db| on!(db, conn => diesel::delete($table::table
                    .filter($table::contact.eq(&hash)).filter($table::subject_id.eq_any(&cluster)))
                    .execute(conn)))?;
            )+};
        }
        end!(confirmations, customer_sessions, links);
        self.read("taking a contact point off", |db| {
            on!(db, conn => diesel::delete(sign_ins::table.filter(sign_ins::contact.eq(&hash))).execute(conn))
        })?;
        self.read("taking a contact point off", |db| {
            on!(db, conn => diesel::update(table::table
                .filter(table::contact.eq(&hash)).filter(table::subject_id.eq_any(&cluster)))
                .set(table::replaced.eq(true)).execute(conn))
        })?;
        self.read(
            "taking a contact point off",
            |db| on!(db, conn => diesel::delete(identifiers::table.find(&hash)).execute(conn)),
        )?;
        let person = self.touch(subject)?;
        person.new_identifiers.retain(|row| row.blind != hash);
        person.moved_identifiers.retain(|row| row.blind != hash);
        self.world.by_blind.remove(&from);
        self.linked.push((from, holder));
        self.world.changes.push(Change::Left(from));
        Ok(true)
    }
}

impl ReadTx<'_> {
    /// The correction of a request that waits.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn open_correction<P: super::SeesRequests>(
        &mut self,
        _grant: &Grant<P>,
        request: DsrId,
    ) -> Result<Option<StoredChallenge>, StoreError> {
        self.waiting_correction(request)
    }

    /// The contact point that a challenge asks about, where it is to become the person's.
    ///
    /// # Errors
    /// Where it does not open.
    pub fn asked_about(
        &mut self,
        _grant: &Grant<Serve>,
        challenge: &StoredChallenge,
    ) -> Result<Option<Identifier>, StoreError> {
        self.brought_by(challenge)
    }

    fn waiting_correction(
        &mut self,
        request: DsrId,
    ) -> Result<Option<StoredChallenge>, StoreError> {
        let found: Option<ChallengeRow> = on!(self.db, conn => table::table
            .filter(table::request_id.eq(request.as_bytes().to_vec()))
            .filter(table::corrects.is_not_null())
            .filter(table::replaced.eq(false)).filter(table::used_at.is_null())
            .first(conn).optional())
        .map_err(StoreError::failed("finding a correction"))?;
        found.map(ChallengeRow::stored).transpose()
    }

    fn brought_by(
        &mut self,
        challenge: &StoredChallenge,
    ) -> Result<Option<Identifier>, StoreError> {
        let Some(correction) = &challenge.correction else {
            return Ok(None);
        };
        let damaged = || StoreError::damaged("a correction");
        let owner = self.subject_row(correction.owner)?.ok_or_else(damaged)?;
        let key = self.subject_key(&owner)?;
        let plain = key.open(&correction.sealed, &challenge.contact.0)?;
        let text = String::from_utf8(plain).map_err(|_| damaged())?;
        let kind = IdentifierKind::from_code(correction.kind).ok_or_else(damaged)?;
        Identifier::parse(kind, &text)
            .map(Some)
            .map_err(|_| damaged())
    }

    /// Tells which contact points were taken off their persons by some entries.
    pub(in crate::store) fn left_in(
        &mut self,
        entries: Range<i64>,
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        use crate::store::schema::subject_events as events;
        let found: Vec<rows::SubjectEventRow> = on!(self.db, conn => events::table
            .filter(events::position.ge(entries.start)).filter(events::position.lt(entries.end))
            .filter(events::kind.eq(CORRECTED))
            .order(events::position).load(conn))
        .map_err(StoreError::failed("following corrections"))?;
        for row in found {
            let entry = self.history_entry(row)?;
            let Some(SubjectEvent::Corrected(corrected)) =
                SubjectEvent::read(&entry.kind, entry.payload.reveal())
            else {
                return Err(StoreError::damaged("a correction"));
            };
            tell(Change::Left(corrected.from));
        }
        Ok(())
    }
}
