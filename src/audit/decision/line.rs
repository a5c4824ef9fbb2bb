//! A decision in the audit package: everything of which its hash in the block's tree is made.

use super::block::{Item, hash_record};
use super::record::Record;
use crate::audit::Hash;
use crate::audit::commitment::canonical_json;
use crate::audit::encoding::{hex, unhex};
use crate::audit::tree::{hash_leaf, sha256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One line of `decisions.jsonl`: a decision, the hash of one whose content is not disclosed, or that the block's time
/// was over and it is not there any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionLine {
    /// The entry that records its block.
    pub block: u64,
    /// What it shares with others; its SHA-256 is the record's `context`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub context: Option<Value>,
    /// In the place of all decisions of a block that were taken out since their time was over: the entry that says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expired: Option<u64>,
    /// Its hash in the block's tree, where its content is not disclosed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hash: Option<String>,
    /// Its place in the block.
    pub index: u64,
    /// The decision.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<Value>,
    /// What is hashed before it, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub salt: Option<String>,
}

impl DecisionLine {
    /// The line of a place in a block; its content where it is `disclosed`.
    #[must_use]
    pub fn of(block: u64, index: u64, item: &Item, disclosed: impl Fn(&Record) -> bool) -> Self {
        let bare = Self::bare(block, index);
        let (record, salt) = match item {
            Item::Removed(hash) => {
                return Self {
                    hash: Some(hex(hash)),
                    ..bare
                };
            }
            Item::Kept(record, salt) => (record, salt),
        };
        let name = record.context.name();
        if !disclosed(record) {
            let hash = hash_record(record, salt, name);
            return Self {
                hash: Some(hex(&hash)),
                ..bare
            };
        }
        Self {
            context: serde_json::from_str(&record.context.text()).ok(),
            record: serde_json::from_slice(&record.text(name)).ok(),
            salt: Some(hex(salt)),
            ..bare
        }
    }

    /// The line of a block that is not there any more, as an entry says.
    #[must_use]
    pub fn of_expired(block: u64, said_by: u64) -> Self {
        Self {
            expired: Some(said_by),
            ..Self::bare(block, 0)
        }
    }

    /// The entry that says that the block's time was over, where the line stands for such a block and says nothing else.
    #[must_use]
    pub fn is_expired(&self) -> Option<u64> {
        let alone = |said_by: &u64| *self == Self::of_expired(self.block, *said_by);
        self.expired.filter(alone)
    }

    /// A line that says nothing of its place.
    const fn bare(block: u64, index: u64) -> Self {
        Self {
            block,
            context: None,
            expired: None,
            hash: None,
            index,
            record: None,
            salt: None,
        }
    }

    /// The hash in the block's tree; `None` where the line does not say it, or contradicts itself.
    #[must_use]
    pub fn tree_hash(&self) -> Option<Hash> {
        if self.expired.is_some() {
            return None;
        }
        match (&self.hash, &self.record, &self.context, &self.salt) {
            (Some(hash), None, None, None) => unhex(hash),
            (None, Some(record), Some(context), Some(salt)) => {
                let name = hex(&sha256(&[&canonical_json(context).ok()?]));
                (record.get("context")?.as_str()? == name).then_some(())?;
                let mut text = unhex::<16>(salt)?.to_vec();
                text.append(&mut canonical_json(record).ok()?);
                Some(hash_leaf(&text))
            }
            _ => None,
        }
    }

    /// The texts that it names by their hash.
    #[must_use]
    pub fn texts(&self) -> Vec<Hash> {
        let named = |name| self.context.as_ref()?.get(name)?.as_str().and_then(unhex);
        ["outcome", "shape"].into_iter().filter_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::record::tests::{context, record};
    use super::*;
    use crate::audit::decision::Block;
    use std::sync::Arc;

    #[test]
    fn a_line_tells_its_hash_with_and_without_content() {
        let context = Arc::new(context("newsletter", Some("spring"), vec![1, 1]));
        let block = Block::new((0..5).map(|n| record(n, &context)).collect(), [9; 32]);
        for disclosed in [true, false] {
            for ((index, item), hash) in (0..).zip(block.items()).zip(block.hashes()) {
                let line = DecisionLine::of(7, index, item, |_| disclosed);
                assert_eq!(line.tree_hash(), Some(hash));
                let text = canonical_json(&serde_json::to_value(&line).unwrap()).unwrap();
                let read: DecisionLine = serde_json::from_slice(&text).unwrap();
                assert_eq!(read, line);
                assert_eq!(line.record.is_some(), disclosed);
                assert_eq!(line.texts().len(), if disclosed { 2 } else { 0 });
            }
        }
        let mut line = DecisionLine::of(7, 0, block.items().first().unwrap(), |_| true);
        line.context.as_mut().unwrap()["purpose"] = "offers".into();
        assert_eq!(line.tree_hash(), None);
    }
}
