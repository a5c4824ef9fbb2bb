//! The tree made again from the leaves, against what the database keeps of it and against every
//! head that was ever signed.

use super::Check;
use super::findings::Collector;
use crate::audit::Hash;
use crate::audit::note::{CosignerKey, cosignatures};
use crate::audit::signing::{KeyHistory, open_checkpoint};
use crate::audit::timestamp;
use crate::audit::tree::{Frontier, TILE_HEIGHT, TileRoot, hash_leaf};
use crate::domain::ids::Position;
use crate::store::{
    StoreError, StoredCheckpoint, StoredCosignature, StoredHead, StoredTile, StoredTimestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// The tree as it grows again.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct TreeCheck {
    #[serde(with = "as_bytes")]
    frontier: Frontier,
    /// Tiles that the current block completed.
    #[serde(skip)]
    tiles: BTreeMap<(u8, u64), [u8; 32]>,
    /// Checkpoints of the current block, by size.
    #[serde(skip)]
    signed: VecDeque<StoredCheckpoint>,
    /// Up to which size checkpoints were looked for.
    looked: Option<Position>,
    /// The last signed size whose root the leaves make.
    agreed: Position,
    /// The first whose root they do not make, and how many do not.
    wrong: Option<(Position, u64)>,
}

impl TreeCheck {
    /// Before the leaves up to `end`.
    pub(super) fn begin(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        end: Position,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let after = self.looked.replace(end);
        let signed = check.tx.stored_checkpoints(check.grant, after, end)?;
        for one in &signed {
            if !is_signed(one, &check.keys, check.origin) {
                let what = format!(
                    "the checkpoint for size {} is not one that the log's key signed",
                    one.size
                );
                found.whole(what);
            }
        }
        let from = after.map_or(0, |after| after.saturating_add(1));
        for one in check.tx.cosignatures(check.grant, from, end)? {
            if !is_cosigned(&one, &signed) {
                let what = format!(
                    "a cosignature on the checkpoint for size {} is not its witness's",
                    one.size
                );
                found.whole(what);
            }
        }
        for one in check.tx.timestamps(check.grant, from, end)? {
            if !is_stamped(&one, &signed) {
                let what = format!(
                    "a timestamp of the checkpoint for size {} is not for that checkpoint",
                    one.size
                );
                found.whole(what);
            }
        }
        self.signed = signed.into();
        self.roots();
        Ok(())
    }

    /// How many leaves there were.
    pub(super) fn size(&self) -> Position {
        self.frontier.size()
    }

    /// The root of the leaves so far.
    pub(super) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The next leaf; a missing one leaves a hole that the tree shows.
    pub(super) fn leaf(&mut self, leaf: Option<&str>) {
        let done = self
            .frontier
            .append(hash_leaf(leaf.unwrap_or_default().as_bytes()));
        let tile = |tile: TileRoot| ((tile.level, tile.index), tile.hash);
        self.tiles.extend(done.into_iter().map(tile));
        self.roots();
    }

    /// Compares the root with the checkpoints of the present size.
    fn roots(&mut self) {
        while let Some(one) = self
            .signed
            .pop_front_if(|one| one.size == self.frontier.size())
        {
            if one.root == self.frontier.root() {
                self.agreed = one.size;
            } else {
                let (first, count) = self.wrong.unwrap_or((one.size, 0));
                self.wrong = Some((first, count + 1));
            }
        }
    }

    /// Compares the tiles that the last block completed with their rows.
    pub(super) fn block(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let made = std::mem::take(&mut self.tiles);
        for level in 1..=7u8 {
            let mut indexes = made
                .range((level, 0)..=(level, u64::MAX))
                .map(|((_, index), _)| *index);
            let Some(first) = indexes.next() else { break };
            let end = indexes.next_back().unwrap_or(first) + 1;
            let rows = check.tx.stored_tiles(check.grant, level, (first, end))?;
            let of_level = made.range((level, first)..(level, end));
            for ((_, index), hash) in of_level {
                compare(level, *index, hash, &rows, found);
            }
        }
        Ok(())
    }

