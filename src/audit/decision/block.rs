//! The decisions of one commit: compact bytes, salts, and the root that the log commits to.
//!
//! What decisions share stands once in a dictionary; a decision itself takes some 35 bytes. The
//! salts follow from one secret of the block. Where a decision was taken out, its hash stands in
//! its place, and the salts of the others are written out: the secret would tell the salt of the
//! one that is gone, and so let somebody try whether a guess at it is right.

use super::bytes::{Reader, put, put_bytes, put_signed};
use super::record::{Context, Record};
use crate::audit::Hash;
use crate::audit::tree::{Frontier, hash_leaf};
use ring::hmac::{HMAC_SHA256, Key, sign};
use std::collections::HashMap;
use std::hash::Hash as Hashed;
use std::sync::Arc;

/// The format's number.
const FORMAT: u8 = 1;
/// Bytes of a salt.
const SALT: usize = 16;

const REMOVED: u8 = 1;
const SUBJECT: u8 = 2;
const EVIDENCE: u8 = 4;
const VALID_UNTIL: u8 = 8;
const AT: u8 = 16;
const LAWFUL_FROM: u8 = 32;

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
        let mut names = Names::default();
        self.items.iter().map(move |item| match item {
            Item::Kept(record, salt) => hash_record(record, salt, names.of(&record.context)),
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
        let mut writer = Writer::default();
        let mut body = Vec::with_capacity(self.items.len() * 48);
        let first = self.records().next().map(|(_, record)| record);
        let base = Base {
            millis: first.map_or(0, Record::millis) as i64,
            position: first.map_or(0, |record| record.position) as i64,
        };
        for item in &self.items {
            writer.item(item, base, self.secret.is_none(), &mut body);
        }
        let mut out = Vec::with_capacity(body.len() + 1_024);
        out.push(FORMAT);
        out.push(u8::from(self.secret.is_some()));
        out.extend(self.secret.iter().flatten());
        writer.dictionaries(&mut out);
        put_signed(&mut out, base.millis);
        put_signed(&mut out, base.position);
        put(&mut out, self.items.len() as u64);
        out.append(&mut body);
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

/// The names of the contexts met so far. Each is found by where it lies, which is many times faster
/// than by what it says; of two that say the same the name is made twice, and is the same.
#[derive(Default)]
struct Names(HashMap<*const Context, String>);

impl Names {
    fn of(&mut self, context: &Arc<Context>) -> &str {
        self.0
            .entry(Arc::as_ptr(context))
            .or_insert_with(|| context.name())
    }
}

/// What the numbers of a block are counted from.
#[derive(Clone, Copy)]
struct Base {
    millis: i64,
    position: i64,
}

impl Base {
    const fn micros(self) -> i64 {
        self.millis.saturating_mul(1_000)
    }
}

/// Things, each once, in the order in which they were first met.
struct Dictionary<T>(HashMap<T, u64>, Vec<T>);

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self(HashMap::new(), Vec::new())
    }
}

impl<T: Hashed + Eq + Clone> Dictionary<T> {
    fn number(&mut self, thing: &T) -> u64 {
        if let Some(known) = self.0.get(thing) {
            return *known;
        }
        let number = self.1.len() as u64;
        self.0.insert(thing.clone(), number);
        self.1.push(thing.clone());
        number
    }
}

#[derive(Default)]
struct Writer {
    texts: Dictionary<Arc<str>>,
    hashes: Dictionary<Hash>,
    contexts: Dictionary<Arc<Context>>,
    /// The numbers of contexts by where they lie, which is faster than by what they say.
    met: HashMap<*const Context, u64>,
}

impl Writer {
    fn number(&mut self, context: &Arc<Context>) -> u64 {
        let contexts = &mut self.contexts;
        *self
            .met
            .entry(Arc::as_ptr(context))
            .or_insert_with(|| contexts.number(context))
    }

    fn item(&mut self, item: &Item, base: Base, salted: bool, out: &mut Vec<u8>) {
        let (record, salt) = match item {
            Item::Removed(hash) => {
                out.push(REMOVED);
                out.extend_from_slice(hash);
                return;
            }
            Item::Kept(record, salt) => (record, salt),
        };
        let flag = |is: bool, flag| if is { flag } else { 0 };
        out.push(
            flag(record.subject.is_some(), SUBJECT)
                | flag(record.evidence.is_some(), EVIDENCE)
                | flag(record.valid_until.is_some(), VALID_UNTIL)
                | flag(record.at.is_some(), AT)
                | flag(record.lawful_from.is_some(), LAWFUL_FROM),
        );
        let (_, chance) = record.id.split_at(6);
        put_signed(out, (record.millis() as i64).wrapping_sub(base.millis));
        out.extend_from_slice(chance);
        out.extend(record.subject.iter().flatten());
        put(out, self.number(&record.context));
        let position = record.position as i64;
        put_signed(out, position.wrapping_sub(base.position));
        if let Some(evidence) = record.evidence {
            put_signed(out, position.wrapping_sub(evidence as i64));
        }
        let instants = [record.valid_until, record.at, record.lawful_from];
        for instant in instants.into_iter().flatten() {
            put_signed(out, instant.wrapping_sub(base.micros()));
        }
        if salted {
            out.extend_from_slice(salt);
        }
    }

