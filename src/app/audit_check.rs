//! Compares the whole database with its log, as `fsck` does a disk: the tree with the leaves, the
//! payloads with the leaves, the columns with the payloads, the states with the history.
//!
//! | module | compares |
//! |---|---|
//! | [`tree`] | leaves, tiles, head and signed checkpoints |
//! | [`entry`] | each leaf with its payload and its row's columns |
//! | [`public`] | suppressions, keys, staff and catalogue with what was published |
//! | [`registers`] | lists of opt-out registers with what was loaded |
//! | [`epochs`] | key epochs, and which of them wrap persons' keys, with the entries about them |
//! | [`keys`] | signing keys with the entries about them |
//! | [`masters`] | which master keys open the registry, with the entries about them |
//! | [`imports`] | the rows that find imports with the entries about them |
//! | [`erasures`] | what was erased with the erasures that were recorded |
//! | [`decisions`] | blocks of decisions with the roots that were recorded |
//! | [`disputes`] | what people say they never answered with the entries about it |
//! | [`requests`] | requests of data subjects with what their entries add up to |
//! | [`retention`] | what was done about retention with the entries about it |
//! | [`rolls`] | who was on lists with the roots that were recorded |
//! | [`kept`] | nothing: it keeps how far the comparison is |
//! | [`fold`], [`people`] | choices, standing and identifiers with each person's history |
//!
//! Entries are read in blocks and persons in pages, so that a registry of any size takes the same
//! memory. What is found names entries, never persons.

mod decisions;
mod disputes;
mod entry;
mod epochs;
mod erasures;
mod findings;
pub(super) mod fold;
mod imports;
mod kept;
mod keys;
mod masters;
mod people;
mod policies;
mod public;
mod registers;
mod requests;
#[cfg(test)]
mod resume_tests;
mod retention;
mod rolls;
mod tree;

pub use findings::AuditFindings;

use super::open::App;
use super::refusal::Refusal;
use crate::access::{ExportAudit, Grant};
use crate::audit::Hash;
use crate::audit::note::VerifierKey;
use crate::audit::signing::KeyHistory;
use crate::audit::tree::Frontier;
use crate::domain::ids::{Position, SubjectId};
use crate::store::{ReadTx, StoreError};
use findings::Collector;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Entries read at once.
pub(super) const BLOCK: u64 = 2_000;

/// What a comparison needs besides the rows.
pub(super) struct Check<'a, 'b, 'c> {
    pub tx: &'a mut ReadTx<'b>,
    pub grant: &'a Grant<ExportAudit>,
    /// The name of the log.
    pub origin: &'a str,
    /// The keys that sign its checkpoints.
    pub keys: KeyHistory,
    /// Told how far it is: done, in all.
    pub progress: &'c dyn Fn(u64, u64),
}

/// How a comparison is kept, so that another can go on from where it was: handed its state.
pub type Keep<'a> = dyn Fn(&str) -> std::io::Result<()> + 'a;

/// A comparison did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The data could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was kept cannot be gone on from.
    #[error("the kept state cannot be gone on from: {0}. Begin anew, without it")]
    State(&'static str),
    /// The state could not be kept.
    #[error("the state could not be kept: {0}")]
    Keep(#[from] std::io::Error),
}

impl App {
    /// Compares the whole database with its log. Blocks, for a minute a million entries or so.
    ///
    /// # Errors
    /// Where the data cannot be read at all. What does not hold is no error but a finding.
    pub fn audit_check(
        &self,
        grant: &Grant<ExportAudit>,
        progress: &dyn Fn(u64, u64),
    ) -> Result<AuditFindings, Refusal> {
        let found = self
            .store
            .read(|tx| self.comparing(tx, grant, progress)?.run(&|| self.goes_on()));
        Ok(found?)
    }

    /// The same, its state handed to `keep` from time to time; from a state that was kept it goes on.
    ///
    /// The state is signed by the log's key: one that somebody edited would hide what was found.
    ///
    /// # Errors
    /// As [`Self::audit_check`]; where the state is another log's, was changed, or is ahead of the
    /// log; where it cannot be kept.
    pub fn audit_check_from(
        &self,
        grant: &Grant<ExportAudit>,
        kept: Option<&str>,
        keep: &Keep<'_>,
        progress: &dyn Fn(u64, u64),
    ) -> Result<AuditFindings, CheckError> {
        let walk = match kept {
            Some(text) => kept::read(text, self.verifier())?,
            None => Walk::default(),
        };
        let keep = |walk: &Walk| Ok(keep(&kept::write(walk, &self.first_signer)?)?);
        self.store
            .read(|tx| self.comparing(tx, grant, progress)?.go_on(walk, &keep))
    }

    fn comparing<'a, 'b, 'c>(
        &'a self,
        tx: &'a mut ReadTx<'b>,
        grant: &'a Grant<ExportAudit>,
        progress: &'c dyn Fn(u64, u64),
    ) -> Result<Check<'a, 'b, 'c>, StoreError> {
        let keys = keys_of(tx, grant, self.verifier())?;
        Ok(Check {
            tx,
            grant,
            origin: self.origin(),
            keys,
            progress,
        })
    }
}

