//! The tiles: that they lead to the checkpoint's root, and that the published entries are theirs.
//!
//! A full tile's root is a hash in the tile above, up to a tile of the right edge; the right edge
//! makes the root. So a hash in a sound tile of level 0 is included in the checkpoint's tree.

use super::archive::Archive;
use super::report::{Check, Recorder};
use crate::audit::Hash;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::package::format::LOG;
use crate::audit::proof;
use crate::audit::tile::{
    Content, TILE_WIDTH, TileId, TileReader, TileSource, bundle_entries, decode_hashes,
};
use crate::audit::tree::{hash_leaf, perfect_root};
use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Seek};

/// The package's tiles of hashes.
pub(super) struct TileSet {
    size: u64,
    tiles: HashMap<TileId, Vec<u8>>,
}

impl TileSource for &TileSet {
    fn tile(&self, id: &TileId) -> Option<Vec<u8>> {
        self.tiles.get(id).cloned()
    }
}

impl TileSet {
    fn hashes(&self, id: &TileId) -> Option<&[Hash]> {
        decode_hashes(self.tiles.get(id)?, id.width).ok()
    }

    /// The hash number `index` of a tile level.
    pub(super) fn hash(&self, level: u8, index: u64) -> Option<&Hash> {
        let id = TileId::within(self.size, Content::Hashes(level), index / TILE_WIDTH)?;
        self.hashes(&id)?.get((index % TILE_WIDTH) as usize)
    }
}

/// Reads and checks all tiles and bundles.
pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    needed: Vec<TileId>,
    checkpoint: &Checkpoint,
    log: &mut Recorder,
) -> TileSet {
    refuse_others(archive, &needed, log);
    let (bundles, hashes): (Vec<_>, Vec<_>) = needed
        .into_iter()
        .partition(|id| id.content == Content::Entries);
    let mut set = TileSet {
        size: checkpoint.size,
        tiles: HashMap::new(),
    };
    for id in &hashes {
        if let Some(bytes) = archive.read(&format!("{LOG}{id}"), log) {
            set.tiles.insert(*id, bytes);
        }
    }
    check_root(&set, &checkpoint.root, log);
    hashes.iter().for_each(|id| check_tile(&set, id, log));
    log.done(Check::Tiles, format!("{} tiles", hashes.len()));
    bundles
        .iter()
        .for_each(|id| check_bundle(archive, &set, id, log));
    log.done(Check::Bundles, format!("{} bundles", bundles.len()));
    set
}

fn refuse_others<R: Read + Seek>(archive: &Archive<R>, needed: &[TileId], log: &mut Recorder) {
    let needed: BTreeSet<_> = needed.iter().map(|id| format!("{LOG}{id}")).collect();
    for name in archive.names("log/tile/") {
        if !needed.contains(&name) {
            log.fail(
                Check::Tiles,
                None,
                Some(&name),
                "is no tile that these entries need",
            );
        }
    }
}

fn check_root(set: &TileSet, expected: &Hash, log: &mut Recorder) {
    match proof::root(set.size, &TileReader::new(set.size, set)) {
        Ok(root) if root == *expected => {}
        Ok(_) => log.fail(
            Check::Tiles,
            None,
            None,
            "the tiles of the right edge do not make the checkpoint's root",
        ),
        Err(error) => log.fail(Check::Tiles, None, None, error.to_string()),
    }
}

/// A full tile's root is the hash that the tile above has in its place.
fn check_tile(set: &TileSet, id: &TileId, log: &mut Recorder) {
    let Content::Hashes(level) = id.content else {
        return;
    };
    let path = format!("{LOG}{id}");
    let Some(hashes) = set.hashes(id) else {
        log.fail(Check::Tiles, None, Some(&path), "does not have its width");
        return;
    };
    if id.is_full() && perfect_root(hashes).as_ref() != set.hash(level + 1, id.index) {
        let shift = u32::from(level + 1) * 8;
        let first = id.index.checked_shl(shift).unwrap_or(0);
        let end = (id.index + 1).checked_shl(shift).unwrap_or(u64::MAX);
        let what =
            format!("is not what the tile above says: entries {first} up to {end} are not proven");
        log.fail(Check::Tiles, None, Some(&path), what);
    }
}

/// Each entry of a bundle hashes to its place in the tile; the first that does not is named.
fn check_bundle<R: Read + Seek>(
    archive: &mut Archive<R>,
    set: &TileSet,
    id: &TileId,
    log: &mut Recorder,
) {
    let path = format!("{LOG}{id}");
    let Some(bytes) = archive.read(&path, log) else {
        return;
    };
    let mut entries = bundle_entries(&bytes);
    for position in (id.start()..).take(usize::from(id.width)) {
        let hash = entries.next().and_then(Result::ok).map(hash_leaf);
        if hash.is_none() || hash.as_ref() != set.hash(0, position) {
            let what = "published entry is not the one that the tile says";
            log.fail(Check::Bundles, Some(position), Some(&path), what);
            return;
        }
    }
    if entries.next().is_some() {
        log.fail(
            Check::Bundles,
            None,
            Some(&path),
            "has more entries than its path says",
        );
    }
}
