//! Asking one witness to cosign the newest checkpoint.

use super::{Courier, Reply, Unreached, Witness, proof_between};
use crate::app::open::App;
use crate::audit::note::{Cosignature, cosignatures};
use crate::audit::witness::AddCheckpoint;
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredCosignature};

/// How far a witness's clock may be ahead of ours.
const AHEAD_SECONDS: u64 = 300;

/// A witness did not cosign.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// It is away.
    #[error("the witness cannot be reached: {0}")]
    Unreached(#[from] Unreached),
    /// It does not follow this log, does not know its key, or speaks another protocol.
    #[error("the witness answers {0}: is this log's key and origin configured there?")]
    Declined(u16),
    /// It answered with something else than its cosignature on what was sent.
    #[error("the witness's answer is not its cosignature on the checkpoint")]
    NotCosigned,
    /// It has seen a longer log: ours was set back, or forked.
    #[error(
        "ALARM: the witness has seen {0} entries of this log, which has only {1}: it was set back"
    )]
    SetBack(Position, Position),
    /// It says that this log is not a continuation of the one that it saw.
    #[error(
        "ALARM: the witness says that this log is not the one that it saw before: it was rewritten"
    )]
    Rewritten,
    /// Another node has submitted a newer checkpoint meanwhile: this one is to be asked no more.
    #[error("another node was faster")]
    Overtaken,
    /// The database failed.
    #[error("{0}")]
    Store(String),
}

impl From<StoreError> for SubmitError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

impl SubmitError {
    /// Whether somebody must look at once: the log is not what the witness saw.
    #[must_use]
    pub const fn is_alarm(&self) -> bool {
        matches!(self, Self::SetBack(..) | Self::Rewritten)
    }
}

/// A checkpoint to be cosigned.
struct Submission {
    size: Position,
    note: String,
}

impl App {
    /// Has a witness cosign the newest checkpoint, unless it did: the size it cosigned now, if any.
    /// With `again`, also where it did: a log that was set back learns so without growing first.
    /// Blocks for as long as the courier does, twice at most.
    ///
    /// # Errors
    /// Where it did not, or its answer cannot be believed. Nothing is kept then.
    pub fn submit(
        &self,
        witness: &Witness,
        courier: &dyn Courier,
        again: bool,
    ) -> Result<Option<Position>, SubmitError> {
        let vkey = witness.key.to_string();
        let (newest, last) = self.store.read(|tx| {
            let newest = tx.checkpoint(&self.serve, None)?;
            Ok::<_, StoreError>((newest, tx.last_cosigned(&self.serve, &vkey)?))
        })?;
        let is_due = |size| last.is_none_or(|last| last < size || (again && last == size));
        let Some((size, note, _)) = newest.filter(|(size, ..)| is_due(*size)) else {
            return Ok(None);
        };
        let submission = Submission { size, note };
        let reply = match self.ask(witness, courier, &submission, last.unwrap_or(0)) {
            Err(SubmitError::Overtaken) => return Ok(None),
            asked => asked?,
        };
        let cosignature = self.believed(witness, &submission, &reply)?;
        self.store.save_cosignature(
            &self.serve,
            &StoredCosignature {
                size,
                witness: vkey,
                line: cosignature.line,
                at: cosignature.at as i64,
            },
        )?;
        Ok(Some(size))
    }

    /// Asks from the size that the witness had last as far as we know, and once more from the one
    /// that it names.
    fn ask(
        &self,
        witness: &Witness,
        courier: &dyn Courier,
        submission: &Submission,
        old: Position,
    ) -> Result<Reply, SubmitError> {
        let reply = self.ask_from(witness, courier, submission, old)?;
        if reply.status != 409 {
            return Ok(reply);
        }
        let named = reply.body.strip_suffix('\n');
        let known: Option<Position> = named.and_then(|size| size.parse().ok());
        match known {
            Some(known) if known > submission.size => Err(self.ahead(known)?),
            Some(known) if known != old => self.ask_from(witness, courier, submission, known),
            // before version 1.0.0, the answer to another root of the same size
            Some(_) => Err(SubmitError::Rewritten),
            None => Err(SubmitError::Declined(409)),
        }
    }

    /// The witness knows a larger size than was submitted.
    fn ahead(&self, known: Position) -> Result<SubmitError, StoreError> {
        let size = self.store.read(|tx| tx.position(&self.serve))?;
        Ok(if known > size {
            SubmitError::SetBack(known, size)
        } else {
            SubmitError::Overtaken
        })
    }

    fn ask_from(
        &self,
        witness: &Witness,
        courier: &dyn Courier,
        submission: &Submission,
        old: Position,
    ) -> Result<Reply, SubmitError> {
        let size = submission.size;
        let proof = self
            .store
            .read(|tx| proof_between(tx, &self.serve, old, size))?;
        let checkpoint = submission.note.clone();
        let body = AddCheckpoint {
            old,
            proof,
            checkpoint,
        }
        .to_string();
        Ok(courier.post(&format!("{}/add-checkpoint", witness.url), body)?)
    }

    fn believed(
        &self,
        witness: &Witness,
        submission: &Submission,
        reply: &Reply,
    ) -> Result<Cosignature, SubmitError> {
        match reply.status {
            200 => {}
            422 => return Err(SubmitError::Rewritten),
            other => return Err(SubmitError::Declined(other)),
        }
        let note = format!("{}{}", submission.note, reply.body);
        let known = std::slice::from_ref(&witness.key);
        let found = cosignatures(&note, known).map_err(|_| SubmitError::NotCosigned)?;
        let now = self.now().utc().timestamp().unsigned_abs();
        let one = found.into_iter().next();
        one.filter(|one| one.at <= now.saturating_add(AHEAD_SECONDS))
            .ok_or(SubmitError::NotCosigned)
    }
}