    /// Compares the head, and looks for rows that no entry stands behind.
    pub(super) fn close(
        self,
        check: &mut Check<'_, '_, '_>,
        head: &StoredHead,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let size = self.frontier.size();
        match &head.frontier {
            None => found.whole("the head of the log does not read"),
            Some(frontier) if frontier.size() != head.size => {
                found.whole("the head's size is not that of its tree");
            }
            Some(frontier) if *frontier != self.frontier => {
                found.whole("the entries do not make the root that the head of the log has");
            }
            Some(_) => {}
        }
        if let Some((first, count)) = self.wrong {
            found.whole(format!(
                "the entries do not make the root that was signed for size {first} ({count} checkpoint(s) in all): \
                 an entry from {} up to {first} was changed, or a checkpoint was",
                self.agreed
            ));
        }
        for tile in check.tx.stray_tiles(check.grant, size)? {
            found.whole(format!(
                "tile {}/{} is beyond the end of the log",
                tile.level, tile.index
            ));
        }
        for row in check.tx.beyond(check.grant, size)? {
            let what = format!(
                "a row in {} names a position beyond the end of the log ({size})",
                row.table
            );
            match u64::try_from(row.position) {
                Ok(position) => found.at(position, what),
                Err(_) => found.whole(what),
            }
        }
        Ok(())
    }
}

fn is_signed(stored: &StoredCheckpoint, keys: &KeyHistory, origin: &str) -> bool {
    open_checkpoint(&stored.note, keys).is_ok_and(|signed| {
        signed.origin == origin && signed.size == stored.size && stored.root == signed.root
    })
}

/// Whether a row is its witness's cosignature, of its instant, on the checkpoint of its size.
fn is_cosigned(stored: &StoredCosignature, signed: &[StoredCheckpoint]) -> bool {
    let of_size = signed.iter().find(|one| one.size == stored.size);
    let key: Option<CosignerKey> = stored.witness.parse().ok();
    let (Some(checkpoint), Some(key)) = (of_size, key) else {
        return false;
    };
    let note = format!("{}{}", checkpoint.note, stored.line);
    cosignatures(&note, &[key])
        .is_ok_and(|found| matches!(&found[..], [one] if i64::try_from(one.at) == Ok(stored.at)))
}

/// Whether a row is a timestamp, of its instant, of the checkpoint of its size.
fn is_stamped(stored: &StoredTimestamp, signed: &[StoredCheckpoint]) -> bool {
    let of_size = signed.iter().find(|one| one.size == stored.size);
    let token = of_size.and_then(|one| {
        let note = one.note.as_bytes();
        timestamp::check(&stored.response, note, None).ok()
    });
    token.is_some_and(|token| token.at.timestamp() == stored.at)
}

fn compare(level: u8, index: u64, hash: &[u8; 32], rows: &[StoredTile], found: &mut Collector) {
    let stored = rows
        .iter()
        .find(|row| u64::try_from(row.index) == Ok(index));
    let fault = match stored {
        Some(row) if row.hash == hash => return,
        Some(_) => "is not the one that its entries make",
        None => "is missing",
    };
    let shift = u32::from(level) * u32::from(TILE_HEIGHT);
    let (first, end) = (index << shift, (index + 1) << shift);
    found.whole(format!(
        "tile {level}/{index} over the entries {first} up to {end} {fault}"
    ));
}

/// The right edge of a tree in a kept state.
mod as_bytes {
    use crate::audit::encoding::b64;
    use crate::audit::tree::Frontier;
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(edge: &Frontier, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&b64(&edge.to_bytes()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Frontier, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(from)?);
        Frontier::from_bytes(&bytes.map_err(Error::custom)?).map_err(Error::custom)
    }
}
