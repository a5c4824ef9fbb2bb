//! The decisions of one commit: compact bytes, salts, and the root that the log commits to.
//!
//! What decisions share stands once in a dictionary; a decision itself takes some 35 bytes. The
//! salts follow from one secret of the block. Where a decision was taken out, its hash stands in
//! its place, and the salts of the others are written out: the secret would tell the salt of the
//! one that is gone, and so let somebody try whether a guess at it is right.

use super::codec::{Shared, Writer};
use super::record::Record;
use crate::audit::Hash;
use crate::audit::bytes::Reader;
use crate::audit::tree::{Frontier, hash_leaf};
use ring::hmac::{HMAC_SHA256, Key, sign};

/// The format's number.
const FORMAT: u8 = 1;
/// Bytes of a salt.
const SALT: usize = 16;

const REMOVED: u8 = 1;

/// The bytes are no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no block of decisions")]
pub struct BlockError;

/// The salt of a record.
pub type Salt = [u8; SALT];

/// A place in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A decision.
    Kept(Record, Salt),
    /// The hash of one that was taken out.
    Removed(Hash),
}

/// The decisions of one commit, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    items: Vec<Item>,
    /// From which the salts follow; `None` once a decision was taken out.
    secret: Option<[u8; 32]>,
}

impl Block {
    /// A block of these decisions.
    #[must_use]
    pub fn new(records: Vec<Record>, secret: [u8; 32]) -> Self {
        let key = Key::new(HMAC_SHA256, &secret);
        let salted = |(at, record)| Item::Kept(record, salt(&key, at));
        Self {
            items: (0..).zip(records).map(salted).collect(),
            secret: Some(secret),
        }
    }

    /// The places, in order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The decisions that are there, with their places.
    #[must_use]
    pub fn records(&self) -> impl DoubleEndedIterator<Item = (usize, &Record)> {
        self.items.iter().enumerate().filter_map(kept)
    }

    /// The hash of each place: what the root is made of.
    pub fn hashes(&self) -> impl Iterator<Item = Hash> {
        self.items.iter().map(|item| match item {
            Item::Kept(record, salt) => hash_record(record, salt, record.context.name()),
            Item::Removed(hash) => *hash,
        })
    }

    /// The root of the Merkle tree over the hashes (RFC 6962 section 2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut tree = Frontier::new();
        for hash in self.hashes() {
            tree.append(hash);
        }
        tree.root()
    }

    /// The block without the decisions that `gone` names; its root stays the same. `None` where
    /// there is none of them.
    #[must_use]
    pub fn without(&self, gone: impl Fn(&Record) -> bool) -> Option<Self> {
        let mut removed = false;
        let take_out = |(item, hash): (&Item, Hash)| match item {
            Item::Kept(record, _) if gone(record) => {
                removed = true;
                Item::Removed(hash)
            }
            kept => kept.clone(),
        };
        let items = self.items.iter().zip(self.hashes()).map(take_out).collect();
        let secret = None;
        removed.then_some(Self { items, secret })
    }

    /// The compact form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let first = self.records().next().map(|(_, record)| record);
        let mut writer = Writer::new(first, self.items.len());
        for item in &self.items {
            match item {
                Item::Removed(hash) => {
                    writer.body.push(REMOVED);
                    writer.body.extend_from_slice(hash);
                }
                Item::Kept(record, salt) => {
                    writer.record(record);
                    if self.secret.is_none() {
                        writer.body.extend_from_slice(salt);
                    }
                }
            }
        }
        let mut out = Vec::with_capacity(writer.body.len() + 1_024);
        out.push(FORMAT);
        out.push(u8::from(self.secret.is_some()));
        out.extend(self.secret.iter().flatten());
        writer.finish(self.items.len(), &mut out);
        out
    }

    /// Reads [`Self::to_bytes`] back.
    ///
    /// # Errors
    /// [`BlockError`] where the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BlockError> {
        let mut reader = Reader(bytes);
        let block = read(&mut reader).ok_or(BlockError)?;
        if reader.0.is_empty() {
            Ok(block)
        } else {
            Err(BlockError)
        }
    }
}

