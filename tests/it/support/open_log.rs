//! The transparency log as a stranger reads it: checkpoint, tiles, and the arithmetic of RFC 6962.

use std::collections::BTreeMap;

use placet::audit::Hash;
use placet::audit::checkpoint::Checkpoint;
use placet::audit::leaf::Leaf;
use placet::audit::note::VerifierKey;
use placet::audit::proof::{self, consistency_proof, verify_consistency};
use placet::audit::tile::{Content, TileId, TileReader, TileSource, decode_bundle};
use placet::audit::tree::{Frontier, hash_leaf};

use super::http::Http;

/// The log at one checkpoint, verified.
pub struct OpenLog {
    pub checkpoint: Checkpoint,
    /// The root after each number of entries, from 0 on.
    roots: Vec<Hash>,
    pub leaves: Vec<Leaf>,
}

struct Remote<'a>(&'a Http);

impl TileSource for Remote<'_> {
    fn tile(&self, id: &TileId) -> Option<Vec<u8>> {
        let reply = self.0.get(&format!("/log/{id}"));
        (reply.status == 200).then_some(reply.bytes)
    }
}

/// Reads the signed head, checked with the published key.
#[track_caller]
pub fn checkpoint(http: &Http) -> Checkpoint {
    let vkey: VerifierKey = http
        .get("/log/vkey")
        .expect(200)
        .text
        .trim()
        .parse()
        .unwrap();
    let note = http.get("/log/checkpoint").expect(200).text;
    Checkpoint::open(&note, &[vkey]).expect("a checkpoint that its key signed")
}

impl OpenLog {
    /// Reads the whole log and verifies it: the root of its entries, and of its tiles of hashes,
    /// is the signed one, and no entry is a hole.
    #[track_caller]
    pub fn read(http: &Http) -> Self {
        let checkpoint = checkpoint(http);
        let (mut frontier, mut leaves) = (Frontier::new(), Vec::new());
        let mut roots = vec![frontier.root()];
        while let Some(id) =
            TileId::within(checkpoint.size, Content::Entries, frontier.size() / 256)
        {
            let bytes = http.get(&format!("/log/{id}")).expect(200).bytes;
            for leaf in decode_bundle(&bytes, id.width).expect("a bundle") {
                frontier.append(hash_leaf(leaf));
                roots.push(frontier.root());
                leaves.push(Leaf::parse(leaf).expect("a leaf"));
            }
            if !id.is_full() {
                break;
            }
        }
        assert_eq!(
            frontier.size(),
            checkpoint.size,
            "as many entries as were signed"
        );
        assert_eq!(
            frontier.root(),
            checkpoint.root,
            "the root of the entries is the signed one"
        );
        let tiles = TileReader::new(checkpoint.size, Remote(http));
        let root = proof::root(checkpoint.size, &tiles).expect("the tiles");
        assert_eq!(
            root, checkpoint.root,
            "the root of the tiles is the signed one"
        );
        Self {
            checkpoint,
            roots,
            leaves,
        }
    }

    /// The log begins with what was signed before, by its entries and by a proof.
    #[track_caller]
    pub fn continues(&self, http: &Http, earlier: &Checkpoint) {
        assert_eq!(earlier.origin, self.checkpoint.origin);
        let size = usize::try_from(earlier.size).unwrap();
        assert_eq!(
            self.roots.get(size),
            Some(&earlier.root),
            "a prefix of {size} entries"
        );
        let tiles = TileReader::new(self.checkpoint.size, Remote(http));
        let proof = consistency_proof(earlier.size, self.checkpoint.size, &tiles).expect("a proof");
        let Checkpoint { size, root, .. } = &self.checkpoint;
        verify_consistency(earlier.size, *size, &earlier.root, root, &proof).expect("consistent");
    }

    /// How many entries there are of each kind.
    pub fn kinds(&self) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for leaf in &self.leaves {
            *kinds.entry(leaf.kind.to_string()).or_default() += 1;
        }
        kinds
    }
}
