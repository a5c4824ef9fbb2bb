//! Whether a receipt's entry stands in the log: found out here for who reads the page, and as a file by
//! which anybody finds it out elsewhere.

use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::app::witness::inclusion_in;
use crate::audit::Hash;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::encoding::b64;
use crate::audit::proof::verify_inclusion;
use crate::audit::tree::hash_leaf;
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::store::StoreError;

/// An entry in the latest signed checkpoint.
#[derive(Debug, Clone)]
pub struct LogPlace {
    /// The entry.
    pub position: Position,
    /// How many entries the checkpoint covers.
    pub size: Position,
    /// Whether the proof leads from the entry to the checkpoint.
    pub holds: bool,
    /// The hash of the entry, as receipts name it.
    pub leaf_hash: String,
    /// All that is needed to check it elsewhere.
    proof: String,
}

impl LogPlace {
    /// The proof as a file (C2SP `tlog-proof`), with the entry itself as its extra data.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.proof
    }
}

impl App {
    /// Where an entry stands in the log; `None` where the log is not that long.
    ///
    /// # Errors
    /// Where the data cannot be read, or the head cannot be signed.
    pub fn log_place(&self, position: Position, now: Now) -> Result<Option<LogPlace>, Refusal> {
        let signed = self.sign_head(now)?;
        if position >= signed.size {
            return Ok(None);
        }
        let note = |what: &str| StoreError::Log(format!("a checkpoint {what}"));
        let keys = self.keys_of_log()?;
        let known: Vec<_> = keys.history.spans().map(|span| span.key.clone()).collect();
        let checkpoint =
            Checkpoint::open(&signed.note, &known).map_err(|_| note("does not read"))?;
        let (leaf, path) = self.store.read(|tx| {
            let leaves = tx.leaves(&self.serve, position..position + 1)?;
            let (_, leaf) = leaves
                .into_iter()
                .next()
                .ok_or_else(|| note("covers no entry"))?;
            let path = inclusion_in(tx, &self.serve, position, signed.size)?;
            Ok::<_, StoreError>((leaf, path))
        })?;
        let hash = hash_leaf(leaf.as_bytes());
        let root = &checkpoint.root;
        let holds = verify_inclusion(&hash, position, signed.size, &path, root).is_ok();
        Ok(Some(LogPlace {
            position,
            size: signed.size,
            holds,
            leaf_hash: b64(&hash),
            proof: file(position, leaf.as_bytes(), &path, &signed.note),
        }))
    }
}

fn file(position: Position, leaf: &[u8], path: &[Hash], note: &str) -> String {
    let mut text = format!(
        "c2sp.org/tlog-proof@v1\nextra {}\nindex {position}\n",
        b64(leaf)
    );
    for hash in path {
        text.push_str(&b64(hash));
        text.push('\n');
    }
    text.push('\n');
    text + note
}
