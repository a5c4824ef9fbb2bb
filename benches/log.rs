//! The log's tree by itself: what it costs, and proofs at sizes that no database is filled to for a bench.

use crate::people;
use crate::server::cpu_seconds;
use crate::table::{Table, grouped, median};
use placet::audit::Hash;
use placet::audit::note::NoteSigner;
use placet::audit::package::plan::{LogSource, tile_bytes};
use placet::audit::proof::{inclusion_proof, root, verify_inclusion};
use placet::audit::tile::{TileId, TileReader, TileSource};
use placet::audit::tree::{Frontier, hash_leaf};
use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

/// Sizes of the tree; `PLACET_BENCH_TREE` gives the largest, for a quick look.
const SIZES: [u64; 3] = [1_000_000, 10_000_000, 100_000_000];
const PROOFS: u64 = 200;
/// Bytes of a leaf, as those of consents are.
const LEAF: usize = 260;

/// Measures.
pub fn measure(table: &mut Table) {
    tree(table);
    signing(table);
}

/// A log whose leaves follow from their numbers: only the tiles' roots are kept, as in the database.
#[derive(Default)]
struct Log {
    frontier: Frontier,
    /// The roots of full tiles, by level from 1.
    tiles: Vec<Vec<Hash>>,
}

fn leaf(number: u64) -> [u8; LEAF] {
    let mut bytes = [b'.'; LEAF];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

impl Log {
    fn grow(&mut self, size: u64) {
        for number in self.frontier.size()..size {
            for tile in self.frontier.append(hash_leaf(&leaf(number))) {
                let level = usize::from(tile.level);
                self.tiles
                    .resize_with(self.tiles.len().max(level), Vec::new);
                self.tiles[level - 1].push(tile.hash);
            }
        }
    }
}

impl LogSource for &Log {
    type Error = ();

    fn leaf_bytes(&self, positions: Range<u64>) -> Result<Vec<Vec<u8>>, ()> {
        Ok(positions.map(|number| leaf(number).to_vec()).collect())
    }

    fn tile_root(&self, level: u8, index: u64) -> Result<Hash, ()> {
        let of_level = self.tiles.get(usize::from(level) - 1).ok_or(())?;
        of_level.get(index as usize).copied().ok_or(())
    }
}

impl TileSource for &Log {
    fn tile(&self, id: &TileId) -> Option<Vec<u8>> {
        tile_bytes(id, self).ok()
    }
}

fn tree(table: &mut Table) {
    let most = std::env::var("PLACET_BENCH_TREE").ok();
    let most: u64 = most.map_or(100_000_000, |text| {
        text.parse().expect("a number of entries")
    });
    let mut log = Log::default();
    for size in SIZES.into_iter().filter(|size| *size <= most) {
        let (before, started) = (log.frontier.size(), cpu_seconds(std::process::id()));
        log.grow(size);
        let took = cpu_seconds(std::process::id()) - started;
        let each = took / (size - before) as f64;
        let name = format!("{} entries", grouped(size as f64));
        table.line(
            format!("tree, {name}: hashing a leaf and appending it"),
            format!("{:.2} µs", each * 1e6),
            format!("leaves of {LEAF} bytes, processor time"),
        );
        proofs(&log, &name, table);
    }
}

fn proofs(log: &Log, name: &str, table: &mut Table) {
    let size = log.frontier.size();
    let whole = log.frontier.root();
    assert_eq!(root(size, &TileReader::new(size, log)), Ok(whole));
    let (mut made, mut checked, mut longest) = (Vec::new(), Vec::new(), 0);
    for number in 0..PROOFS {
        let index = people::mix(number) % size;
        let started = Instant::now();
        // a reader of its own: nothing is found from the proof before
        let reader = TileReader::new(size, log);
        let proof = inclusion_proof(size, index, &reader).expect("a proof");
        made.push(started.elapsed().as_secs_f64() * 1e6);
        longest = longest.max(proof.len());
        let hash = hash_leaf(&leaf(index));
        let started = Instant::now();
        let holds = verify_inclusion(&hash, index, size, &proof, &whole);
        checked.push(started.elapsed().as_secs_f64() * 1e6);
        holds.expect("a proof that holds");
    }
    table.line(
        format!("proof that an entry is in the log, {name}: hashes / made / checked"),
        format!(
            "{longest} ({} bytes) / {:.0} µs / {:.1} µs",
            longest * 32,
            median(&made),
            median(&checked)
        ),
        format!("median of {PROOFS}, each with its tiles made and read anew"),
    );
}

fn signing(table: &mut Table) {
    const TIMES: u32 = 2_000;
    let signer = NoteSigner::from_seed("bench.example/registry", &[7; 32]).expect("a key");
    let text = format!("bench.example/registry\n100000000\n{}\n", "A".repeat(44));
    let started = Instant::now();
    for _ in 0..TIMES {
        black_box(signer.sign(black_box(&text)).expect("signed"));
    }
    let each = started.elapsed() / TIMES;
    table.line(
        "signing a checkpoint",
        format!("{:.0} µs", each.as_secs_f64() * 1e6),
        "once a second at most, whatever is appended",
    );
}
