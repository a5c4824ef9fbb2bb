//! What the index reads: everything at the start, and what changed since a position.

mod page;

use super::api_keys::key_image;
use super::connection::on;
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::{KeyRow, StateRow, SubjectRow, signed, unsigned};
use super::schema::{
    api_keys, consent_states, decision_blocks, identifiers, registry, subject_events, subjects,
    suppressions,
};
use crate::access::{Grant, Serve};
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::registry::Change;
use diesel::prelude::*;
use page::{IdentifierOf, NumberOf, Page};
use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// Persons read at once while the index is built.
const PAGE: i64 = 5_000;
/// Pages that wait to be put together.
const PAGES: usize = 2;
/// Who is told of everything, on another thread.
type Told<'t> = &'t mut (dyn FnMut(Change) + Send);

/// Persons read at once while it follows.
const CHUNK: usize = 500;

/// Of whom everything is read that checks read.
pub struct Whom<'a> {
    /// Contact points, and whoever they lead to.
    pub contacts: &'a [Blind],
    /// Hashes under which a no may be filed, and nobody is found.
    pub filed: &'a [Blind],
    /// Persons by their ids.
    pub persons: &'a [SubjectId],
}

impl ReadTx<'_> {
    /// How many entries the log holds.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn position(&mut self, _grant: &Grant<Serve>) -> Result<Position, StoreError> {
        super::open::size(self.db)
    }

    /// How many persons there are.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn subject_count(&mut self, _grant: &Grant<Serve>) -> Result<u64, StoreError> {
        let count: i64 = on!(self.db, conn => subjects::table.count().get_result(conn))
            .map_err(StoreError::failed("counting data subjects"))?;
        Ok(unsigned(count))
    }

    /// Hands every person, suppression, key, register's list and the catalogue to `tell`.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn everything(&mut self, _grant: &Grant<Serve>, tell: Told<'_>) -> Result<(), StoreError> {
        self.before_persons(tell)?;
        self.every_person(tell)?;
        // last, so that each list is held against everybody once
        super::registers::since(self.db, 0, tell)
    }

    /// The same without the persons, where they are known already.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn everything_but_persons(
        &mut self,
        _grant: &Grant<Serve>,
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        self.before_persons(tell)?;
        super::registers::since(self.db, 0, tell)
    }

    fn before_persons(&mut self, tell: &mut dyn FnMut(Change)) -> Result<(), StoreError> {
        tell(Change::Catalogue(Arc::new(super::catalogue::load(
            self.db,
        )?)));
        self.keys_since(0, tell)?;
        self.suppressions_in(0..i64::MAX, tell)
    }

    /// One thread reads, another puts together what was read before.
    fn every_person(&mut self, tell: Told<'_>) -> Result<(), StoreError> {
        std::thread::scope(|scope| {
            let (pages, read) = sync_channel::<Page>(PAGES);
            let telling =
                scope.spawn(move || read.into_iter().try_for_each(|page| page.tell(tell)));
            let outcome = self.pages(|page| pages.send(page).is_ok());
            drop(pages);
            let told = telling.join().unwrap_or_else(|panic| resume_unwind(panic));
            outcome.and(told)
        })
    }

    /// Reads everybody, page by page, for as long as `pass` takes them.
    fn pages(&mut self, pass: impl Fn(Page) -> bool) -> Result<(), StoreError> {
        let mut last: Vec<u8> = Vec::new();
        loop {
            let subjects: Vec<SubjectRow> = on!(self.db, conn => subjects::table
                .filter(subjects::id.gt(&last)).order(subjects::id).limit(PAGE).load(conn))
            .map_err(StoreError::failed("loading data subjects"))?;
            let Some(end) = subjects.last().map(|row| row.id.clone()) else {
                return Ok(());
            };
            let (states, identifiers) = self.details_between(&last, &end)?;
            let page = Page {
                subjects,
                states,
                identifiers,
                numbers: self.numbers_between(&last, &end)?,
                reached: super::contacts::of_page(self.db, &last, &end)?,
                slowed: super::paces::images(&super::paces::of_page(self.db, &last, &end)?)?,
            };
            if !pass(page) {
                return Ok(());
            }
            last = end;
        }
    }

    /// Hands what changed by some entries, up to the last one, to `tell`. Entries are named by where they begin and where they
    /// end: of what has no end a database thinks that it is a third of all, and reads all.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn changes_in(
        &mut self,
        _grant: &Grant<Serve>,
        entries: Range<Position>,
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        if self.are_decisions(&entries)? {
            return Ok(());
        }
        let (since, end) = (signed(entries.start), signed(entries.end));
        self.catalogue_since(since, tell)?;
        self.keys_since(since, tell)?;
        self.suppressions_in(since..end, tell)?;
        self.erased_in(since..end, tell)?;
        // before the persons: one may be somebody's again
        self.left_in(since..end, tell)?;
        super::registers::since(self.db, since, tell)?;
        let ids: Vec<Vec<u8>> = on!(self.db, conn => subject_events::table
            .filter(subject_events::position.ge(since)).filter(subject_events::position.lt(end))
            .select(subject_events::subject_id).distinct().load(conn))
        .map_err(StoreError::failed("following the ledger"))?;
        for chunk in ids.chunks(CHUNK) {
            self.persons(chunk, tell)?;
        }
        Ok(())
    }

    /// Whether these entries say that decisions were recorded, and nothing else: most do, and no index holds decisions.
    fn are_decisions(&mut self, entries: &Range<Position>) -> Result<bool, StoreError> {
        let count: i64 = on!(self.db, conn => decision_blocks::table
            .filter(decision_blocks::position.ge(signed(entries.start)))
            .filter(decision_blocks::position.lt(signed(entries.end)))
            .count().get_result(conn))
        .map_err(StoreError::failed("following decisions"))?;
        Ok(unsigned(count) == entries.end.saturating_sub(entries.start))
    }

    /// All that is told of one person.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn person(
        &mut self,
        _grant: &Grant<Serve>,
        id: SubjectId,
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        self.persons(&[id.as_bytes().to_vec()], tell)
    }

    /// Everything that checks of these contact points and persons read, as an index is told of it, but for registers'
    /// lists: whoever they lead to, with all that they are held by; which of their contact points and of `filed` are on the
    /// suppression list; and the catalogue, where it changed since a position. All those contact points.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn seen_of(
        &mut self,
        grant: &Grant<Serve>,
        whom: &Whom<'_>,
        since: Position,
        tell: &mut dyn FnMut(Change),
    ) -> Result<Vec<Blind>, StoreError> {
        self.catalogue_since(signed(since), tell)?;
        let mut filed: BTreeSet<Blind> = whom.contacts.iter().chain(whom.filed).copied().collect();
        let mut next = self.holders(whom.contacts)?;
        next.extend(whom.persons.iter().map(|id| id.as_bytes().to_vec()));
        let mut known = BTreeSet::new();
        while !next.is_empty() {
            let ids: Vec<Vec<u8>> = next.iter().cloned().collect();
            known.append(&mut next);
            let mut heard = |change| {
                if let Change::Person(image) = &change {
                    filed.extend(&image.contacts);
                    let into = image.merged_into.map(|into| into.as_bytes().to_vec());
                    next.extend(into.filter(|into| !known.contains(into)));
                }
                tell(change);
            };
            for some in ids.chunks(CHUNK) {
                self.persons(some, &mut heard)?;
            }
        }
        let filed: Vec<Blind> = filed.into_iter().collect();
        self.suppressed(grant, &filed, tell)?;
        Ok(filed)
    }

    /// What registers' lists say of these contact points and no others, as lists of their own.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn listed(
        &mut self,
        _grant: &Grant<Serve>,
        contacts: &[Blind],
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        super::registers::of_contacts(self.db, contacts, tell)
    }

    /// Whether the list of a register was loaded by an entry from a position on.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn any_list_since(
        &mut self,
        _grant: &Grant<Serve>,
        since: Position,
    ) -> Result<bool, StoreError> {
        super::registers::any_since(self.db, signed(since))
    }

    /// The ids of so many persons behind one, in their order.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn persons_after(
        &mut self,
        _grant: &Grant<Serve>,
        last: Option<SubjectId>,
        many: i64,
    ) -> Result<Vec<SubjectId>, StoreError> {
        let last = last.map_or_else(Vec::new, |last| last.as_bytes().to_vec());
        let ids: Vec<Vec<u8>> = on!(self.db, conn => subjects::table
            .filter(subjects::id.gt(&last)).order(subjects::id).limit(many)
            .select(subjects::id).load(conn))
        .map_err(StoreError::failed("loading data subjects"))?;
        let read = |id: &Vec<u8>| SubjectId::from_slice(id);
        let read: Option<Vec<SubjectId>> = ids.iter().map(read).collect();
        read.ok_or(StoreError::damaged("a data subject's id"))
    }

    /// Whose contact points these are.
    fn holders(&mut self, contacts: &[Blind]) -> Result<BTreeSet<Vec<u8>>, StoreError> {
        let mut holders = BTreeSet::new();
        for some in contacts.chunks(CHUNK) {
            let some: Vec<Vec<u8>> = some.iter().map(|blind| blind.0.to_vec()).collect();
            let found: Vec<Vec<u8>> = on!(self.db, conn => identifiers::table
                .filter(identifiers::blind.eq_any(some)).select(identifiers::subject_id).load(conn))
            .map_err(StoreError::failed("finding identifiers"))?;
            holders.extend(found);
        }
        Ok(holders)
    }

    /// Which of these contact points are on the suppression list.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn suppressed(
        &mut self,
        _grant: &Grant<Serve>,
        blinds: &[Blind],
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        for some in blinds.chunks(CHUNK) {
            let wanted: Vec<Vec<u8>> = some.iter().map(|blind| blind.0.to_vec()).collect();
            let found: Vec<Vec<u8>> = on!(self.db, conn => suppressions::table
                .filter(suppressions::blind.eq_any(wanted)).select(suppressions::blind).load(conn))
            .map_err(StoreError::failed("reading the suppression list"))?;
            tell_suppressed(&found, tell)?;
        }
        Ok(())
    }

    fn persons(&mut self, ids: &[Vec<u8>], tell: &mut dyn FnMut(Change)) -> Result<(), StoreError> {
        let subjects: Vec<SubjectRow> = on!(self.db, conn => subjects::table
            .filter(subjects::id.eq_any(ids)).load(conn))
        .map_err(StoreError::failed("loading data subjects"))?;
        let states: Vec<StateRow> = on!(self.db, conn => consent_states::table
            .filter(consent_states::subject_id.eq_any(ids)).load(conn))
        .map_err(StoreError::failed("loading consent states"))?;
        let identifiers: Vec<IdentifierOf> = on!(self.db, conn => identifiers::table
            .filter(identifiers::subject_id.eq_any(ids))
            .select((identifiers::subject_id, identifiers::blind, identifiers::kind)).load(conn))
        .map_err(StoreError::failed("loading identifiers"))?;
        let numbers: Vec<NumberOf> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.eq_any(ids))
            .filter(subject_events::counter.eq(0))
            .select((subject_events::subject_id, subject_events::position)).load(conn))
        .map_err(StoreError::failed("loading the first entries"))?;
        // also of who has none: what they had may have been released, or be another's now
        let mut reached = super::contacts::of_persons(self.db, ids)?;
        let mut slowed = super::paces::images(&super::paces::of_persons(self.db, ids)?)?;
        for id in ids.iter().filter_map(|id| SubjectId::from_slice(id)) {
            reached.entry(id).or_default();
            slowed.entry(id).or_default();
        }
        let page = Page {
            subjects,
            states,
            identifiers,
            numbers,
            reached,
            slowed,
        };
        page.tell(tell)
    }

    fn details_between(
        &mut self,
        after: &[u8],
        end: &[u8],
    ) -> Result<(Vec<StateRow>, Vec<IdentifierOf>), StoreError> {
        let states = on!(self.db, conn => consent_states::table
            .filter(consent_states::subject_id.gt(after))
            .filter(consent_states::subject_id.le(end)).load(conn))
        .map_err(StoreError::failed("loading consent states"))?;
        let contacts = on!(self.db, conn => identifiers::table
            .filter(identifiers::subject_id.gt(after))
            .filter(identifiers::subject_id.le(end))
            .select((identifiers::subject_id, identifiers::blind, identifiers::kind)).load(conn))
        .map_err(StoreError::failed("loading identifiers"))?;
        Ok((states, contacts))
    }

    fn numbers_between(&mut self, after: &[u8], end: &[u8]) -> Result<Vec<NumberOf>, StoreError> {
        on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.gt(after))
            .filter(subject_events::subject_id.le(end))
            .filter(subject_events::counter.eq(0))
            .select((subject_events::subject_id, subject_events::position)).load(conn))
        .map_err(StoreError::failed("loading the first entries"))
    }

    fn catalogue_since(
        &mut self,
        since: i64,
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        let at: i64 =
            on!(self.db, conn => registry::table.select(registry::catalogue_at).first(conn))
                .map_err(StoreError::failed("reading the catalogue's age"))?;
        if at > since {
            tell(Change::Catalogue(Arc::new(super::catalogue::load(
                self.db,
            )?)));
        }
        Ok(())
    }

    fn keys_since(&mut self, since: i64, tell: &mut dyn FnMut(Change)) -> Result<(), StoreError> {
        let rows: Vec<KeyRow> =
            on!(self.db, conn => api_keys::table.filter(api_keys::position.ge(since)).load(conn))
                .map_err(StoreError::failed("loading API keys"))?;
        for row in &rows {
            tell(Change::Key(key_image(row)?));
        }
        Ok(())
    }

    fn suppressions_in(
        &mut self,
        entries: Range<i64>,
        tell: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        let blinds: Vec<Vec<u8>> = on!(self.db, conn => suppressions::table
            .filter(suppressions::position.ge(entries.start))
            .filter(suppressions::position.lt(entries.end))
            .select(suppressions::blind).load(conn))
        .map_err(StoreError::failed("reading the suppression list"))?;
        tell_suppressed(&blinds, tell)
    }
}

/// One that does not read is not passed over: it is a no.
fn tell_suppressed(blinds: &[Vec<u8>], tell: &mut dyn FnMut(Change)) -> Result<(), StoreError> {
    for blind in blinds {
        let blind = Blind::from_slice(blind).ok_or(StoreError::damaged("a suppression"))?;
        tell(Change::Suppressed(blind));
    }
    Ok(())
}
