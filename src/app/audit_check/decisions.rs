//! Blocks of decisions against the entries that record them: a decision that was changed, taken
//! away or added gives the block another root than the log has. A block whose time is over need not be there, where an
//! entry says so.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::audit::Hash;
use crate::audit::decision::Block;
use crate::audit::encoding::unb64;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{DECISION_BLOCKS, Expiring, Expiry, StoreError, StoredEntry};
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
    /// The entries about the time of decisions and lists: what each is, and up to which entry it says that something
    /// went.
    #[serde(default)]
    expiries: BTreeMap<Position, (String, Option<Position>)>,
}

/// The entries that are about decisions.
const ABOUT: [EntryKind; 4] = [
    EntryKind::DecisionsRecorded,
    EntryKind::DecisionsKept,
    EntryKind::DecisionsExpired,
    EntryKind::ListsExpired,
];

impl DecisionCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let Some((kind, payload)) = said(entry, leaf, &ABOUT) else {
            return;
        };
        if kind != EntryKind::DecisionsRecorded {
            let through = payload.get("through").and_then(Value::as_u64);
            let what = match kind {
                EntryKind::ListsExpired => Expiring::Lists,
                _ => Expiring::Decisions,
            };
            let said = through.map_or(Expiry::Announced, |through| Expiry::Gone(what, through));
            let (what, through) = said.row();
            self.expiries
                .insert(entry.position, (what.to_owned(), through));
            return;
        }
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
        if self.said.is_empty() {
            return Ok(());
        }
        // that an entry says so is compared at the end
        let gone = check
            .tx
            .decisions_gone(check.grant)?
            .map(|gone| gone.through);
        let missing = std::mem::take(&mut self.said).into_keys();
        for position in missing.filter(|position| Some(*position) > gone) {
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

    /// Each row about the time of decisions is of an entry, and each entry has its row.
    fn compare_expiries(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for (position, what, through) in check.tx.audited_expiries(check.grant)? {
            if self.expiries.remove(&position) != Some((what, through)) {
                let what = "which decisions are gone is not what an entry says";
                found.at(position, what);
            }
        }
        for position in std::mem::take(&mut self.expiries).into_keys() {
            found.at(position, "what this entry says of old decisions is missing");
        }
        Ok(())
    }

    /// What decisions name by its hash is there; nothing stands behind the last entry.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        size: Position,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        self.compare_expiries(check, found)?;
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
