//! One entry: its leaf against the log, its payload against the leaf, its record against the
//! payload.

use super::MAX_FAILURES;
use super::decisions::Blocks;
use super::record::differences;
use super::report::{Check, Recorder, ToldEpoch, rfc3339};
use super::rolls::Lists;
use super::tiles::TileSet;
use crate::audit::Hash;
use crate::audit::commitment::{canonical_json, commit};
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::package::format::{ENTRIES, EntryLine};
use crate::audit::tree::hash_leaf;
use serde_json::Value;
use std::collections::HashSet;

/// Checks entries in order, remembering what must hold between them.
pub(super) struct EntryCheck<'a> {
    tiles: Option<&'a TileSet>,
    notices: &'a HashSet<Hash>,
    latest: i64,
    tags: HashSet<[u8; 16]>,
    opened: u64,
    withheld: u64,
    compared: u64,
    with_notice: u64,
    blocks: Blocks,
    lists: Lists,
}

impl<'a> EntryCheck<'a> {
    pub(super) fn new(tiles: Option<&'a TileSet>, notices: &'a HashSet<Hash>) -> Self {
        Self {
            tiles,
            notices,
            latest: i64::MIN,
            tags: HashSet::new(),
            opened: 0,
            withheld: 0,
            compared: 0,
            with_notice: 0,
            blocks: Blocks::default(),
            lists: Lists::default(),
        }
    }

    pub(super) fn check(&mut self, line: &EntryLine, log: &mut Recorder) {
        let position = line.position;
        let mut fail = |check, what: &str| log.fail(check, Some(position), Some(ENTRIES), what);
        if let Some(tiles) = self.tiles
            && tiles.hash(0, position) != Some(&hash_leaf(line.leaf.as_bytes()))
        {
            fail(
                Check::Entries,
                "leaf is not the one that the log holds here",
            );
        }
        match Leaf::parse(line.leaf.as_bytes()) {
            Ok(leaf) => {
                self.check_order(position, &leaf, log);
                self.check_notice(position, &leaf, log);
                self.check_payload(line, &leaf, log);
            }
            Err(error) => fail(Check::Entries, &error.to_string()),
        }
        self.check_record(line, log);
    }

    fn check_order(&mut self, position: u64, leaf: &Leaf, log: &mut Recorder) {
        let mut fail = |what: &str| log.fail(Check::Entries, Some(position), Some(ENTRIES), what);
        if leaf.at < self.latest {
            fail("time is before that of an earlier entry");
        }
        self.latest = self.latest.max(leaf.at);
        if leaf.tag.is_some_and(|tag| !self.tags.insert(tag)) {
            fail("tag is that of an earlier entry");
        }
    }

    fn check_notice(&mut self, position: u64, leaf: &Leaf, log: &mut Recorder) {
        let Some(hash) = leaf.notice else { return };
        self.with_notice += 1;
        if !self.notices.contains(&hash) {
            let what = "no file in notices/ is the notice that this entry names";
            log.fail(Check::Notices, Some(position), Some(ENTRIES), what);
        }
    }

    fn check_payload(&mut self, line: &EntryLine, leaf: &Leaf, log: &mut Recorder) {
        let mut fail =
            |what: &str| log.fail(Check::Payloads, Some(line.position), Some(ENTRIES), what);
        let mut told = None;
        match (&line.payload, &line.opening, &line.withheld) {
            (Some(payload), Some(_), None) => {
                self.opened += 1;
                let commitment = line.opening_bytes().and_then(|opening| {
                    let payload = canonical_json(payload).ok()?;
                    Some(commit(&opening, &payload))
                });
                if commitment != Some(leaf.commitment) {
                    fail("payload and opening are not those that the leaf commits to");
                }
                told = epoch(line.position, leaf, payload);
                match leaf.kind {
                    EntryKind::DecisionsRecorded => self.blocks.note(line.position, payload),
                    EntryKind::DecisionsExpired => self.blocks.note_gone(line.position, payload),
                    EntryKind::AudienceEnded => self.lists.note(line.position, payload),
                    _ => {}
                }
            }
            (None, None, Some(_)) => self.withheld += 1,
            _ => fail("must have payload and opening, or a reason why they are withheld"),
        }
        if log.key_epochs.len() < MAX_FAILURES {
            log.key_epochs.extend(told);
        }
    }

    fn check_record(&mut self, line: &EntryLine, log: &mut Recorder) {
        let (Some(record), Some(payload)) = (&line.record, &line.payload) else {
            return;
        };
        self.compared += 1;
        for field in differences(record, payload) {
            let what = format!("the database's `{field}` is not what was recorded");
            log.fail(Check::Records, Some(line.position), Some(ENTRIES), what);
        }
    }

    /// Tells how much was checked. Without tiles, nothing shows that the entries are the log's.
    pub(super) fn close(self, proven: bool, log: &mut Recorder) -> (Blocks, Lists) {
        let (opened, withheld) = (self.opened, self.withheld);
        if proven {
            log.done(Check::Entries, format!("{} entries", log.entries));
        }
        log.done(
            Check::Payloads,
            format!("{opened} opened, {withheld} withheld"),
        );
        log.done(Check::Records, format!("{} compared", self.compared));
        log.done(
            Check::Notices,
            format!("{} entries name one", self.with_notice),
        );
        (self.blocks, self.lists)
    }
}

/// What an entry says of an epoch of persons' keys. The log's first entry tells of the first.
fn epoch(position: u64, leaf: &Leaf, payload: &Value) -> Option<ToldEpoch> {
    let said = match leaf.kind {
        EntryKind::LogGenesis => payload.get("key_epoch")?,
        EntryKind::KeyEpochBegun | EntryKind::KekDestroyed => payload,
        _ => return None,
    };
    Some(ToldEpoch {
        epoch: said.get("epoch")?.as_u64()?,
        destroyed: leaf.kind == EntryKind::KekDestroyed,
        at: rfc3339(u64::try_from(leaf.at).ok()?),
        position,
    })
}
