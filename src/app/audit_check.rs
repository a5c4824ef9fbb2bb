//! Compares the whole database with its log, as `fsck` does a disk: the tree with the leaves, the
//! payloads with the leaves, the columns with the payloads, the states with the history.
//!
//! | module | compares |
//! |---|---|
//! | [`tree`] | leaves, tiles, head and signed checkpoints |
//! | [`entry`] | each leaf with its payload and its row's columns |
//! | [`public`] | suppressions, keys, staff and catalogue with what was published |
//! | [`registers`] | lists of opt-out registers with what was loaded |
//! | [`erasures`] | what was erased with the erasures that were recorded |
//! | [`decisions`] | blocks of decisions with the roots that were recorded |
//! | [`fold`], [`people`] | choices, standing and identifiers with each person's history |
//!
//! Entries are read in blocks and persons in pages, so that a registry of any size takes the same
//! memory. What is found names entries, never persons.

mod decisions;
mod entry;
mod erasures;
mod findings;
mod fold;
mod people;
mod policies;
mod public;
mod registers;
mod tree;

pub use findings::AuditFindings;

use super::open::App;
use super::refusal::Refusal;
use crate::access::{ExportAudit, Grant};
use crate::audit::note::VerifierKey;
use crate::audit::tree::Frontier;
use crate::domain::ids::Position;
use crate::store::{ReadTx, StoreError};
use findings::Collector;

/// Entries read at once.
pub(super) const BLOCK: u64 = 2_000;

/// What a comparison needs besides the rows.
pub(super) struct Check<'a, 'b, 'c> {
    pub tx: &'a mut ReadTx<'b>,
    pub grant: &'a Grant<ExportAudit>,
    /// The name of the log.
    pub origin: &'a str,
    /// The key that signs its checkpoints.
    pub verifier: &'a VerifierKey,
    /// Told how far it is: done, in all.
    pub progress: &'c dyn Fn(u64, u64),
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
        let found = self.store.read(|tx| {
            let (origin, verifier) = (self.origin(), self.verifier());
            Check {
                tx,
                grant,
                origin,
                verifier,
                progress,
            }
            .run()
        });
        Ok(found?)
    }
}

impl Check<'_, '_, '_> {
    /// Everything, in one unchanging state of the database.
    pub(super) fn run(mut self) -> Result<AuditFindings, StoreError> {
        let head = self.tx.stored_head(self.grant)?;
        let size = head.frontier.as_ref().map_or(head.size, Frontier::size);
        // a head that claims more entries than there are must not cost more than they do
        let size = size.min(head.leaves.saturating_add(BLOCK));
        let persons = self.tx.audited_count(self.grant)?;
        let mut found = Collector::default();
        let mut tree = tree::TreeCheck::default();
        let mut public = public::PublicCheck::new(self.tx, self.grant)?;
        let mut policies = policies::PolicyCheck::default();
        let mut registers = registers::RegisterCheck::default();
        let mut decisions = decisions::DecisionCheck::default();
        let mut erasures = erasures::ErasureCheck::default();
        let mut entries = entry::EntryCheck::new(self.origin, public.notice_hashes());
        let mut from: Position = 0;
        while from < size {
            let end = size.min(from.saturating_add(BLOCK));
            tree.begin(&mut self, end, &mut found)?;
            for one in &self.tx.entries(self.grant, from..end)? {
                tree.leaf(one.leaf.as_deref());
                let leaf = entries.check(one, &mut found);
                public.note(one, leaf.as_ref());
                policies.note(one, leaf.as_ref());
                registers.note(one, leaf.as_ref());
                decisions.note(one, leaf.as_ref());
                erasures.note(one, leaf.as_ref());
            }
            tree.block(&mut self, &mut found)?;
            public.block(&mut self, &mut found)?;
            decisions.block(&mut self, from..end, &mut found)?;
            from = end;
            (self.progress)(end, size.saturating_add(persons));
        }
        tree.close(&mut self, &head, &mut found)?;
        public.close(&mut self, &mut found)?;
        policies.close(&mut self, &mut found)?;
        registers.close(&mut self, &mut found)?;
        decisions.close(&mut self, size, &mut found)?;
        erasures.close(&mut self, &mut found)?;
        let persons = people::check(&mut self, size, persons, &mut found)?;
        Ok(found.close(size, persons))
    }
}