    fn dictionaries(mut self, out: &mut Vec<u8>) {
        let mut contexts = Vec::new();
        for context in std::mem::take(&mut self.contexts).1 {
            self.context(&context, &mut contexts);
        }
        put(out, self.texts.1.len() as u64);
        for text in &self.texts.1 {
            put_bytes(out, text.as_bytes());
        }
        put(out, self.hashes.1.len() as u64);
        out.extend(self.hashes.1.iter().flatten());
        out.append(&mut contexts);
        out.push(0);
    }

    fn context(&mut self, context: &Context, out: &mut Vec<u8>) {
        // one byte before each: where there is none, the contexts have ended
        out.push(1);
        let campaign = context.campaign.as_ref();
        put(out, campaign.map_or(0, |text| self.texts.number(text) + 1));
        for text in [
            &context.asked_by,
            &context.channel,
            &context.day,
            &context.laws,
            &context.policy_version,
            &context.purpose,
        ] {
            put(out, self.texts.number(text));
        }
        put(out, self.hashes.number(&context.outcome));
        put(out, self.hashes.number(&context.shape));
        put_bytes(out, &context.facts);
    }
}

fn read(reader: &mut Reader<'_>) -> Option<Block> {
    (reader.byte()? == FORMAT).then_some(())?;
    let secret = match reader.byte()? {
        0 => None,
        1 => Some(reader.array()?),
        _ => return None,
    };
    let texts = (0..reader.count()?)
        .map(|_| Some(std::str::from_utf8(reader.bytes()?).ok()?.into()))
        .collect::<Option<Vec<Arc<str>>>>()?;
    let hashes = (0..reader.count()?)
        .map(|_| reader.array())
        .collect::<Option<Vec<Hash>>>()?;
    let mut contexts = Vec::new();
    while reader.byte()? == 1 {
        contexts.push(Arc::new(read_context(reader, &texts, &hashes)?));
    }
    let base = Base {
        millis: reader.signed()?,
        position: reader.signed()?,
    };
    let key = secret.map(|secret| Key::new(HMAC_SHA256, &secret));
    let count = u32::try_from(reader.count()?).ok()?;
    let items = (0..count)
        .map(|at| {
            read_item(
                reader,
                base,
                &contexts,
                key.as_ref().map(|key| salt(key, at)),
            )
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Block { items, secret })
}

fn read_context(reader: &mut Reader<'_>, texts: &[Arc<str>], hashes: &[Hash]) -> Option<Context> {
    let campaign = match usize::try_from(reader.number()?).ok()? {
        0 => None,
        number => Some(texts.get(number - 1)?.clone()),
    };
    let mut text = || texts.get(usize::try_from(reader.number()?).ok()?).cloned();
    let (asked_by, channel, day) = (text()?, text()?, text()?);
    let (laws, policy_version, purpose) = (text()?, text()?, text()?);
    let mut hash = || hashes.get(usize::try_from(reader.number()?).ok()?).copied();
    let (outcome, shape) = (hash()?, hash()?);
    Some(Context {
        asked_by,
        campaign,
        channel,
        day,
        facts: reader.bytes()?.to_vec(),
        laws,
        outcome,
        policy_version,
        purpose,
        shape,
    })
}

fn read_item(
    reader: &mut Reader<'_>,
    base: Base,
    contexts: &[Arc<Context>],
    salt: Option<Salt>,
) -> Option<Item> {
    let flags = reader.byte()?;
    if flags == REMOVED {
        return Some(Item::Removed(reader.array()?));
    }
    let millis = base.millis.wrapping_add(reader.signed()?) as u64;
    let mut id = [0; 16];
    let (time, chance) = id.split_at_mut(6);
    time.copy_from_slice(millis.to_be_bytes().get(2..)?);
    chance.copy_from_slice(reader.take(10)?);
    let having = |flag, read: &mut dyn FnMut() -> Option<()>| {
        if flags & flag == 0 { Some(()) } else { read() }
    };
    let (mut subject, mut evidence) = (None, None);
    let (mut valid_until, mut at, mut lawful_from) = (None, None, None);
    having(SUBJECT, &mut || {
        subject = Some(reader.array()?);
        Some(())
    })?;
    let context = contexts
        .get(usize::try_from(reader.number()?).ok()?)?
        .clone();
    let position = base.position.wrapping_add(reader.signed()?);
    having(EVIDENCE, &mut || {
        evidence = Some(position.wrapping_sub(reader.signed()?) as u64);
        Some(())
    })?;
    having(VALID_UNTIL, &mut || {
        valid_until = Some(base.micros().wrapping_add(reader.signed()?));
        Some(())
    })?;
    having(AT, &mut || {
        at = Some(base.micros().wrapping_add(reader.signed()?));
        Some(())
    })?;
    having(LAWFUL_FROM, &mut || {
        lawful_from = Some(base.micros().wrapping_add(reader.signed()?));
        Some(())
    })?;
    let record = Record {
        id,
        subject,
        position: position as u64,
        evidence,
        valid_until,
        at,
        lawful_from,
        context,
    };
    let salt = salt.map_or_else(|| reader.array(), Some)?;
    Some(Item::Kept(record, salt))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::super::record::tests::{context, record};
    use super::*;
    use proptest::prelude::*;

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