/// Blocks and pages after which the state is kept: some twenty thousand entries. Tests have fewer.
const KEPT_EVERY: u64 = if cfg!(test) { 1 } else { 10 };

/// How far a comparison is, and everything that it must remember to go on.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Walk {
    /// The head that it began with: size and root. None once the entries reached it.
    began: Option<(Position, Hash)>,
    /// The latest time of a leaf.
    latest: Option<i64>,
    tree: tree::TreeCheck,
    public: public::PublicCheck,
    policies: policies::PolicyCheck,
    keys: keys::KeyCheck,
    epochs: epochs::EpochCheck,
    #[serde(default)]
    masters: masters::MasterCheck,
    registers: registers::RegisterCheck,
    decisions: decisions::DecisionCheck,
    erasures: erasures::ErasureCheck,
    imports: imports::ImportCheck,
    #[serde(default)]
    requests: requests::RequestCheck,
    #[serde(default)]
    retention: retention::RetentionCheck,
    disputes: disputes::DisputeCheck,
    rolls: rolls::RollCheck,
    people: people::PeopleCheck,
    found: Collector,
}

/// The keys as far as the entries about them follow each other.
///
/// # Errors
/// Where the database fails.
pub(super) fn keys_of(
    tx: &mut ReadTx<'_>,
    grant: &Grant<ExportAudit>,
    first: &VerifierKey,
) -> Result<KeyHistory, StoreError> {
    Ok(keys::lenient(first.clone(), &tx.key_acts(grant)?))
}

