//! The decisions about the person: those in whose blocks they stand, and of the others in the same
//! blocks the hash alone.

use super::Job;
use crate::app::export::ExportError;
use crate::app::export::decisions::{line, write_texts};
use crate::audit::decision::line::DecisionLine;
use crate::audit::decision::{Block, Record};
use crate::audit::package::format::DECISIONS;
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::{Position, SubjectId};
use crate::store::{FoundDecision, ReadTx, StoreError, Whose};
use std::collections::BTreeSet;
use std::io::Write;

/// Decisions that are looked up at once.
const PAGE: usize = 500;

impl Job<'_> {
    /// Every decision about the person that the package's log holds, the oldest first.
    pub(super) fn decided(
        &self,
        tx: &mut ReadTx<'_>,
        person: SubjectId,
    ) -> Result<Vec<FoundDecision>, StoreError> {
        let (whose, mut found) = (Whose::Subject(person), Vec::new());
        let mut from = i64::MAX as u64;
        loop {
            let page = tx.decisions(self.grant, &whose, from, PAGE)?;
            let last = page.last().map(FoundDecision::place);
            let count = page.len();
            found.extend(page.into_iter().filter(|one| one.block < self.end()));
            match last {
                Some(last) if count == PAGE && last > 0 => from = last - 1,
                _ => break,
            }
        }
        found.reverse();
        Ok(found)
    }

    pub(super) fn write_decisions<W: Write>(
        &self,
        tx: &mut ReadTx<'_>,
        package: &mut PackageWriter<W>,
        decided: &[FoundDecision],
    ) -> Result<(), ExportError> {
        let blocks: BTreeSet<Position> = decided.iter().map(|one| one.block).collect();
        if blocks.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for position in blocks {
            for (_, block) in
                tx.decision_blocks(self.grant, position..position.saturating_add(1))?
            {
                lines.extend(self.of_block(position, block.as_ref()));
            }
        }
        let texts = lines.iter().flat_map(DecisionLine::texts).collect();
        package.stream(DECISIONS, |out| {
            lines.iter().try_for_each(|told| line(told, out))
        })?;
        write_texts(tx, self.grant, package, &texts)
    }

    fn of_block(&self, position: Position, block: Option<&Block>) -> Vec<DecisionLine> {
        let own: Vec<&[u8; 16]> = self
            .recorded
            .records
            .iter()
            .map(|(id, _)| id.as_bytes())
            .collect();
        let about = |record: &Record| record.subject.as_ref().is_some_and(|id| own.contains(&id));
        let items = block.into_iter().flat_map(Block::items);
        (0..)
            .zip(items)
            .map(|(index, item)| DecisionLine::of(position, index, item, about))
            .collect()
    }
}
