//! Blocks of decisions against the entries that record them: a decision that was changed, taken
//! away or added gives the block another root than the log has.

use super::Check;
use super::findings::Collector;
use crate::audit::Hash;
use crate::audit::decision::Block;
use crate::audit::encoding::unb64;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{DECISION_BLOCKS, StoreError, StoredEntry, StoredPayload};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What an entry says of its block.
type Said = (Option<u64>, Option<Hash>);

/// What the entries say, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct DecisionCheck {
    /// Of the current block.
    #[serde(skip)]
    said: BTreeMap<Position, Said>,
    texts: BTreeSet<Hash>,
}

impl DecisionCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let (Some(leaf), StoredPayload::Public { text, .. }) = (leaf, &entry.payload) else {
            return;
        };
        if leaf.kind != EntryKind::DecisionsRecorded {
            return;
        }
        let payload: Value = serde_json::from_str(text).unwrap_or_default();
        let root = payload.get("root").and_then(Value::as_str).and_then(unb64);
        let count = payload.get("decisions").and_then(Value::as_u64);
        self.said.insert(entry.position, (count, root));
    }

    /// Every block of these positions is the one that its entry records, and no other is there.
    pub(super) fn block(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        range: std::ops::Range<Position>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let mut from = range.start;
        while from < range.end {
            let end = range.end.min(from.saturating_add(DECISION_BLOCKS));
            let blocks = check.tx.decision_blocks(check.grant, from..end)?;
            self.campaigns(check, &blocks, found)?;
            for (position, block) in blocks {
                match self.said.remove(&position) {
                    None => found.at(position, "decisions stand here that no entry records"),
                    Some(said) => self.compare(position, said, block.as_ref(), found),
                }
            }
            from = end;
        }
        for position in std::mem::take(&mut self.said).into_keys() {
            found.at(position, "the decisions that were recorded are missing");
        }
        Ok(())
    }

    fn compare(
        &mut self,
        position: Position,
        (count, root): Said,
        block: Option<&Block>,
        found: &mut Collector,
    ) {
        let Some(block) = block else {
            found.at(
                position,
                "the decisions do not open, or their row is not theirs",
            );
            return;
        };
        let held = block.items().len() as u64;
        if count != Some(held) {
            let said = count.unwrap_or_default();
            found.at(
                position,
                format!("{held} decisions stand here, {said} were recorded"),
            );
        } else if root != Some(block.root()) {
            found.at(
                position,
                "a decision is not the one that was recorded: the root is another",
            );
        }
        let contexts = block.records().map(|(_, record)| &record.context);
        let named = contexts.flat_map(|context| [context.outcome, context.shape]);
        self.texts.extend(named);
    }

    /// Each block is on the list of every campaign that it holds decisions of.
    fn campaigns(
        &self,
        check: &mut Check<'_, '_, '_>,
        blocks: &[(Position, Option<Block>)],
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for (position, block) in blocks {
            let records = block.iter().flat_map(Block::records);
            let names: BTreeSet<&str> = records
                .filter_map(|(_, record)| record.context.campaign.as_deref())
                .collect();
            if !names.is_empty() && !check.tx.lists_campaigns(check.grant, *position, &names)? {
                found.at(
                    *position,
                    "a campaign's list does not name these decisions of it",
                );
            }
        }
        Ok(())
    }

    /// What decisions name by its hash is there; nothing stands behind the last entry.
    pub(super) fn close(
        self,
        check: &mut Check<'_, '_, '_>,
        size: Position,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let beyond = size..Position::MAX;
        for (position, _) in check.tx.decision_blocks(check.grant, beyond)? {
            found.at(position, "decisions stand behind the end of the log");
        }
        let (waiting, changed) = check.tx.journal_texts(check.grant)?;
        if changed > 0 {
            found.whole(format!(
                "{changed} entries of the journal of decisions were changed"
            ));
        }
        let texts = check.tx.decision_texts(check.grant, &self.texts)?;
        let there = |hash: &&Hash| texts.contains_key(*hash) || waiting.contains(*hash);
        let missing = self.texts.len() - self.texts.iter().filter(there).count();
        if missing > 0 {
            found.whole(format!(
                "{missing} texts that decisions name are missing or changed"
            ));
        }
        Ok(())
    }
}