fn kept((at, item): (usize, &Item)) -> Option<(usize, &Record)> {
    match item {
        Item::Kept(record, _) => Some((at, record)),
        Item::Removed(_) => None,
    }
}

/// The hash of one decision in its block's tree.
#[must_use]
pub fn hash_record(record: &Record, salt: &Salt, context: &str) -> Hash {
    let mut text = Vec::with_capacity(320);
    text.extend_from_slice(salt);
    text.append(&mut record.text(context));
    hash_leaf(&text)
}

fn salt(key: &Key, at: u32) -> Salt {
    let mut salt = [0; SALT];
    let tag = sign(key, &at.to_be_bytes());
    salt.iter_mut()
        .zip(tag.as_ref())
        .for_each(|(to, from)| *to = *from);
    salt
}

fn read(reader: &mut Reader<'_>) -> Option<Block> {
    (reader.byte()? == FORMAT).then_some(())?;
    let secret = match reader.byte()? {
        0 => None,
        1 => Some(reader.array()?),
        _ => return None,
    };
    let shared = Shared::read(reader)?;
    let key = secret.map(|secret| Key::new(HMAC_SHA256, &secret));
    let item = |at| read_item(reader, &shared, key.as_ref().map(|key| salt(key, at)));
    let items = (0..shared.count).map(item).collect::<Option<_>>()?;
    Some(Block { items, secret })
}

fn read_item(reader: &mut Reader<'_>, shared: &Shared, salt: Option<Salt>) -> Option<Item> {
    let flags = reader.byte()?;
    if flags == REMOVED {
        return Some(Item::Removed(reader.array()?));
    }
    let record = shared.record(flags, reader)?;
    let salt = salt.map_or_else(|| reader.array(), Some)?;
    Some(Item::Kept(record, salt))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::super::record::tests::{context, record};
    use super::*;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn block(count: u64) -> Block {
        let contexts = [
            Arc::new(context("newsletter", Some("spring"), vec![1, 2])),
            Arc::new(context("offers", None, vec![])),
        ];
        let records = (0..count).map(|n| record(n, &contexts[(n % 2) as usize]));
        Block::new(records.collect(), [3; 32])
    }

    #[test]
    fn a_campaign_s_decision_takes_some_forty_bytes() {
        let bytes = block(1_000).to_bytes().len();
        assert!(bytes < 42_000, "{bytes}");
    }

    #[test]
    fn what_is_taken_out_leaves_the_root() {
        let whole = block(50);
        let anne = [2; 16];
        let without = whole.without(|one| one.subject == Some(anne)).unwrap();
        assert_eq!(without.root(), whole.root());
        let bytes = without.to_bytes();
        assert!(bytes.windows(16).all(|window| window != anne));
        let key = Key::new(HMAC_SHA256, &[3; 32]);
        assert!(bytes.windows(32).all(|window| window != [3; 32]));
        for (at, item) in (0..).zip(without.items()) {
            if matches!(item, Item::Removed(_)) {
                let gone = salt(&key, at);
                assert!(bytes.windows(SALT).all(|window| window != gone));
            }
        }
        assert_eq!(Block::from_bytes(&bytes), Ok(without.clone()));
        assert_eq!(without.without(|one| one.subject == Some(anne)), None);
        assert!(without.without(|_| true).is_some());
    }

    proptest! {
        #[test]
        fn a_block_reads_back(count in 0u64..60) {
            let block = block(count);
            let read = Block::from_bytes(&block.to_bytes()).unwrap();
            prop_assert_eq!(read.root(), block.root());
            prop_assert_eq!(read, block);
        }

        /// Whatever byte is changed: the bytes are no block, or one of another root.
        #[test]
        fn a_changed_byte_is_no_block_or_another_root(at in 0usize..900, by in 1u8..=255) {
            let block = block(20);
            let mut bytes = block.to_bytes();
            let at = at % bytes.len();
            bytes[at] ^= by;
            if let Ok(read) = Block::from_bytes(&bytes) {
                // a text of the dictionary that no decision names, or a number spelled otherwise
                prop_assert!(read.root() != block.root() || read.records().eq(block.records()));
            }
        }

        #[test]
        fn no_bytes_make_it_fail_otherwise(bytes: Vec<u8>) {
            let _ = Block::from_bytes(&bytes);
        }
    }
}