impl Check<'_, '_, '_> {
    /// The records of one person, and the entries that a package about them holds.
    pub(super) fn person(
        mut self,
        positions: &BTreeSet<Position>,
        records: &[SubjectId],
    ) -> Result<AuditFindings, StoreError> {
        let mut found = Collector::default();
        let mut public = public::PublicCheck::default();
        public.load(self.tx, self.grant)?;
        let mut entries = entry::EntryCheck::new(self.origin, public.notice_hashes(), i64::MIN);
        for position in positions {
            let end = position.saturating_add(1);
            for one in &self.tx.entries(self.grant, *position..end)? {
                entries.check(one, &mut found);
            }
        }
        for record in records {
            people::one(&mut self, *record, &mut found)?;
        }
        Ok(found.close(positions.len() as u64, 1))
    }

    /// Everything, in one unchanging state of the database. `goes_on` is asked from time to time.
    pub(super) fn run(
        self,
        goes_on: &dyn Fn() -> Result<(), StoreError>,
    ) -> Result<AuditFindings, StoreError> {
        let run = self.go_on(Walk::default(), &|_| Ok(goes_on()?));
        run.map_err(|error| match error {
            CheckError::Store(error) => error,
            // nothing was kept, and nothing is
            other => StoreError::Log(other.to_string()),
        })
    }

    /// What is left, in one unchanging state of the database.
    fn go_on(
        mut self,
        mut walk: Walk,
        keep: &dyn Fn(&Walk) -> Result<(), CheckError>,
    ) -> Result<AuditFindings, CheckError> {
        let head = self.tx.stored_head(self.grant)?;
        let size = head.frontier.as_ref().map_or(head.size, Frontier::size);
        // a head that claims more entries than there are must not cost more than they do
        let size = size.min(head.leaves.saturating_add(BLOCK));
        if walk.tree.size() > size {
            return Err(CheckError::State(
                "it is ahead of the log, which was set back",
            ));
        }
        if walk.tree.size() == 0 {
            walk.began = head.frontier.as_ref().map(|edge| (size, edge.root()));
        }
        let persons = self.tx.audited_count(self.grant)?;
        walk.public.load(self.tx, self.grant)?;
        self.entries(&mut walk, size, persons, keep)?;
        let mut number: u64 = 0;
        while walk.people.page(&mut self, &mut walk.found)? {
            let done = walk.people.done;
            (self.progress)(
                size.saturating_add(done),
                size.saturating_add(persons.max(done)),
            );
            number += 1;
            if number.is_multiple_of(KEPT_EVERY) {
                keep(&walk)?;
            }
        }
        let mut found = walk.found;
        walk.tree.close(&mut self, &head, &mut found)?;
        walk.public.close(&mut self, &mut found)?;
        walk.policies.close(&mut self, &mut found)?;
        walk.keys.close(&mut self, &mut found)?;
        walk.epochs.close(&mut self, &mut found)?;
        walk.masters.close(&mut self, &mut found)?;
        walk.registers.close(&mut self, &mut found)?;
        walk.decisions.close(&mut self, size, &mut found)?;
        walk.erasures.close(&mut self, &mut found)?;
        walk.imports.close(&mut self, &mut found)?;
        walk.requests.close(&mut self, &mut found)?;
        walk.retention.close(&mut self, &mut found)?;
        walk.disputes.close(&mut self, &mut found)?;
        walk.rolls.close(&mut self, &mut found)?;
        people::orphans(&mut self, &mut found)?;
        Ok(found.close(size, walk.people.done))
    }

    /// The entries that were not compared yet.
    fn entries(
        &mut self,
        walk: &mut Walk,
        size: Position,
        persons: u64,
        keep: &dyn Fn(&Walk) -> Result<(), CheckError>,
    ) -> Result<(), CheckError> {
        let latest = walk.latest.unwrap_or(i64::MIN);
        let mut entries = entry::EntryCheck::new(self.origin, walk.public.notice_hashes(), latest);
        let mut from = walk.tree.size();
        while from < size {
            let end = size.min(from.saturating_add(BLOCK));
            // the head that it began with is a place to look at the root
            let end = walk.began.map_or(
                end,
                |(began, _)| if began > from { end.min(began) } else { end },
            );
            let found = &mut walk.found;
            walk.tree.begin(self, end, found)?;
            for one in &self.tx.entries(self.grant, from..end)? {
                walk.tree.leaf(one.leaf.as_deref());
                let leaf = entries.check(one, found);
                walk.public.note(one, leaf.as_ref());
                walk.policies.note(one, leaf.as_ref());
                walk.keys.note(one, leaf.as_ref());
                walk.epochs.note(one, leaf.as_ref());
                walk.masters.note(one, leaf.as_ref());
                walk.registers.note(one, leaf.as_ref());
                walk.decisions.note(one, leaf.as_ref());
                walk.erasures.note(one, leaf.as_ref());
                walk.imports.note(one, leaf.as_ref());
                walk.requests.note(one, leaf.as_ref(), found);
                walk.retention.note(one, leaf.as_ref());
                walk.disputes.note(one, found);
                walk.rolls.note(one, leaf.as_ref());
            }
            walk.tree.block(self, found)?;
            walk.public.block(self, found)?;
            walk.decisions.block(self, from..end, found)?;
            walk.rolls.block(self, &(from..end), found)?;
            from = end;
            walk.latest = Some(entries.latest);
            walk.reached(end, size);
            (self.progress)(end, size.saturating_add(persons));
            if (end / BLOCK).is_multiple_of(KEPT_EVERY) {
                keep(walk)?;
            }
        }
        Ok(())
    }
}

impl Walk {
    /// Whether the log still begins with the head that this comparison began with, which may have
    /// been days ago. Where that is the present one, it is compared at the end.
    fn reached(&mut self, end: Position, size: Position) {
        let Some((_, root)) = self.began.take_if(|(began, _)| *began == end) else {
            return;
        };
        if end < size && root != self.tree.root() {
            self.found.whole(format!(
                "the log no longer begins with the head of size {end} that this check began with"
            ));
        }
    }
}
