//! Signed checkpoints: what the log's head was, in a form that anybody can check.

use super::open::App;
use super::refusal::Refusal;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::VerifierKey;
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::store::{LogHead, StoreError, StoredKeyAct};

/// A signed checkpoint.
#[derive(Debug, Clone)]
pub struct Signed {
    /// How many entries it covers.
    pub size: Position,
    /// The signed note.
    pub note: String,
    /// When it was signed, in microseconds since 1970. Never before the one before, whatever the
    /// clock does.
    pub signed_at: i64,
}

/// A head that is not signed yet, with the keys of that very moment.
struct Unsigned {
    head: LogHead,
    acts: Vec<StoredKeyAct>,
    last_signed_at: i64,
}

impl App {
    /// Signs the head of the log, unless it is signed already. Only a head that is committed is
    /// ever signed, and of each size only one. Which keys sign follows from the size alone, so
    /// that every node writes the same bytes.
    ///
    /// # Errors
    /// Where another root was signed for this size: the log was rewritten; or a key is lost.
    pub fn sign_head(&self, now: Now) -> Result<Signed, Refusal> {
        let found = self.store.read(|tx| {
            let head = tx.head(&self.serve)?;
            let latest = tx.checkpoint(&self.serve, None)?;
            let last_signed_at = latest.as_ref().map_or(0, |latest| latest.2);
            if let Some((size, note, signed_at)) = latest
                && size >= head.frontier.size()
            {
                return Ok(Err(Signed {
                    size,
                    note,
                    signed_at,
                }));
            }
            let acts = tx.key_acts(&self.serve)?;
            Ok::<_, StoreError>(Ok(Unsigned {
                head,
                acts,
                last_signed_at,
            }))
        })?;
        match found {
            Err(signed) => Ok(signed),
            Ok(unsigned) => self.sign(unsigned, now),
        }
    }

    fn sign(&self, unsigned: Unsigned, now: Now) -> Result<Signed, Refusal> {
        let (size, root) = {
            let frontier = &unsigned.head.frontier;
            (frontier.size(), frontier.root())
        };
        let checkpoint = Checkpoint {
            origin: self.origin().to_owned(),
            size,
            root,
        };
        let keys = self.keys_of(unsigned.acts)?;
        let signers = keys
            .signers(size, &self.first_signer, self.keys())
            .map_err(StoreError::from)?;
        let note = checkpoint
            .sign_by(&signers)
            .map_err(|error| StoreError::Log(error.to_string()))?;
        let signed_at = now.micros().max(unsigned.last_signed_at);
        self.store
            .save_checkpoint(&self.serve, size, &root, &note, signed_at)?;
        Ok(Signed {
            size,
            note,
            signed_at,
        })
    }

    /// The key that the log began with. See [`App::anchor`] for the one that vouches for all.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        self.first_signer.verifier()
    }
}
