//! Signed checkpoints: what the log's head was, in a form that anybody can check.

use super::open::App;
use super::refusal::Refusal;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::VerifierKey;
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::store::StoreError;

/// A signed checkpoint.
#[derive(Debug, Clone)]
pub struct Signed {
    /// How many entries it covers.
    pub size: Position,
    /// The signed note.
    pub note: String,
    /// When it was signed, in microseconds since 1970.
    pub signed_at: i64,
}

impl App {
    /// Signs the head of the log, unless it is signed already. Only a head that is committed is
    /// ever signed, and of each size only one.
    ///
    /// # Errors
    /// Where another root was signed for this size: the log was rewritten.
    pub fn sign_head(&self, now: Now) -> Result<Signed, Refusal> {
        let (head, latest) = self.store.read(|tx| {
            Ok::<_, StoreError>((tx.head(&self.serve)?, tx.checkpoint(&self.serve, None)?))
        })?;
        let size = head.frontier.size();
        if let Some((signed, note, signed_at)) = latest
            && signed >= size
        {
            return Ok(Signed {
                size: signed,
                note,
                signed_at,
            });
        }
        let root = head.frontier.root();
        let checkpoint = Checkpoint {
            origin: self.origin().to_owned(),
            size,
            root,
        };
        let note = checkpoint
            .sign(&self.signer)
            .map_err(|error| StoreError::Log(error.to_string()))?;
        self.store
            .save_checkpoint(&self.serve, size, &root, &note, now.micros())?;
        Ok(Signed {
            size,
            note,
            signed_at: now.micros(),
        })
    }

    /// The key that checks checkpoints.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        self.signer.verifier()
    }
}
